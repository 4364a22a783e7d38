"""Lanes: kinds of work, how long each may have to wait, and what is said to whom there is no room for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from api.http.problems import Refusal

_RETRY_S = 1.0


class Lane(IntEnum):
    """Kinds of work, the most urgent first."""

    TYPEAHEAD = 0
    EXPLORE = 1
    RAW = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a request of each lane may have to wait, in ms, and how many may; beyond that it is refused."""

    wait_ms: tuple[float, float, float] = (200.0, 150.0, 100.0)
    waiting: tuple[int, int, int] = (256, 128, 64)
    lag_ms: tuple[float, float, float] = (400.0, 100.0, 50.0)
    """Lag of the event loop from which on a lane is refused."""
    patience_ms: float = 3.0
    """How long a request waits for the worker that has its viewer in mind while another is at rest: about what it takes the
    other to read what it needs of the viewer."""
    overtaken_ms: float = 20.0
    """How long a request waits before those of viewers whom a free worker has in mind begin after it."""
    pressed_ms: float = 20.0
    """The longest raw query that is begun while others wait, as far as estimates go."""
    given_up_ms: float = 10_000.0
    """How long anybody waits at all, such as for a worker where there is none."""


def overloaded() -> Refusal:
    """The answer to a request for which there is no room; the same whatever the request would have cost."""
    return Refusal(
        503, "overloaded", "more is asked than can be answered now", hint="ask again later", retry_after_s=_RETRY_S
    )
