"""What a cache is, and the wrapper that makes a slow or broken one a miss."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from typing import Protocol, final

PATIENCE_S = 0.02
"""A cache that takes longer is a miss."""
_REST_S = 1.0
"""How long a cache that failed is left alone."""


class CacheDownError(Exception):
    """The cache could not be asked."""


class Cache(Protocol):
    """Bytes by key. Anything that goes wrong is `CacheDownError`; whoever calls bounds the time."""

    kind: str

    async def get(self, key: str) -> bytes | None:
        """What was put there, as long as it is kept."""
        ...

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """Keep it for so many seconds, as far as there is room."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@final
class Remembering:
    """A cache as handlers use it: never an error, never longer than 20 ms, and keys that hold whatever decides the answer."""

    def __init__(self, cache: Cache, now: Callable[[], float] = time.monotonic) -> None:
        self._cache = cache
        self._now = now
        self._rests_until = 0.0
        self.hits = self.misses = self.failures = 0

    @property
    def kind(self) -> str:
        """Which cache it is."""
        return self._cache.kind

    async def connect(self) -> None:
        """Ask once for nothing, however long the first connection takes; what is down then is met by those who ask."""
        with suppress(CacheDownError):
            await self._cache.get(key_of())

    async def get(self, *parts: str) -> bytes | None:
        """What was kept under all these parts of a key; None where there is nothing, or no telling."""
        found = None
        if self._now() >= self._rests_until:
            try:
                found = await asyncio.wait_for(self._cache.get(key_of(*parts)), PATIENCE_S)
            except (TimeoutError, CacheDownError):
                self._fail()
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return found

    async def put(self, *parts: str, value: bytes, ttl_s: int) -> None:
        """Keep an answer, if that can be done at once."""
        if self._now() < self._rests_until:
            return
        try:
            await asyncio.wait_for(self._cache.put(key_of(*parts), value, ttl_s), PATIENCE_S)
        except (TimeoutError, CacheDownError):
            self._fail()

    async def close(self) -> None:
        """Let go of connections."""
        await self._cache.close()

    def _fail(self) -> None:
        self.failures += 1
        self._rests_until = self._now() + _REST_S


def key_of(*parts: str) -> str:
    """One key for several parts: no two lists of parts share one, and nothing of them can be read from it."""
    whole = "".join(f"{len(part)}:{part}" for part in parts)
    return "monoceros:1:" + blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=24).hexdigest()
