"""The deadline of one query, checked between steps."""

from __future__ import annotations

from collections.abc import Callable

from query.execute import DeadlineError


def deadline(milliseconds: int, clock_ns: Callable[[], int]) -> Callable[[], None]:
    """A check that raises `DeadlineError` once the clock has gone on by so much from now."""
    end = clock_ns() + milliseconds * 1_000_000

    def check() -> None:
        if clock_ns() > end:
            raise DeadlineError

    return check
