"""A cache in this process: the answers asked for last, up to so many bytes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import final

_EACH = 200
"""Bytes that an entry takes beside its value."""


@final
class LocalCache:
    """Forgets what was not asked for the longest."""

    kind = "local"

    def __init__(self, room: int = 16 << 20, now: Callable[[], float] = time.monotonic) -> None:
        self._room = room
        self._now = now
        self._kept: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._size = 0

    async def get(self, key: str) -> bytes | None:
        """As `Cache.get`."""
        found = self._kept.get(key)
        if found is None:
            return None
        if found[1] <= self._now():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return found[0]

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """As `Cache.put`."""
        if key in self._kept:
            self._drop(key)
        self._kept[key] = (value, self._now() + ttl_s)
        self._size += len(value) + _EACH
        while self._size > self._room:
            self._drop(next(iter(self._kept)))

    async def close(self) -> None:
        """As `Cache.close`."""
        self._kept.clear()
        self._size = 0

    def _drop(self, key: str) -> None:
        self._size -= len(self._kept.pop(key)[0]) + _EACH
