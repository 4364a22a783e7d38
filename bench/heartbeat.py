"""Latency fairness: how long a query keeps every other thread of the process from running.

A second thread wants to tick every millisecond while the worst queries of a shape run; the longest time between two ticks is
what some other request would have waited for the interpreter. CPython hands it over every 5 ms at the latest between two
bytecodes, so anything clearly longer is one call that holds on to it, or the machine being busy elsewhere: the figure beside,
of a loop that does nothing, says which.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

TICK_S = 0.001
SECONDS = 0.25
SLICES = 3


class Heartbeat:
    """Ticks from `start` to `stop`; `longest_ms` is the longest gap between two ticks, less the tick itself."""

    def __init__(self) -> None:
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._longest = 0.0

    def _tick(self) -> None:
        last = time.perf_counter()
        while not self._ends.is_set():
            time.sleep(TICK_S)
            now = time.perf_counter()
            self._longest = max(self._longest, now - last)
            last = now

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        time.sleep(5 * TICK_S)
        self._longest = 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    @property
    def longest_ms(self) -> float:
        """What a request would have waited."""
        return max(0.0, self._longest - TICK_S) * 1e3


def longest_gap_ms(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """The longest gap while `work` is called again and again: the least of several slices, each of which calls it all, since what
    `work` itself holds shows in every slice and what the machine does elsewhere does not."""
    return min(_slice(work, seconds) for _ in range(SLICES))


def _slice(work: Callable[[], object], seconds: float) -> float:
    with Heartbeat() as heartbeat:
        ends = time.perf_counter() + seconds
        while True:
            work()
            if time.perf_counter() >= ends:
                break
    return heartbeat.longest_ms


def idle_gap_ms() -> float:
    """The same beside a loop of plain Python, which never holds the interpreter longer than CPython lets it."""
    return longest_gap_ms(lambda: sum(range(100)))
