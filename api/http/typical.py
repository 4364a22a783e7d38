"""What work of a kind typically takes of late: the mean of the middle half of the last few.

A moving mean follows a moment in which the whole machine is slow, and what it says stays too high for as many answers again, when
what had gathered is done; so who asks in a calm is refused. Of the middle half a few know nothing, and many change it at once
(the interquartile mean; Huber, Robust Statistics, 1981, on trimmed means).
"""

from __future__ import annotations

from collections import deque
from typing import final

_LAST = 20


@final
class Typical:
    """The last times, in ms; before there is any, `at_first`."""

    def __init__(self, at_first: float) -> None:
        self._last: deque[float] = deque([at_first], _LAST)
        self.ms = at_first

    def note(self, took_ms: float) -> None:
        """One more."""
        self._last.append(took_ms)
        cut = len(self._last) // 4
        middle = sorted(self._last)[cut : len(self._last) - cut]
        self.ms = sum(middle) / len(middle)
