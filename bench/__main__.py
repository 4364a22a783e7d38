"""`python -m bench`: the whole benchmark, into bench/RESULTS.md, bench/results.json and bench/growth.svg.

Order: the world (generate, build, facts), our engine alone, each peer beside ours, worlds of several sizes, real data sets.
Each measurement is a process of its own; one that fails is a line in the report, and the run goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.growth import growth_rows, plot
from bench.made import HERE, SOURCES, FailedError, World, found_before, run
from bench.peers import PEERS
from bench.report import report

REAL_SAMPLES = 60
PARTS = ("alone", "peers", "growth", "real")


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
    parser.add_argument(
        "--parts", default=",".join(PARTS), help="which, with commas between; the others stay as they were"
    )
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

    def alone(self, world: World) -> dict[str, Any]:
        """Our engine on the world."""
        out = self.scratch / "alone.json"
        run("bench.alone", *self._of(world), *self._common(out), "--samples", str(self.options.samples))
        return json.loads(out.read_text(encoding="utf-8"))

    def peers(self, world: World) -> dict[str, Any]:
        """Each peer beside our engine."""
        found = {}
        for peer in filter(None, self.options.peers.split(",")):
            print(f"against {peer}", flush=True)
            found[peer] = self._against(peer, world, "world", self.options.samples, self.options.budget)
        return found

    def growth(self, world: World) -> dict[str, Any]:
        """Our engine on worlds of several sizes, the world among them; the plot is drawn."""
        worlds = {self.options.users: world}
        for size in (int(size) for size in self.options.growth.split(",") if size):
            if size not in worlds:
                print(f"world of {size:,} users", flush=True)
                worlds[size] = World(self.options.directory / "growth" / str(size))
                worlds[size].make(size, self.options.seed)
        out, samples = self.scratch / "grown.json", str(self.options.samples)
        told = [f"{size}={made.index}={made.facts}" for size, made in sorted(worlds.items())]
        run("bench.grown", *told, *self._common(out), "--samples", samples)
        by_size = json.loads(out.read_text(encoding="utf-8"))
        rows = growth_rows({int(size): found for size, found in by_size.items()})
        plot(sorted(worlds), rows, self.options.out / "growth.svg")
        return {"sizes": sorted(worlds), "rows": rows}

    def _against(self, peer: str, world: World, name: str, samples: int, budget: float) -> dict[str, Any]:
        """A peer beside our engine; `skipped` says why where there is nothing to report."""
        out = self.scratch / f"{peer}-{name}.json"
        directory = self.options.directory / f"peer-{peer}"
        try:
            common = (*self._of(world), *self._common(out, budget))
            run("bench.against", peer, *common, "--samples", str(samples), "--directory", str(directory))
        except FailedError as failed:
            print(f"  {peer}: skipped, {failed}", flush=True)
            return {"skipped": str(failed)}
        return json.loads(out.read_text(encoding="utf-8"))

    @staticmethod
    def _of(world: World) -> list[str]:
        return ["--facts", str(world.facts), "--index", str(world.index)]

    def _common(self, out: Path, budget: float | None = None) -> list[str]:
        told = {
            "--seed": self.options.seed,
            "--budget": budget or self.options.budget,
            "--out": out,
        }
        return [str(part) for pair in told.items() for part in pair]

    def real(self, _: World) -> dict[str, Any]:
        """Imported data sets, against the strongest peer."""
        found: dict[str, Any] = {}
        for name in filter(None, self.options.real.split(",")):
            print(f"data set {name}", flush=True)
            world = World(self.options.directory / "real" / name)
            try:
                world.bring_in(name)
                found[name] = self._against("tantivy", world, name, REAL_SAMPLES, self.options.budget / 3)
            except (FileNotFoundError, FailedError) as error:
                print(f"  skipped, {error}", flush=True)
                found[name] = {"skipped": str(error)}
        return found


def main() -> None:
    """Make, measure, write."""
    options = arguments()
    options.directory = options.directory.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.keep:
        shutil.rmtree(options.directory, ignore_errors=True)
    place = options.out / "results.json"
    names = options.parts.split(",")
    results = found_before(place, names, PARTS)
    run_ = Run(options)
    print(f"world of {options.users:,} users", flush=True)
    given = [path.resolve() if path is not None else None for path in (options.world, options.index)]
    world = World(options.directory, *given)
    world.make(options.users, options.seed)
    results |= {"machine": machine(), "world": {"users": options.users, "seed": options.seed}, "made": world.figures}
    parts: dict[str, Callable[[World], dict[str, Any]]] = {name: getattr(run_, name) for name in PARTS}
    for name in names:
        print(name, flush=True)
        started = time.perf_counter()
        results[name] = parts[name](world)
        results.setdefault("minutes", {})[name] = (time.perf_counter() - started) / 60
    place.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (options.out / "RESULTS.md").write_text(report(results) + "\n", encoding="utf-8")
    print(f"{options.out / 'RESULTS.md'} is written")


if __name__ == "__main__":
    main()
