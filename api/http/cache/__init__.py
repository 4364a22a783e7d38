"""Caches of whole answers: one small interface, in this process, in Redis or in memcached."""

from api.http.cache.interface import Cache, CacheDownError, Remembering
from api.http.cache.local import LocalCache
from api.http.cache.opening import open_cache

__all__ = ["Cache", "CacheDownError", "LocalCache", "Remembering", "open_cache"]
