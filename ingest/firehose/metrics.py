"""What a consumer says of itself, in `INDEX/live/metrics.json`, for people and for those who watch it."""

from __future__ import annotations

import json
import os
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from schemas.errors import InputError

FILE = "metrics.json"
STALE_S = 10.0
"""A running consumer writes every second; one that has not for so long does not run."""

State = Literal["running", "paused", "stalled", "ended", "failed", "dead"]
"""paused: what was applied cannot be saved, and the bound of memory is reached; stalled: no progress though there is lag;
dead: it says that it runs, and does not write any more."""


@dataclass(slots=True)
class Metrics:
    """Figures since the consumer started; `lag_…`, `events_per_s` and `freshness_…` are those of the last seconds."""

    state: State = "running"
    problem: str = ""
    """Why it does not go on as it should, such as a full disk."""
    pid: int = 0
    source: str = ""
    position: dict[str, object] = field(default_factory=dict)
    """What the last flush covers."""
    events: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    events_per_s: float = 0.0
    lag_events: int | None = 0
    """None while the source does not answer."""
    lag_ms: int = 0
    """0 where nothing is behind, else the age of the newest event that was read."""
    freshness_p50_ms: int = 0
    freshness_p99_ms: int = 0
    """From an event's server time until readers can see it."""
    dead_letters: int = 0
    as_of_ms: int = 0
    """Readers see all that the source held at this moment."""
    unsaved_events: int = 0
    flushes: int = 0
    flush_ms: float = 0.0
    checkpoints: int = 0
    checkpoint_ms: float = 0.0
    """How long the last one took."""
    started_ms: int = 0
    updated_ms: int = 0

    def as_json(self) -> dict[str, object]:
        """For `json.dumps`."""
        return asdict(self)


class Window:
    """The last values of a quantity, for its percentiles."""

    def __init__(self, size: int = 20_000) -> None:
        self._values: deque[int] = deque(maxlen=size)

    def add(self, values: list[int]) -> None:
        """Add these values; the oldest go."""
        self._values.extend(values)

    def percentile(self, share: float) -> int:
        """0 where there are none."""
        values = np.array(self._values.copy())  # a copy at once: the consumer may add at any time
        return int(np.percentile(values, share)) if len(values) else 0


def write_metrics(directory: Path, metrics: Metrics) -> None:
    """Replace the file. Where the disk has no room for another, write over it: a reader tries again."""
    data = json.dumps(metrics.as_json(), indent=1).encode()
    path, fresh = directory / FILE, directory / f"{FILE}.new"
    try:
        fresh.write_bytes(data)
        os.replace(fresh, path)
    except OSError:
        fresh.unlink(missing_ok=True)
        path.write_bytes(data)


def read_metrics(directory: Path, now_ms: int) -> Metrics:
    """What the last consumer said; `InputError` `no-metrics` where there never was one."""
    for _ in range(100):
        try:
            metrics = Metrics(**json.loads((directory / FILE).read_bytes()))
        except (FileNotFoundError, NotADirectoryError):
            break
        except (ValueError, TypeError):
            continue
        if metrics.state not in ("ended", "failed") and now_ms - metrics.updated_ms > STALE_S * 1000:
            metrics.state = "dead"
        return metrics
    raise InputError("no-metrics", f"no consumer has written to {directory.parent}", hint="start one: monoceros ingest")
