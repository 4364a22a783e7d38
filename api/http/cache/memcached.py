"""A cache in memcached. Its client waits, so it is asked in threads of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import final

from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]
from pymemcache.exceptions import MemcacheError  # type: ignore[import-untyped]

from api.http.cache.interface import CacheDownError

_THREADS = 4


@final
class MemcachedCache:
    """Answers under keys of memcached, each with an end. memcached may forget them sooner, and keeps none above 1 MB."""

    kind = "memcached"

    def __init__(self, host: str, port: int, patience_s: float) -> None:
        self._client = PooledClient(
            (host, port), connect_timeout=patience_s, timeout=patience_s, max_pool_size=_THREADS, no_delay=True
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="memcached")

    async def get(self, key: str) -> bytes | None:
        """As `Cache.get`."""
        return await self._ask(lambda: self._client.get(key))

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """As `Cache.put`."""
        await self._ask(lambda: self._client.set(key, value, expire=ttl_s, noreply=False) and None)

    async def close(self) -> None:
        """As `Cache.close`."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def _ask(self, question: Callable[[], object]) -> bytes | None:
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, question)
        except (MemcacheError, OSError) as error:
            raise CacheDownError from error
        return found if isinstance(found, bytes) else None
