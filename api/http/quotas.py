"""Quotas of client keys, in memory that all workers share: requests a second, and engine time a second.

Two token buckets a key. A request takes one token of the first before it is answered; what the answer took in engine time
is taken from the second afterwards, which may go below zero, and while it does, the key is refused. Charging what was
measured, and not what was estimated, keeps the lengths of lists that a viewer may not see out of what the viewer is told.
"""

from __future__ import annotations

from typing import Any, final

from numpy.typing import NDArray

from api.http.shared import NamedRows
from api.keys import Key

_BURST_S = 2.0
"""A bucket holds what comes in in so many seconds."""
_REQUESTS, _BUSY_MS, _AT = range(3)


@final
class Quotas:
    """Buckets of up to `room` keys."""

    def __init__(self, room: int = 1024) -> None:
        self._rows = NamedRows(room, 3)

    def take(self, key: Key, now: float) -> float | None:
        """None where the key may ask; otherwise in how many seconds it may."""
        with self._rows.row(key.id, _full(key, now)) as row:
            if row is None:
                return _BURST_S
            _fill(row, key, now)
            if row[_BUSY_MS] < 0:
                return float(-row[_BUSY_MS] / key.busy_ms_per_s)
            if row[_REQUESTS] < 1:
                return float((1 - row[_REQUESTS]) / key.requests_per_s)
            row[_REQUESTS] -= 1
        return None

    def charge(self, key: Key, busy_ms: float, now: float) -> None:
        """Take the engine time that an answer took."""
        with self._rows.row(key.id, _full(key, now)) as row:
            if row is not None:
                _fill(row, key, now)
                row[_BUSY_MS] -= busy_ms


def _full(key: Key, now: float) -> tuple[float, float, float]:
    return key.requests_per_s * _BURST_S, key.busy_ms_per_s * _BURST_S, now


def _fill(row: NDArray[Any], key: Key, now: float) -> None:
    """Add what came in since the buckets were looked at last."""
    gone_s = max(0.0, now - float(row[_AT]))
    requests, busy_ms, _ = _full(key, now)
    row[_REQUESTS] = min(requests, row[_REQUESTS] + gone_s * key.requests_per_s)
    row[_BUSY_MS] = min(busy_ms, row[_BUSY_MS] + gone_s * key.busy_ms_per_s)
    row[_AT] = now
