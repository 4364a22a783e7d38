"""Quotas of client keys, in memory that all workers share: requests a second, and engine time a second.

Two token buckets a key. A request takes one token of the first before it is answered; what the answer took in engine time
is taken from the second afterwards, which may go below zero, and while it does, the key is refused. Charging what was
measured, and not what was estimated, keeps the lengths of lists that a viewer may not see out of what the viewer is told.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from api.http.shared import SharedArray
from api.keys import Key

_BURST_S = 2.0
"""A bucket holds what comes in in so many seconds."""
_KEY, _REQUESTS, _BUSY_MS, _AT = range(4)


@final
class Quotas:
    """Buckets of up to `room` keys."""

    def __init__(self, room: int = 1024) -> None:
        self._room = room
        self._table = SharedArray((room, 4), np.float64)

    def take(self, key: Key, now: float) -> float | None:
        """None where the key may ask; otherwise in how many seconds it may."""
        with self._table.locked() as table:
            row = self._row(table, key, now)
            if row is None:
                return _BURST_S
            if row[_BUSY_MS] < 0:
                return float(-row[_BUSY_MS] / key.busy_ms_per_s)
            if row[_REQUESTS] < 1:
                return float((1 - row[_REQUESTS]) / key.requests_per_s)
            row[_REQUESTS] -= 1
        return None

    def charge(self, key: Key, busy_ms: float, now: float) -> None:
        """Take the engine time that an answer took."""
        with self._table.locked() as table:
            row = self._row(table, key, now)
            if row is not None:
                row[_BUSY_MS] -= busy_ms

    def _row(self, table: NDArray[Any], key: Key, now: float) -> NDArray[Any] | None:
        """The buckets of a key, filled up to now; None where no room is left for it."""
        name = float(int.from_bytes(blake2b(key.id.encode(), digest_size=6).digest(), "big") + 1)  # exact in a float
        start = int(name) % self._room
        for step in range(self._room):
            row: NDArray[Any] = table[(start + step) % self._room]
            if row[_KEY] == 0:
                row[:] = (name, key.requests_per_s * _BURST_S, key.busy_ms_per_s * _BURST_S, now)
                return row
            if row[_KEY] == name:
                gone_s = max(0.0, now - float(row[_AT]))
                row[_REQUESTS] = min(key.requests_per_s * _BURST_S, row[_REQUESTS] + gone_s * key.requests_per_s)
                row[_BUSY_MS] = min(key.busy_ms_per_s * _BURST_S, row[_BUSY_MS] + gone_s * key.busy_ms_per_s)
                row[_AT] = now
                return row
        return None
