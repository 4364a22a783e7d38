"""From the address of a cache to the cache."""

from __future__ import annotations

from urllib.parse import urlsplit

from api.http.cache.interface import PATIENCE_S, Cache
from api.http.cache.local import LocalCache
from schemas.errors import InputError

_MEMCACHED_PORT = 11_211


def open_cache(url: str | None, patience_s: float = PATIENCE_S) -> Cache:
    """The cache at an address, without asking it anything yet; None stands for one in this process.

    `InputError` `bad-cache` where the address is none, or its client is not installed.
    """
    if url is None:
        return LocalCache()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad(f"{url!r} is no address") from None
    try:
        match parts.scheme:
            case "redis" | "rediss" | "unix":
                from api.http.cache.redis import RedisCache

                return RedisCache(url, patience_s)
            case "memcached" if parts.hostname:
                from api.http.cache.memcached import MemcachedCache

                return MemcachedCache(parts.hostname, port or _MEMCACHED_PORT, patience_s)
    except ModuleNotFoundError as error:
        raise InputError("bad-cache", f"{url} needs {error.name}", hint=f"pip install {error.name}") from None
    raise _bad(f"{url!r} is no cache that is known here")


def _bad(what: str) -> InputError:
    return InputError("bad-cache", what, hint="such as redis://127.0.0.1:6379/0 or memcached://127.0.0.1:11211")
