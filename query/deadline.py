"""The deadline of one query, checked between steps."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns

from query.execute import DeadlineError


def deadline(milliseconds: int, clock_ns: Callable[[], int]) -> Callable[[], None]:
    """A check that raises `DeadlineError` once the clock has gone on by so much from now.

    The clock is one that goes no faster than the wall's, such as processor time. It is asked only once the wall's, which is
    quicker to read, has gone on by as much.
    """
    allowed_ns = milliseconds * 1_000_000
    end = clock_ns() + allowed_ns
    soonest = perf_counter_ns() + allowed_ns

    def check() -> None:
        if perf_counter_ns() > soonest and clock_ns() > end:
            raise DeadlineError

    return check
