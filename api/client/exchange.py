"""How one question is asked until it is answered: tries, pauses and the one deadline over all of them; knows no sockets.

A generator: it yields what is to be sent, or a pause, and is sent back what came. Both clients drive it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from api.client.credentials import Credentials
from api.client.errors import ServiceError, UnreachableError, error_of
from api.client.questions import Question

T = TypeVar("T")

_AGAIN = frozenset({429, 503})
_FIRST_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Send:
    """Send this, and wait so long for the answer."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Came:
    """An answer; `status` 0 where none came, `body` then says why."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Manner:
    """Who asks, as whom, how long all tries together may take, and how many there may be."""

    credentials: Credentials
    viewer: int | None
    deadline_s: float
    tries: int
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    heard: Callable[[Mapping[str, str]], None] = lambda _: None
    """Is told the headers of each answer."""


def exchange(question: Question[T], manner: Manner) -> Generator[Send | Pause, Came | None, T]:
    """The answer; `ServiceError` or `UnreachableError`. Only safe questions are asked again, each time signed anew."""
    end = manner.clock() + manner.deadline_s
    pause_s = _FIRST_PAUSE_S
    for left in range(manner.tries - 1, -1, -1):
        rest_s = end - manner.clock()
        if rest_s <= 0:
            raise UnreachableError("deadline", f"no answer within {manner.deadline_s:g} s")
        came = yield _send(question, manner, rest_s)
        assert came is not None
        if came.status == 200:
            manner.heard(came.headers)
            return _decoded(question, came)
        error, wait_s = _failure(came)
        wait_s = max(wait_s, pause_s * random.uniform(0.5, 1.0))
        pause_s *= 2
        may_again = question.is_safe and (came.status == 0 or came.status in _AGAIN)
        if not may_again or left == 0 or manner.clock() + wait_s >= end:
            raise error
        yield Pause(wait_s)
    raise AssertionError("there is at least one try")


def _send(question: Question[T], manner: Manner, rest_s: float) -> Send:
    headers = manner.credentials.headers(question.method, question.target, question.body, manner.viewer, manner.now)
    headers["x-deadline-ms"] = str(min(600_000, max(1, int(rest_s * 1e3))))
    if question.method == "POST":
        headers["content-type"] = "application/json"
    return Send(question.method, question.target, headers, question.body, rest_s)


def _decoded(question: Question[T], came: Came) -> T:
    try:
        return msgspec.json.decode(came.body, type=question.answer)
    except msgspec.MsgspecError:
        raise UnreachableError("not-ours", "the answer is not one of the service") from None


def _failure(came: Came) -> tuple[ServiceError | UnreachableError, float]:
    """The error, and how long to wait at least."""
    if came.status == 0:
        return UnreachableError("unreachable", came.body.decode("utf-8", "replace")), 0.0
    said = came.headers.get("retry-after", "")
    wait_s = float(said) if said.isascii() and said.isdigit() else 0.0
    return error_of(came.status, came.body, wait_s or None), wait_s
