"""What a call costs, measured against a loop of the same moment: machines differ, and any of them may be slow for a while."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 7


def cost(call: Callable[[], object], most: float) -> float:
    """The processor time of a call, where 1 is that of a loop of a hundred thousand additions (some 4 ms).

    Each is the least of a few tries, since any of them may meet a slower moment; none is made once the cost is not above `most`.
    """
    took = loop = float("inf")
    for _ in range(TRIES):
        loop, took = min(loop, _seconds(_loop)), min(took, _seconds(call))
        if took <= most * loop:
            break
    return took / loop


def _loop() -> int:
    total = 0
    for number in range(100_000):
        total += number
    return total


def _seconds(call: Callable[[], object]) -> float:
    started = time.thread_time()
    call()
    return time.thread_time() - started
