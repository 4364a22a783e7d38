"""`python -m bench.service.load`: a load generator for loopback, a process of its own. A plan on stdin, what was noted on stdout.

Each stream of a plan either keeps so many connections busy (closed loop), or sends at a rate whatever comes back (open loop), and
then a latency counts from the moment at which the request was due: a slow service cannot slow down what measures it.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from array import array
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, cast

import uvloop

_TOOK = re.compile(rb'"took_ms":([0-9.]+)')
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
ROW = 4
"""Numbers that are noted of a request."""
_SPARE = 512
"""Requests that an open stream may have in flight at once; what comes beyond is counted as dropped by the generator."""


@dataclass
class Done:
    """What came of the requests of one stream, `ROW` numbers each: when it was due by the monotonic clock, status, ms, and the
    ms that the answer says it took."""

    rows: array[float] = field(default_factory=lambda: array("d"))
    dropped: int = 0


class Connection(asyncio.Protocol):
    """One connection, one request at a time. It knows as much of HTTP as the service writes: a head, a body of a known length."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._read = b""

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body; status 0 where the connection broke."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            try:
                await loop.create_connection(lambda: self, *self._address)
            except OSError:
                return 0, b""
        assert self._transport is not None
        self._waiting, self._read = loop.create_future(), b""
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """A piece of an answer."""
        self._read = read = self._read + data if self._read else data
        end = read.find(b"\r\n\r\n")
        found = _LENGTH.search(read, 0, end) if end >= 0 else None
        if found is not None and len(read) >= end + 4 + int(found[1]):
            self._told(int(read[9:12]), read[end + 4 :])

    def connection_lost(self, _: Exception | None) -> None:
        """It is gone; the next request makes another."""
        self._transport = None
        self._told(0, b"")

    def _told(self, status: int, body: bytes) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((status, body))


async def closed(stream: dict[str, Any], started: float, seconds: float, done: Done) -> None:
    """So many connections, each asking again as soon as it was answered; each begins at a place of its own, so that none asks what
    another has just asked."""
    requests = _requests(stream)

    async def one(number: int) -> None:
        connection, at = Connection(*stream["address"]), number * len(requests) // stream["connections"]
        while (begun := time.monotonic()) < started + seconds:
            status, body = await connection.ask(requests[at % len(requests)])
            _note(done, begun, status, body)
            at += 1
        connection.close()

    await asyncio.gather(*(one(number) for number in range(stream["connections"])))


async def opened(stream: dict[str, Any], started: float, seconds: float, done: Done) -> None:
    """At a rate, from `begin` to `end` of the run; each viewer over connections of his own, as browsers do."""
    requests = _requests(stream)
    viewers = [token for _, token in stream["requests"]]
    idle: dict[str, list[Connection]] = {token: [] for token in viewers}
    running: set[asyncio.Task[None]] = set()
    failed: list[BaseException] = []

    async def one(due: float, request: bytes, own: list[Connection]) -> None:
        due = min(due, time.monotonic())  # timers of the loop go off up to a millisecond early
        connection = own.pop() if own else Connection(*stream["address"])
        status, body = await connection.ask(request)
        _note(done, due, status, body)
        own.append(connection)

    def ended(task: asyncio.Task[None]) -> None:
        running.discard(task)
        failed.extend(filter(None, (task.exception(),)))

    first, gap = started + stream.get("begin", 0.0), 1 / stream["rate"]
    last = min(started + seconds, started + stream.get("end", seconds))
    number = 0
    while (due := first + number * gap) < last:
        wait = due - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        if len(running) < _SPARE:
            at = number % len(requests)
            task = asyncio.create_task(one(due, requests[at], idle[viewers[at]]))
            running.add(task)
            task.add_done_callback(ended)
        else:
            done.dropped += 1
        number += 1
        if number % 64 == 0:
            await asyncio.sleep(0)  # answers are read even where we are late
    await asyncio.gather(*running)
    if failed:
        raise failed[0]
    for connection in chain.from_iterable(idle.values()):
        connection.close()


def _note(done: Done, due: float, status: int, body: bytes) -> None:
    now = time.monotonic()
    took = _TOOK.search(body) if status == 200 else None
    done.rows.extend((due, status, (now - due) * 1e3, float(took[1]) if took else float("nan")))


def _requests(stream: dict[str, Any]) -> list[bytes]:
    host, port = stream["address"]
    return [
        f"GET {target} HTTP/1.1\r\nhost: {host}:{port}\r\nauthorization: Bearer {token}\r\n\r\n".encode()
        for target, token in stream["requests"]
    ]


async def run(plan: dict[str, Any]) -> tuple[dict[str, Any], list[Done]]:
    """All streams of a plan side by side: the facts of the run, with its streams in their order, and what came of each."""
    started, busy = time.monotonic(), time.process_time()
    done = {name: Done() for name in plan["streams"]}
    works = [
        (closed if "connections" in stream else opened)(stream, started, plan["seconds"], done[name])
        for name, stream in plan["streams"].items()
    ]
    await asyncio.gather(*works)
    seconds = time.monotonic() - started
    facts = {
        "started": started,
        "seconds": seconds,
        "load_cores": (time.process_time() - busy) / seconds,
        "streams": {name: {"count": len(found.rows) // ROW, "dropped": found.dropped} for name, found in done.items()},
    }
    return facts, list(done.values())


def main() -> None:
    """The facts as a line of JSON, then the rows of all streams."""
    facts, done = uvloop.run(run(json.load(sys.stdin)))
    with open(
        sys.stdout.fileno(), "wb", closefd=False
    ) as out:  # buffered in any case: a raw file may write a part of what it is given
        out.write(json.dumps(facts).encode() + b"\n")
        for found in done:
            out.write(found.rows)


if __name__ == "__main__":
    main()
