"""What queries are thought to cost, learnt from those before; a long one is not begun while others wait."""

from __future__ import annotations

from typing import final

from api.http.exchange import Exchange
from api.http.lanes import Limits, overloaded

_GAIN = 0.1
_CALM_MS = 1.0
"""What a query is thought to take before anything is known."""
_CALM_POSTINGS = 1e4
"""The postings that it is thought to read in that time."""


@final
class Costs:
    """The estimates of one worker."""

    def __init__(self, limits: Limits, exchange: Exchange) -> None:
        self._limits = limits
        self._exchange = exchange
        self._learnt_ms, self._learnt_postings = _CALM_MS, _CALM_POSTINGS

    def admit(self, postings: int) -> None:
        """`Refusal` 503 where others wait and the work is thought to be long."""
        thought_ms = postings * self._learnt_ms / max(self._learnt_postings, 1)
        if thought_ms > self._limits.pressed_ms and self._exchange.waiting:
            raise overloaded()

    def learn(self, postings: int, took_ms: float) -> None:
        """What work of this estimate took. Times and postings are summed apart: most of what a small query takes is not for its
        postings."""
        self._learnt_ms += _GAIN * (took_ms - self._learnt_ms)
        self._learnt_postings += _GAIN * (postings - self._learnt_postings)
