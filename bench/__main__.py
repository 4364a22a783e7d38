"""`python -m bench`: the whole benchmark, into bench/RESULTS.md, bench/results.json and bench/growth.svg.

Order: the world (generate, build, facts), our engine alone, each peer beside ours, worlds of other sizes, real data sets.
Each measurement is a process of its own; one that fails is a line in the report, and the run goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.growth import growth_rows, plot
from bench.made import HERE, SOURCES, FailedError, World, run
from bench.peers import PEERS
from bench.report import report

REAL_SAMPLES = 60


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=300, help="questions a shape")
    parser.add_argument("--directory", type=Path, default=Path(".monoceros/bench"), help="for everything that is made")
    parser.add_argument("--keep", action="store_true", help="use what an earlier run made in the directory")
    parser.add_argument("--world", type=Path, help="a warehouse to use instead of generating one")
    parser.add_argument("--index", type=Path, help="an index of it; built anew where it does not open")
    parser.add_argument("--peers", default=",".join(PEERS), help="which, with commas between; '' for none")
    parser.add_argument("--growth", default="10000,100000", help="further world sizes, such as 10000,100000,3000000")
    parser.add_argument("--real", default=",".join(SOURCES), help="which data sets, where they are found")
    parser.add_argument("--budget", type=float, default=3.0, help="seconds a shape, for each peer")
    parser.add_argument("--out", type=Path, default=HERE, help="directory of the results")
    return parser.parse_args()


def machine() -> dict[str, Any]:
    """What ran it; no names."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    packages = ("numpy", "numba", "polars")
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "memory_gib": pages / 2**30,
        "versions": {"Python": platform.python_version(), **{name: version(name) for name in packages}},
    }


class Run:
    """One run: the options, and where its processes write."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.scratch = options.directory / "measured"
        self.scratch.mkdir(parents=True, exist_ok=True)

    def alone(self, world: World, name: str, *, is_brief: bool) -> dict[str, Any]:
        """Our engine on a world."""
        out = self.scratch / f"alone-{name}.json"
        flags = ["--brief"] if is_brief else []
        run("bench.alone", *self._common(world, out), "--samples", str(self.options.samples), *flags)
        return json.loads(out.read_text(encoding="utf-8"))

    def against(self, peer: str, world: World, name: str, samples: int, budget: float) -> dict[str, Any]:
        """A peer beside our engine; `skipped` says why where there is nothing to report."""
        out = self.scratch / f"{peer}-{name}.json"
        directory = self.options.directory / f"peer-{peer}"
        try:
            common = self._common(world, out, budget)
            run("bench.against", peer, *common, "--samples", str(samples), "--directory", str(directory))
        except FailedError as failed:
            print(f"  {peer}: skipped, {failed}", flush=True)
            return {"skipped": str(failed)}
        return json.loads(out.read_text(encoding="utf-8"))

    def _common(self, world: World, out: Path, budget: float | None = None) -> list[str]:
        told = {
            "--facts": world.facts,
            "--index": world.index,
            "--seed": self.options.seed,
            "--budget": budget or self.options.budget,
            "--out": out,
        }
        return [str(part) for pair in told.items() for part in pair]

    def real(self) -> dict[str, Any]:
        """Imported data sets, against the strongest peer."""
        found: dict[str, Any] = {}
        for name in filter(None, self.options.real.split(",")):
            print(f"data set {name}", flush=True)
            world = World(self.options.directory / "real" / name)
            try:
                world.bring_in(name)
                found[name] = self.against("tantivy", world, name, REAL_SAMPLES, self.options.budget / 3)
            except (FileNotFoundError, FailedError) as error:
                print(f"  skipped, {error}", flush=True)
                found[name] = {"skipped": str(error)}
        return found


def main() -> None:
    """Make, measure, write."""
    options = arguments()
    options.directory = options.directory.resolve()
    started = time.perf_counter()
    if not options.keep:
        shutil.rmtree(options.directory, ignore_errors=True)
    run_ = Run(options)
    print(f"world of {options.users:,} users", flush=True)
    given = [path.resolve() if path is not None else None for path in (options.world, options.index)]
    world = World(options.directory, *given)
    world.make(options.users, options.seed)
    print("ours", flush=True)
    alone = run_.alone(world, "world", is_brief=False)
    peers = {}
    for peer in filter(None, options.peers.split(",")):
        print(f"against {peer}", flush=True)
        peers[peer] = run_.against(peer, world, "world", options.samples, options.budget)
    users = alone["documents"]["user"]
    by_size = {users: alone["shapes"]}
    for size in (int(size) for size in options.growth.split(",") if size):
        if size == users:
            continue
        print(f"world of {size:,} users", flush=True)
        other = World(options.directory / "growth" / str(size))
        other.make(size, options.seed)
        by_size[size] = run_.alone(other, str(size), is_brief=True)["shapes"]
    rows = growth_rows(by_size)
    results = {
        "machine": machine(),
        "world": {"users": users, "seed": options.seed},
        "made": world.figures,
        "alone": alone,
        "peers": peers,
        "growth": {"sizes": sorted(by_size), "rows": rows},
        "real": run_.real(),
        "minutes": (time.perf_counter() - started) / 60,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (options.out / "RESULTS.md").write_text(report(results) + "\n", encoding="utf-8")
    plot(results["growth"]["sizes"], rows, options.out / "growth.svg")
    print(f"{options.out / 'RESULTS.md'} is written, after {results['minutes']:.1f} minutes")


if __name__ == "__main__":
    main()
