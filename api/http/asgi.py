"""ASGI in our terms: the head, the body and the trace of a request, and one whole answer."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from api.http.auth import Head
from api.http.problems import Refusal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LONGEST_BODY = 64 << 10
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)
ALWAYS = (
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class GoneError(Exception):
    """The client left."""


@dataclass(slots=True)
class Trace:
    """What the log and the metrics learn of a request."""

    request_id: str
    trace: str | None = None
    """The caller's trace, the span of it that called, and our span in it."""
    parent: str | None = None
    span_id: str = ""
    is_sampled: bool = False
    """Whether the caller has the trace recorded."""
    stages: list[tuple[str, float, float]] = field(default_factory=list)
    """What was done, from when to when, on the clock `perf_counter`."""
    key: str = ""
    code: str = ""
    wait_ms: float = 0.0
    engine_ms: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


def head_of(scope: Scope) -> Head:
    """What a request says of itself."""
    headers: dict[str, str] = {}
    repeated = set()
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").lower()
        if name in headers:
            repeated.add(name)
        headers[name] = raw_value.decode("latin-1")
    client = scope.get("client") or ("",)
    path = (scope.get("raw_path") or scope["path"].encode()).split(b"?")[0]
    return Head(
        scope["method"],
        path.decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        headers,
        frozenset(repeated),
        str(client[0]),
    )


def request_id_of(given: str) -> str:
    """The caller's request id where it is one, else a new one."""
    return given if given and _REQUEST_ID.fullmatch(given) else new_id()


def new_id() -> str:
    """Sixteen hexadecimal digits that nobody else has, but could guess: asking the system for random bytes lets go of the
    interpreter, and has it back late. Processes differ, as `random` is seeded anew after a fork."""
    return f"{random.getrandbits(64):016x}"


def trace_of(head: Head) -> Trace:
    """The caller's request id and trace where they are such, else a new id."""
    trace = Trace(request_id_of(head.headers.get("x-request-id", "")))
    parent = _TRACEPARENT.fullmatch(head.headers.get("traceparent", ""))
    trace.span_id = new_id()
    if parent is not None:
        trace.trace, trace.parent, trace.is_sampled = parent[1], parent[2], bool(int(parent[3], 16) & 1)
        trace.headers["traceparent"] = f"00-{parent[1]}-{trace.span_id}-{parent[3]}"
    return trace


async def send_answer(send: Send, status: int, body: bytes, request_id: str, headers: dict[str, str]) -> None:
    """One whole answer."""
    sent = [
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
        *ALWAYS,
        *((name.encode(), value.encode("latin-1")) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


async def body_of(receive: Receive) -> bytes:
    """The whole body; `GoneError` where the client leaves before its end, `Refusal` 413 where it is too long."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LONGEST_BODY:
            raise Refusal(413, "too-large", f"the body is longer than {LONGEST_BODY:,} bytes")
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)
