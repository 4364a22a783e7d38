"""A cache in Redis."""

from __future__ import annotations

from typing import final

from redis import RedisError
from redis.asyncio import Redis

from api.http.cache.interface import CacheDownError


@final
class RedisCache:
    """Answers under keys of Redis, each with an end. Redis may forget them sooner."""

    kind = "redis"

    def __init__(self, url: str, patience_s: float) -> None:
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=patience_s, socket_connect_timeout=patience_s, retry_on_timeout=False, retry=None
        )

    async def get(self, key: str) -> bytes | None:
        """As `Cache.get`."""
        try:
            found = await self._redis.get(key)
        except (RedisError, OSError) as error:
            raise CacheDownError from error
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """As `Cache.put`."""
        try:
            await self._redis.set(key, value, ex=ttl_s)
        except (RedisError, OSError) as error:
            raise CacheDownError from error

    async def close(self) -> None:
        """As `Cache.close`."""
        await self._redis.aclose()
