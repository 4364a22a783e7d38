"""How fast events are taken: `monoceros ingest` at the full speed of one process, by its own metrics and processor time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.live.processes import Running, consumer, load, memory_mib
from bench.made import FailedError
from bench.memory import disk_mib
from ingest.firehose import Metrics, read_metrics
from schemas.errors import InputError

_LOOK_S = 1.0
_BOOT_S = 300
_WINDOW_S = 10.0
"""What is sustained is so in every part of so many seconds."""


def metrics_of(index: Path, process: Running) -> Metrics:
    """What this consumer says now; waits for its first word."""
    ends = time.monotonic() + _BOOT_S
    while time.monotonic() < ends:
        process.check()
        try:
            metrics = read_metrics(index / "live", time.time_ns() // 1_000_000)
        except InputError:
            metrics = None
        if metrics is not None and metrics.pid == process.pid:
            return metrics
        time.sleep(0.1)
    raise FailedError("the consumer says nothing")


def ingest_rate(index: Path, url: str, seconds: float, log: Path, *, reserve: int = 0) -> dict[str, Any]:
    """Take what a stream holds but for about `reserve` events, at most for so long. Counted is between the first and the last
    metrics with a new number of events.

    Afterwards the consumer was stopped as an operator does, and all it took is in the index.
    """
    samples: list[tuple[float, float, int]] = []
    loads, peak_anon = [], 0.0
    with consumer(index, url, log) as process:
        started = time.monotonic()
        while not samples or time.monotonic() - started < seconds:
            metrics = metrics_of(index, process)
            if metrics.events and (not samples or metrics.events > samples[-1][2]):
                if not samples:
                    started = time.monotonic()
                samples.append((metrics.updated_ms / 1000, process.cpu_s(), metrics.events))
                loads.append(load())
                memory = memory_mib(process.pid)
                peak_anon = max(peak_anon, memory["anon"])
            if metrics.events and metrics.lag_events is not None and metrics.lag_events <= reserve:
                break
            time.sleep(_LOOK_S)
        memory = memory_mib(process.pid)
    (t0, cpu0, n0), (t1, cpu1, n1) = samples[0], samples[-1]
    return {
        "source": url.partition(":")[0],
        "seconds": t1 - t0,
        "events": n1 - n0,
        "all_events": n1,
        "cpu_s": cpu1 - cpu0,
        "events_per_s": (n1 - n0) / max(t1 - t0, 1e-9),
        "events_per_cpu_s": (n1 - n0) / max(cpu1 - cpu0, 1e-9),
        "slowest_per_cpu_s": _slowest(samples),
        "by_kind": metrics.by_kind,
        "flush_ms": metrics.flush_ms,
        "checkpoint_ms": metrics.checkpoint_ms,
        "flushes": metrics.flushes,
        "dead_letters": metrics.dead_letters,
        "memory_mib": memory,
        "peak_anon_mib": peak_anon,
        "layers_mib": disk_mib(index / "live"),
        "load": sum(loads) / len(loads),
    }


def _slowest(samples: list[tuple[float, float, int]]) -> float:
    """The fewest events of a second of processor in any part of the run, of (wall, processor, events); 0 where it was too short."""
    rates = [
        (last - first) / max(cpu - cpu_before, 1e-9)
        for place, (began, cpu_before, first) in enumerate(samples)
        for ended, cpu, last in samples[place + 1 :]
        if _WINDOW_S <= ended - began < 2 * _WINDOW_S
    ]
    return min(rates, default=0.0)
