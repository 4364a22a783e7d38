"""`make oracle-long`: the engine against the oracle for as many random cases as asked, on several processes.

Prints the seeds it uses; a failure is replayed with `compare_world(seed, cases, Report())`.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.agreement import Report, compare_world
from tests.oracle.coverage import missing

CASES_PER_WORLD = 500


def run(seed: int) -> Report:
    """One world."""
    report = Report()
    compare_world(seed, CASES_PER_WORLD, report)
    return report


def main() -> int:
    """The number of worlds that the cases need, from the seed on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    worlds = -(-options.cases // CASES_PER_WORLD)
    first = options.seed * 1_000_000
    total = Report()
    started = time.monotonic()
    with ProcessPoolExecutor(options.workers) as pool:
        for number, report in enumerate(pool.map(run, range(first, first + worlds), chunksize=4), start=1):
            total.cases += report.cases
            total.non_empty += report.non_empty
            total.cut += report.cut
            total.coverage.update(report.coverage)
            total.failures += report.failures
            for failure in report.failures:
                print(failure, flush=True)
            if number % 50 == 0 or number == worlds:
                seconds = time.monotonic() - started
                print(
                    f"worlds {first} to {first + number - 1}: {total.cases:,} cases, {total.non_empty:,} with results, "
                    f"{total.cut:,} cut, {len(total.failures)} wrong, {seconds:,.0f} s",
                    flush=True,
                )
    unmet = missing(total.coverage)
    if unmet:
        print(f"never met: {', '.join(unmet)}")
    return 1 if total.failures or unmet else 0


if __name__ == "__main__":
    sys.exit(main())
