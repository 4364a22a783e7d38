"""The deadline of one query, checked between steps."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns

from query.execute import DeadlineError

_NS_PER_MS = 1_000_000
_NEVER = 1 << 62


class StoppedError(Exception):
    """Nobody waits for the answer any more."""


def deadline(
    milliseconds: int,
    clock_ns: Callable[[], int],
    wall_ms: int | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Callable[[], None]:
    """A check that raises `DeadlineError` once the clock has gone on by so much from now, or the wall's by `wall_ms`.

    The clock is one that goes no faster than the wall's, such as processor time. It is asked only once the wall's, which is
    quicker to read, has gone on by as much. Where `stopped` says so, the check raises `StoppedError`.
    """
    allowed_ns = milliseconds * _NS_PER_MS
    end = clock_ns() + allowed_ns
    now = perf_counter_ns()
    soonest = now + allowed_ns
    latest = _NEVER if wall_ms is None else now + wall_ms * _NS_PER_MS

    def check() -> None:
        now = perf_counter_ns()
        if now > latest or (now > soonest and clock_ns() > end):
            raise DeadlineError
        if stopped is not None and stopped():
            raise StoppedError

    return check
