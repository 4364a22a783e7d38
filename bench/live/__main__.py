"""`python -m bench.live`: the live index under load, into bench/LIVE.md and bench/live.json.

Order: readers with ingest beside them up to a swap of bases; the rate of ingest from a file, restarts in the middle of the rest of
it, the steps of an event, the rate from Kafka, what readers pay for what was taken, restarts over all of that; likes and follows on
a base, and what readers pay for them.
A part that fails is a line in the report, and the run goes on.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.__main__ import machine
from bench.live.again import played
from bench.live.indexes import linked
from bench.live.processes import load
from bench.live.rate import ingest_rate
from bench.live.report import report
from bench.live.restart import restarts
from bench.live.traffic import Traffic
from bench.made import HERE, FailedError, World, found_before, run
from bench.memory import disk_mib
from index import open_published
from ingest.firehose import open_sink
from ingest.worlds import generate_events
from schemas.errors import MonocerosError

PARTS = ("traffic", "gentle", "rate", "restart", "stages", "kafka", "size", "kafka_restart", "many", "many_size")
RESERVE_SHARE = 0.1
"""Of the events that there are, what is left for the restarts."""
_NEWS = 700_000
"""Events behind those from Kafka, for restarts over all of them."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--events", type=int, default=20_000_000, help="in the stream that is generated; ten minutes at full speed"
    )
    parser.add_argument("--directory", type=Path, default=Path(".monoceros/bench-live"), help="for all that is made")
    parser.add_argument("--world", type=Path, help="a warehouse to use instead of generating one")
    parser.add_argument("--index", type=Path, help="an index of it, which is only read; built where there is none")
    parser.add_argument("--facts", type=Path, help="its facts, as bench.facts writes them; made where there are none")
    parser.add_argument("--stream", type=Path, help="a file of events over it; generated where there is none")
    parser.add_argument("--rate-seconds", type=float, default=600, help="of ingest at full speed")
    parser.add_argument(
        "--kafka-events",
        type=int,
        default=20_000_000,
        help="the stream, played again as news (bench/live/again.py) where it holds fewer; ten minutes at full speed",
    )
    parser.add_argument("--many-index", type=Path, help="an index that some of them are on already; it is changed")
    parser.add_argument("--many", type=int, default=10_000_000, help="likes and follows on top of the base")
    parser.add_argument("--stage-events", type=int, default=300_000)
    parser.add_argument("--rate", type=float, default=5_000, help="events a second beside queries")
    parser.add_argument(
        "--gentle-rate", type=float, default=1_000, help="the same at a rate that a busy machine keeps up with"
    )
    parser.add_argument("--queries", type=float, default=200, help="a second")
    parser.add_argument("--quiet", type=float, default=30, help="seconds of queries without ingest")
    parser.add_argument("--busy", type=float, default=60, help="seconds of queries with ingest")
    parser.add_argument("--budget", type=float, default=2, help="seconds a shape, over base and layers")
    parser.add_argument(
        "--parts", default=",".join(PARTS), help="which, with commas between; the others stay as they were"
    )
    parser.add_argument("--note", help="what whoever reads the figures must know of this run")
    parser.add_argument("--out", type=Path, default=HERE, help="directory of the results")
    return parser.parse_args()


class Run:
    """One run: what it measures on, and each of its parts."""

    def __init__(self, options: argparse.Namespace, results: dict[str, Any]) -> None:
        self.options = options
        self.results = results
        self.scratch = options.directory.resolve() / "scratch"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.log = self.scratch / "log"
        self.full, self.from_kafka = self.scratch / "full", self.scratch / "from_kafka"
        self._prepare()

    def _prepare(self) -> None:
        options = self.options
        world = World(options.directory.resolve(), options.world, options.index)
        if options.facts is not None:
            world.facts = options.facts
        world.make(options.users, options.seed)
        self.index, self.facts = world.index.resolve(), world.facts.resolve()
        self.stream = (options.stream or options.directory / "events").resolve()
        if not self.stream.exists():
            print(f"{options.events:,} events", flush=True)
            with closing(open_sink(f"file://{self.stream}")) as sink:
                generate_events(world.warehouse, options.seed, options.events, sink)

    @property
    def url(self) -> str:
        return f"file://{self.stream}"

    def rate(self) -> dict[str, Any]:
        """At full speed, from a file."""
        reserve = int(self.options.events * RESERVE_SHARE)
        return ingest_rate(
            linked(self.index, self.full), self.url, self.options.rate_seconds, self.log, reserve=reserve
        )

    def many(self) -> dict[str, Any]:
        """Likes and follows, as many as are told."""
        index = self.options.many_index or linked(self.index, self.scratch / "many")
        told = {"--index": index, "--facts": self.facts, "--seed": self.options.seed}
        return self._child("bench.live.many", told | {"--events": self.options.many})

    def many_size(self) -> dict[str, Any]:
        """What readers pay for what `many` put on the base."""
        return self._size(self.options.many_index or self.scratch / "many")

    def size(self) -> dict[str, Any]:
        """What readers pay for what `rate` or `kafka` put on the base, whichever put more there."""
        filled = {"rate": self.full, "kafka": self.from_kafka}
        most = max(filled, key=lambda name: disk_mib(filled[name] / "live"))
        return self._size(filled[most]) | {"filled_by": most}

    def _size(self, index: Path) -> dict[str, Any]:
        told = {"--index": index, "--facts": self.facts, "--seed": self.options.seed}
        return self._child("bench.live.size", told | {"--budget": self.options.budget})

    def restart(self) -> dict[str, Any]:
        """In the middle of the rest of the stream."""
        return restarts(self.full, self.url, 10, self.log)

    def stages(self) -> dict[str, Any]:
        """Over the first events, on an index of its own."""
        told = {"--index": linked(self.index, self.scratch / "stages"), "--from": self.url}
        return self._child("bench.live.stages", told | {"--events": self.options.stage_events})

    def kafka(self) -> dict[str, Any]:
        """At full speed, from a broker on this machine, which has its part of the two cores."""
        from tests.servers.kafka import kafka_server

        home = self.scratch / "kafka"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        with kafka_server(home) as server:
            url = server.make_topic("slipstream")
            index, rounds = linked(self.index, self.from_kafka), set()
            with closing(open_sink(url)) as sink:
                for round_, messages in played(self.url, open_published(index)[0], self.options.kafka_events):
                    sink.append(messages)
                    rounds.add(round_)
            return ingest_rate(index, url, self.options.rate_seconds, self.log) | {"rounds": len(rounds)}

    def kafka_restart(self) -> dict[str, Any]:
        """In the middle of one more round, from a file, over all that `kafka` took."""
        rounds = self.results.get("kafka", {}).get("rounds")
        if rounds is None:
            raise FailedError("nothing was taken from Kafka")
        news = self.scratch / "news"
        news.unlink(missing_ok=True)
        with closing(open_sink(f"file://{news}")) as sink:
            for _, messages in played(self.url, open_published(self.from_kafka)[0], _NEWS, first=rounds + 1):
                sink.append(messages)
        return restarts(self.from_kafka, f"file://{news}", 4, self.log)

    def traffic(self) -> dict[str, Any]:
        """Readers with ingest beside them."""
        return self._traffic(self.options.rate)

    def gentle(self) -> dict[str, Any]:
        """The same with fewer events."""
        return self._traffic(self.options.gentle_rate)

    def _traffic(self, rate: float) -> dict[str, Any]:
        options, log = self.options, self.scratch / "events"
        log.unlink(missing_ok=True)
        log.touch()
        return Traffic(
            index=linked(self.index, self.scratch / "traffic"),
            facts=self.facts,
            stream=self.url,
            log_url=f"file://{log}",
            scratch=self.scratch,
            seed=options.seed,
            rate=rate,
            queries=options.queries,
            quiet_s=options.quiet,
            busy_s=options.busy,
            log=self.log,
        ).run()

    def _child(self, module: str, told: dict[str, Any]) -> dict[str, Any]:
        out = self.scratch / f"{module}.json"
        run(module, *(str(part) for pair in told.items() for part in pair), "--out", str(out))
        return json.loads(out.read_text(encoding="utf-8"))

    def base(self) -> dict[str, Any]:
        """What all of it is measured on."""
        segment, _ = open_published(self.index)
        return {"documents": dict(segment.manifest.documents), "mib": segment.manifest.size / 2**20}


def main() -> None:
    """Make, measure, write after each part."""
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "live.json"
    names = [name for name in options.parts.split(",") if name]
    results = found_before(path, names, PARTS)
    run_ = Run(options, results)
    results |= {"machine": machine(), "base": run_.base(), "users": options.users, "seed": options.seed}
    if options.note:
        results["note"] = options.note
    parts: dict[str, Callable[[], dict[str, Any]]] = {name: getattr(run_, name) for name in PARTS}
    for name in names:
        print(f"{name}, load {load():.1f}", flush=True)
        started = time.perf_counter()
        try:
            results[name] = parts[name]()
        except (FailedError, MonocerosError, OSError, RuntimeError) as error:
            results[name] = {"skipped": str(error)}
        print(f"  {time.perf_counter() - started:.0f} s: {json.dumps(results[name])[:600]}", flush=True)
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        (options.out / "LIVE.md").write_text(report(results) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
