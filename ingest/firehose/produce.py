"""Playing a stream into a sink, at a rate."""

from __future__ import annotations

import time
from collections.abc import Callable

from ingest.firehose.sources.base import Sink, Source

_SLICE_S = 0.05
_FULL_SPEED = 5_000


def produce(
    source: Source,
    sink: Sink,
    *,
    rate: float | None = None,
    limit: int | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> int:
    """Append what the source holds now, at most `limit` messages; how many there were.

    At `rate` messages a second, in slices of a twentieth of a second: evenly over any longer time, whatever a slice took. As
    fast as it goes without one.
    """
    source.stop_at_end()
    started = time.monotonic()
    produced = 0
    while limit is None or produced < limit:
        due = _FULL_SPEED if rate is None else int((time.monotonic() - started + _SLICE_S) * rate) - produced
        if due < 1:
            time.sleep(_SLICE_S / 2)
            continue
        room = due if limit is None else min(due, limit - produced)
        batch = source.poll(min(room, _FULL_SPEED), 1.0)
        if batch is None:
            break
        sink.append(batch.messages)
        produced += len(batch.messages)
        tell(produced)
    return produced
