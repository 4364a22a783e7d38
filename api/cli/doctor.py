"""`monoceros doctor`: is everything there that a service needs? One line a check, and what to do about what is not."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from api.cli.failures import DAMAGE
from api.cli.flags import index_flag, settings_of
from schemas.errors import MonocerosError
from schemas.settings import Settings

_LEAST_FILES = 1_024
_SLOW_MS = 20.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `ok`, `look` (it works, and could be better) or `bad`."""

    state: str
    what: str


@click.command()
@index_flag
@click.option("--keys", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The keys of clients.")
@click.option("--cache", metavar="URL", help="The cache.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="The port to serve on.")
@click.pass_context
def doctor(context: click.Context, index: Path, keys: Path | None, cache: str | None, port: int) -> None:
    """Check index, settings, keys, cache and machine before serving.

    The exit code is 1 where anything is bad.
    """
    from api.console.text import printable

    is_bad = False
    for finding in _findings(context, index, keys, cache, port):
        is_bad |= finding.state == "bad"
        click.echo(f"{finding.state:5}{printable(finding.what)}")
    context.exit(DAMAGE if is_bad else 0)


def _findings(
    context: click.Context, index: Path, keys: Path | None, cache: str | None, port: int
) -> Iterator[Finding]:
    try:
        settings = settings_of(context)
        yield Finding("ok", "settings")
    except MonocerosError as error:
        settings = Settings()
        yield _bad(error)
    yield from _said(lambda: _index(index, settings))
    if keys is not None:
        yield from _said(lambda: _keys(keys))
    if cache is not None:
        yield from _said(lambda: _cache(cache))
    yield _port(port)
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files < _LEAST_FILES:
        yield Finding(
            "look", f"only {files} files may be open at once; ulimit -n {_LEAST_FILES * 8} for many connections"
        )
    else:
        yield Finding("ok", f"{files:,} files may be open at once")


def _said(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except MonocerosError as error:
        yield _bad(error)


def _index(index: Path, settings: Settings) -> Iterator[Finding]:
    from api.console.text import size_of
    from api.session import Session
    from index import LiveSegment, verify_index
    from query import Request
    from schemas.catalogue import Vertical

    manifest, problems = verify_index(index)
    for problem in problems:
        yield Finding("bad", problem)
    if problems:
        return
    yield Finding("ok", f"{index}: no damage in {size_of(manifest.size)}")
    session = Session(index, settings)
    segment = session.searcher.segment
    started = time.perf_counter()
    session.run(Request(text="name:a*", vertical=Vertical.USER, limit=1))
    took_ms = (time.perf_counter() - started) * 1e3
    yield Finding("ok" if took_ms < _SLOW_MS else "look", f"generation {segment.state[0]} answers in {took_ms:.1f} ms")
    if isinstance(segment, LiveSegment):
        lag_s = max(0.0, time.time() - segment.live.applied_ms / 1e3)
        yield Finding("ok" if lag_s < 60 else "look", f"live, {lag_s:,.0f} s behind the newest event that shows")


def _keys(path: Path) -> Iterator[Finding]:
    from api.keys import read_keys

    now = time.time()
    keys = read_keys(path)
    yield Finding("ok", f"{path}: {len(keys)} keys")
    for key in keys.values():
        if not key.holds(now):
            yield Finding("look", f"key {key.id} does not hold now")
        elif key.not_after - now < 7 * 86_400:
            yield Finding("look", f"key {key.id} ends in {(key.not_after - now) / 3600:,.0f} h")


def _cache(url: str) -> Iterator[Finding]:
    import asyncio

    from api.http.cache import CacheDownError, open_cache

    async def ask() -> float:
        cache = open_cache(url)
        try:
            await cache.get("monoceros:doctor")  # which also connects
            started = time.perf_counter()
            await cache.get("monoceros:doctor")
            return (time.perf_counter() - started) * 1e3
        finally:
            await cache.close()

    try:
        took_ms = asyncio.run(ask())
    except CacheDownError as error:
        yield Finding("bad", f"{url} does not answer within 20 ms: {error.__cause__ or error}")
        return
    yield Finding("ok" if took_ms < _SLOW_MS / 2 else "look", f"{url} answers in {took_ms:.1f} ms")


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return Finding("look", f"port {port} of 127.0.0.1 cannot be had: {error.strerror}")
    return Finding("ok", f"port {port} is free")


def _bad(error: MonocerosError) -> Finding:
    return Finding("bad", f"{error.message}{f'; {error.hint}' if error.hint else ''}")
