"""`python -m bench.service`: the service under load, into bench/SERVICE.md and bench/service.json.

Order: the pace of the machine itself; 8 processes over one index with an overlay, their memory; capacity of typeahead and
of raw two-hop searches; latency of typeahead at 70 % of its capacity; what the service adds to the engine; explore; overload and
recovery. A part that fails is a line in the report, and the run goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from bench.__main__ import machine
from bench.live.indexes import linked
from bench.made import HERE, FailedError, World, found_before
from bench.service.report import report
from bench.service.serving import Probe, Questions, Served, serving
from ingest.firehose import open_sink
from ingest.worlds import generate_events
from schemas.errors import MonocerosError

PARTS = ("pace", "memory", "capacity", "latency", "overhead", "explore", "overload")
MEMORY_WORKERS, MEMORY_S = 8, 30
"""Seconds within which each of the workers has met as many viewers as it keeps."""
WARM_S = 5
TYPISTS = 40
"""Who type at once where a rate is asked for: at 200 requests a second, a letter every 200 ms each."""
TURNS, REST_S = 3, 10
"""Where a median is wanted: the pace of the machine differs from one minute to the next."""
EXCESS, HALF, SHARE = 1.25, 0.5, 0.7
"""Of their capacities: raw queries and explore in overload each, typeahead meanwhile; typeahead where its latency is measured.
1.25 + 1.25 + 0.5 is three times what the machine can do."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.service", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--directory", type=Path, default=Path(".monoceros/bench-service"), help="for all that is made")
    parser.add_argument("--world", type=Path, help="a warehouse to use instead of generating one")
    parser.add_argument("--index", type=Path, help="an index of it, which is only read; built where there is none")
    parser.add_argument("--events", type=int, default=200_000, help="in the overlay")
    parser.add_argument("--viewers", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2, help="processes, but for memory")
    parser.add_argument("--connections", type=int, default=8, help="busy ones, where capacity is measured")
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement but overload")
    parser.add_argument(
        "--overload", type=float, default=600, help="seconds of overload; as long as a tenth of it, calm after"
    )
    parser.add_argument(
        "--parts", default=",".join(PARTS), help="which, with commas between; the others stay as they were"
    )
    parser.add_argument("--note", help="what whoever reads the figures must know of this run")
    parser.add_argument("--out", type=Path, default=HERE, help="directory of the results")
    return parser.parse_args()


class Run:
    """One run: what it measures on, and each of its parts."""

    def __init__(self, options: argparse.Namespace, before: dict[str, Any]) -> None:
        self.options = options
        self.found = before
        directory = options.directory.resolve()
        directory.mkdir(parents=True, exist_ok=True)
        world = World(directory, options.world, options.index)
        world.make(options.users, options.seed, has_facts=False)
        self.index = linked(world.index.resolve(), directory / "live")
        self.log = directory / "serve.log"
        if options.events:
            self._apply(world.warehouse, directory / "events")
        self.questions = Questions(self.index, options.seed, options.viewers)

    def _apply(self, warehouse: Path, stream: Path) -> None:
        """The overlay: events that came after the base."""
        from api.cli.ingest import run_consumer

        stream.unlink(missing_ok=True)
        with closing(open_sink(f"file://{stream}")) as sink:
            generate_events(warehouse, self.options.seed, self.options.events, sink)
        run_consumer(self.index, f"file://{stream}", once=True)

    def pace(self, _: Served) -> dict[str, Any]:
        """That of the machine itself, with nobody asking."""
        probe = Probe()
        time.sleep(self.options.seconds)
        return {"seconds": self.options.seconds, "pace": probe.stop().facts()}

    def memory(self, _: Served) -> dict[str, Any]:
        """What each of eight processes has for itself after all kinds of questions of all viewers."""
        with serving(self.index, MEMORY_WORKERS, self.log) as served:
            tokens = self.questions.tokens(served.url)
            fresh = served.private_dirty_mib()
            streams = {name: {"connections": 24, "requests": asked} for name, asked in self._all(tokens).items()}
            served.load(max(self.options.seconds, MEMORY_S), **streams)
            return {"workers": MEMORY_WORKERS, "fresh_mib": fresh, "busy_mib": served.private_dirty_mib()}

    def capacity(self, served: Served) -> dict[str, Any]:
        """Answers a second of each kind alone, connections always busy; all kinds before, as first requests load kernels. So many
        ask for explore as keep workers busy without being refused: who is refused asks again at once, which takes time as well."""
        asked = self._all(self.questions.tokens(served.url), TYPISTS)
        served.load(WARM_S, **{name: {"connections": 4, "requests": requests} for name, requests in asked.items()})
        return {name: self._busy(served, name, requests) for name, requests in asked.items()}

    def _busy(self, served: Served, name: str, requests: list[tuple[str, str]]) -> dict[str, Any]:
        most = 2 * self.options.workers if name == "explore" else self.options.connections
        connections = min(self.options.connections, most)
        return served.load(self.options.seconds, **{name: {"connections": connections, "requests": requests}})

    def latency(self, served: Served) -> dict[str, Any]:
        """Typeahead at 70 % of its capacity, which is measured anew before each turn: the machine may be slower by then."""
        asked = self.questions.typeahead(self.questions.tokens(served.url), TYPISTS)

        def turn() -> dict[str, Any]:
            rate = SHARE * self._busy(served, "typeahead", asked)["streams"]["typeahead"]["rate"]
            return served.load(self.options.seconds, typeahead={"rate": rate, "requests": asked})

        return _best_of_turns(turn, "typeahead", "ms")

    def overhead(self, served: Served) -> dict[str, Any]:
        """Two-hop searches one at a time: the time to the answer less what the engine took, as the answer says."""
        asked = self.questions.two_hops(self.questions.tokens(served.url))

        def turn() -> dict[str, Any]:
            return served.load(self.options.seconds, two_hop={"connections": 1, "requests": asked})

        return _best_of_turns(turn, "two_hop", "over_engine_ms")

    def explore(self, served: Served) -> dict[str, Any]:
        """Explore at a quarter of its capacity."""
        asked = self.questions.explore(self.questions.tokens(served.url))
        return served.load(self.options.seconds, explore={"rate": self._capacity("explore") / 4, "requests": asked})

    def overload(self, served: Served) -> dict[str, Any]:
        """Three times what the machine can do, then typeahead alone."""
        asked = self._all(self.questions.tokens(served.url), TYPISTS)
        end = self.options.overload
        whole = end * 1.1 + 10
        rates = {name: EXCESS * self._capacity(name) for name in ("two_hop", "explore")}
        streams: dict[str, dict[str, Any]] = {
            name: {"rate": rate, "requests": asked[name], "end": end} for name, rate in rates.items()
        }
        streams["typeahead"] = {"rate": HALF * self._capacity("typeahead"), "requests": asked["typeahead"]}
        streams["probe"] = {"rate": 20, "requests": asked["two_hop"], "begin": end}
        found = served.load(whole, **streams)
        return {**found, "overload_s": end, "capacity": {name: self._capacity(name) for name in asked}}

    def _capacity(self, name: str) -> float:
        found = self.found.get("capacity", {}).get(name)
        if found is None:
            raise FailedError("its capacity was not measured")
        return float(found["streams"][name]["rate"])

    def _all(self, tokens: list[str], typists: int = 1) -> dict[str, list[tuple[str, str]]]:
        q = self.questions
        return {"typeahead": q.typeahead(tokens, typists), "two_hop": q.two_hops(tokens), "explore": q.explore(tokens)}


def _best_of_turns(turn: Callable[[], dict[str, Any]], stream: str, times: str) -> dict[str, Any]:
    """The turn with the least median, and the medians of all."""
    found = []
    for number in range(TURNS):
        if number:
            time.sleep(REST_S)
        found.append(turn())
    medians = [one["streams"][stream][times]["p50"] for one in found]
    return {**found[int(np.argmin(medians))], "turns": medians}


def main() -> None:
    """Run the parts, and write what they found."""
    options = arguments()
    place = options.out / "service.json"
    names = options.parts.split(",")
    found = found_before(place, names, PARTS)
    found |= {"machine": machine(), "seconds": options.seconds, "workers": options.workers, "users": options.users}
    found["events"] = options.events
    if options.note:
        found["note"] = options.note
    run = Run(options, found)
    parts: dict[str, Callable[[Served], dict[str, Any]]] = {name: getattr(run, name) for name in PARTS}
    with serving(run.index, options.workers, run.log.with_suffix(".main.log")) as served:
        for name in names:
            print(name, flush=True)
            try:
                found[name] = {**parts[name](served), "load": os.getloadavg()[0]}
            except (FailedError, MonocerosError, OSError) as error:
                found[name] = {"failed": str(error)}
            place.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            (options.out / "SERVICE.md").write_text(report(found), encoding="utf-8")


if __name__ == "__main__":
    main()
