"""`make live-long`: the law of the live index for as many random histories as asked, on several processes.

Prints the seeds it uses; a failure is replayed and shrunk by `python -m tests.live_shrink SEED`. The histories of a seed have
numbers, so that a run can be made in slices: `--first` says at which one begins.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.live_law import Report, check_seed
from tests.oracle.coverage import missing

CASES = 10
AT_ONCE = 10


def run(seed: int) -> Report:
    """A few histories from a seed on."""
    report = Report()
    for number in range(seed, seed + AT_ONCE):
        check_seed(number, CASES, report)
    return report


def main() -> int:
    """So many histories, from the seed on; 1 where one is answered wrongly or something never occurred."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first history, from 0")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    first = options.seed * 1_000_000 + options.first
    seeds = range(first, first + options.histories, AT_ONCE)
    total = Report()
    started = time.monotonic()
    with ProcessPoolExecutor(options.workers) as pool:
        for number, report in enumerate(pool.map(run, seeds), start=1):
            total.add(report)
            for failure in report.failures:
                print(failure, flush=True)
            if number % 50 == 0 or number == len(seeds):
                print(
                    f"histories {first} to {first + total.histories - 1}: {total.events:,} events, {total.cases:,} cases, "
                    f"{total.non_empty:,} with results, {len(total.failures)} wrong, {time.monotonic() - started:,.0f} s",
                    flush=True,
                )
    unmet = missing(total.coverage) if total.histories >= 2_000 else []
    if unmet:
        print(f"never met: {', '.join(unmet)}")
    return 1 if total.failures or unmet else 0


if __name__ == "__main__":
    sys.exit(main())
