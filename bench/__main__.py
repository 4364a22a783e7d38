"""`python -m bench`: generate, build, open and query a world of a million users, and write bench/RESULTS.md.

Latencies are taken end to end, `Searcher.run`: parse (cached unless said), bind, plan, visibility of a known viewer,
execution, ids and names out. Beside each stands the time of the bare kernel or set operation that the shape stands on, measured in
the same run, so that the ratio means something on another machine.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.shapes import Shape, shapes
from index import DocSet, Segment, new_words, open_index
from query import Request, Searcher
from schemas.catalogue import Vertical
from schemas.settings import Settings

HERE = Path(__file__).parent
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p99: float
    results: float

    def cells(self) -> str:
        return f"{self.p50:.3f} | {self.p99:.3f}"


def measure(searcher: Searcher, requests: tuple[Request, ...]) -> Latency:
    """Each request once to make its viewer known, then three times; the best of the three counts."""
    times, found = [], 0
    for request in requests[:WARM_UP]:
        searcher.run(request)
    for request in requests:
        searcher.run(request)
        best = 1e9
        for _ in range(3):
            started = time.perf_counter()
            answer = searcher.run(request)
            best = min(best, time.perf_counter() - started)
        times.append(best * 1e3)
        found += len(answer.ids)
    return Latency(float(np.percentile(times, 50)), float(np.percentile(times, 99)), found / len(requests))


def bare_two_hop(segment: Segment, shape: Shape) -> Latency:
    """The kernel under the two-hop apply: union of the lists of the viewer's followees, and its first hundred."""
    users = segment.size(Vertical.USER)
    lists, ids = segment.lists("user.followed_by"), segment.idmap(Vertical.USER)
    times = []
    for request in shape.requests:
        assert request.viewer is not None
        me = ids.find(request.viewer)
        assert me is not None
        best = 1e9
        for _ in range(3):
            started = time.perf_counter()
            words = new_words(users)
            lists.union_into(lists.of(me).within(0, users).docs(), words)
            DocSet(0, users, None, words).first(100)
            best = min(best, time.perf_counter() - started)
        times.append(best * 1e3)
    return Latency(float(np.percentile(times, 50)), float(np.percentile(times, 99)), 100.0)


def timed(command: list[str]) -> tuple[float, float]:
    """Run a command; seconds and peak resident GiB."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "bench.peak", *command], check=True, stdout=subprocess.PIPE, text=True)
    return time.perf_counter() - started, float(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--directory", type=Path, default=Path(".monoceros/bench"))
    parser.add_argument("--keep", action="store_true", help="use the world and index that are there")
    options = parser.parse_args()
    world, index = options.directory / "world", options.directory / "index"
    generated = built = (float("nan"), float("nan"))
    if not options.keep:
        shutil.rmtree(options.directory, ignore_errors=True)
        options.directory.mkdir(parents=True)
        users = ["--users", str(options.users), "--seed", str(options.seed)]
        generated = timed(["generate", *users, "--warehouse", str(world)])
        built = timed(["build", "--warehouse", str(world), "--index", str(index)])
    open_index(index)
    started = time.perf_counter()
    segment = open_index(index)
    searcher = Searcher(segment, Settings())
    searcher.run(Request(text="name:jo*"))
    checked_ms = (time.perf_counter() - started) * 1e3
    started = time.perf_counter()
    Searcher(open_index(index, is_verified=True), Settings()).run(Request(text="name:jo*"))
    trusted_ms = (time.perf_counter() - started) * 1e3
    manifest = segment.manifest
    size = sum(entry.size for entry in manifest.arrays.values())
    lines = [
        "# Results",
        "",
        "Written by `make bench`; every figure comes from one run on one machine. Times in milliseconds.",
        "",
        f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}; "
        f"world: `generate --users {options.users} --seed {options.seed}`.",
        "",
        "| what | figure |",
        "|---|---|",
        f"| documents | {', '.join(f'{count:,} {vertical}' for vertical, count in manifest.documents.items())} |",
        f"| postings | {manifest.postings:,} |",
        f"| generate | {generated[0]:.0f} s, peak {generated[1]:.1f} GiB |",
        f"| build | {built[0]:.0f} s, peak {built[1]:.1f} GiB |",
        f"| size on disk and mapped | {size / 2**20:,.0f} MiB, {size / manifest.postings:.2f} bytes a posting |",
        f"| open with hash checks and first answer, warmed process | {checked_ms:.0f} ms |",
        f"| open a verified generation and first answer | {trusted_ms:.0f} ms |",
        "",
        "| shape | p50 | p99 | results | p50 without viewer | p50 parse not cached |",
        "|---|---|---|---|---|---|",
    ]
    uncached = Searcher(segment, Settings(cached_texts=0))
    for shape in shapes(segment, options.seed):
        latency = measure(searcher, shape.requests)
        anonymous = "—"
        if not any(":me" in request.text for request in shape.requests):
            anonymous = f"{measure(searcher, tuple(replace(r, viewer=None) for r in shape.requests)).p50:.3f}"
        fresh = measure(uncached, shape.requests)
        lines.append(f"| {shape.name} | {latency.cells()} | {latency.results:.0f} | {anonymous} | {fresh.p50:.3f} |")
        print(lines[-1], flush=True)
        if shape.name == "two-hop apply, top 100 by rank":
            bare = bare_two_hop(segment, shape)
            lines.append(f"| — the bare kernel under it | {bare.cells()} | {bare.results:.0f} | — | — |")
            print(lines[-1], flush=True)
    (HERE / "RESULTS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
