"""Readers and a writer at once: freshness of probes, latency with and without ingest, and a new base put in force meanwhile."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.live.indexes import publish_again
from bench.live.processes import Running, consumer, load
from bench.live.rate import metrics_of
from bench.live.serving import REFRESH_S
from bench.made import FailedError
from index import read_live

_READY_S = 300
_SWAP_S = 180
_SETTLE_S = 5.0
"""Between two phases, and behind a swap, which is what it still disturbs."""


@dataclass(frozen=True)
class Traffic:
    """What is played. `quiet_s` and `busy_s` are the phases without and with ingest."""

    index: Path
    facts: Path
    stream: str
    log_url: str
    """Where the producer appends, and the consumer reads."""
    scratch: Path
    seed: int
    rate: float
    queries: float
    quiet_s: float
    busy_s: float
    log: Path
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)
    loads: dict[str, float] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """quiet → busy (producer and consumer) → drained → swap under a consumer that goes on → figures."""
        probes = self.scratch / "probes.jsonl"
        for name in ("probes.jsonl", "ready", "reader.json", "producer.json"):
            (self.scratch / name).unlink(missing_ok=True)
        probes.touch()
        common = ("--facts", self.facts, "--seed", self.seed, "--probes", probes)
        with Running(
            *("bench.live.serving", *common, "--index", self.index, "--rate", self.queries),
            *("--ready", self.scratch / "ready", "--out", self.scratch / "reader.json"),
            log=self.log,
        ) as reader:
            self._until_ready(reader)
            self._phase("quiet", self.quiet_s)
            to_play = ("--from", self.stream, "--to", self.log_url, "--rate", self.rate)
            with Running(
                "bench.live.producing", *common, *to_play, "--out", self.scratch / "producer.json", log=self.log
            ) as producer:
                _until(lambda: probes.stat().st_size > 0, producer)
                with consumer(self.index, self.log_url, self.log) as writer:
                    metrics_of(self.index, writer)
                    time.sleep(_SETTLE_S)
                    cpu, began = writer.cpu_s(), metrics_of(self.index, writer)
                    self._phase("busy", self.busy_s)
                    cpu, ended = writer.cpu_s() - cpu, metrics_of(self.index, writer)
                    producer.finish()
                    _until(lambda: metrics_of(self.index, writer).lag_events == 0, writer)
                    time.sleep(_SETTLE_S)
                    self._phase("before", self.quiet_s / 2)
                    swap_s = self._swap(writer)
            reader.finish()
        seen = json.loads((self.scratch / "reader.json").read_text(encoding="utf-8"))
        return {
            "freshness": self._freshness(seen),
            "consumer": {
                "events": ended.events - began.events,
                "events_per_s": (ended.events - began.events) * 1e3 / max(1, ended.updated_ms - began.updated_ms),
                "lag_events": ended.lag_events,
                "cpu_s": cpu,
                "flush_ms": ended.flush_ms,
            },
            "producer": json.loads((self.scratch / "producer.json").read_text(encoding="utf-8")),
            "queries": {name: self._latency(seen, name) for name in self.phases},
            "refreshes_ms": _spread([took for _, _, took in seen["opened"]]),
            "swap_s": swap_s,
            "failed": len(seen["failed"]),
            "failures": sorted({text for _, text in seen["failed"]})[:5],
            "loads": self.loads,
        }

    def _until_ready(self, reader: Running) -> None:
        _until((self.scratch / "ready").exists, reader)

    def _phase(self, name: str, seconds: float) -> None:
        started = time.time()
        time.sleep(seconds)
        self.phases[name], self.loads[name] = (started, time.time()), load()

    def _swap(self, writer: Running) -> float:
        """Seconds until readers are sent to the new base (phase `rebase`); in phase `swap` they go there."""
        started = time.time()
        fresh = publish_again(self.index)

        def is_there() -> bool:
            live = read_live(self.index)
            return live is not None and live.generation == fresh

        _until(is_there, writer, _SWAP_S)
        moved = time.time()
        self.phases["rebase"], self.loads["rebase"] = (started, moved), load()
        time.sleep(_SETTLE_S)
        self.phases["swap"], self.loads["swap"] = (moved - REFRESH_S, time.time()), load()
        return moved - started

    def _freshness(self, seen: dict[str, Any]) -> dict[str, float]:
        start, end = self.phases["busy"]
        found = [after for at, after in seen["found"] if start <= at < end]
        lost = sum(start <= at < end for at in seen["missing"])
        return _spread(found) | {"probes": len(found) + lost, "missing": lost}

    def _latency(self, seen: dict[str, Any], phase: str) -> dict[str, Any]:
        start, end = self.phases[phase]
        asked = [(wall, cpu) for at, wall, cpu in seen["asked"] if start <= at < end]
        return {
            "seconds": end - start,
            "per_s": len(asked) / (end - start),
            "wall_ms": _spread([wall for wall, _ in asked]),
            "cpu_ms": _spread([cpu for _, cpu in asked]),
            "opened": sum(start <= at < end for at, _, _ in seen["opened"]),
            "load": self.loads[phase],
        }


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {"count": 0}
    p50, p99 = np.percentile(values, (50, 99)).tolist()
    return {"p50": p50, "p99": p99, "max": max(values), "count": len(values)}


def _until(is_so: Any, process: Running, seconds: float = _READY_S) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        process.check()
        if time.monotonic() > ends:
            raise FailedError(f"waited for {seconds} s in vain")
        time.sleep(0.05)
