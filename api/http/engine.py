"""Runs the work of requests in a few threads, in order of lanes, and says no before it is too late.

The engine computes with one core at a time, and holds the interpreter for a part of it; so more threads than two help
nobody. What waits is bounded by the time that it will wait: by what each lane has taken of late, a request that would wait
longer than its lane allows is refused at once. Raw queries give way first, typeahead last, and while others wait, no raw
query is begun that is thought to be long. Who was let in is to be answered: whoever has waited as long as the lane allows goes
next, so that no stream of more urgent work keeps a request until it is of no use, and refused late.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, TypeVar, final

from api.http.problems import Refusal

T = TypeVar("T")


class Lane(IntEnum):
    """Kinds of work, the most urgent first."""

    TYPEAHEAD = 0
    EXPLORE = 1
    RAW = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a request of each lane may have to wait, in ms, and how many may; beyond that it is refused."""

    wait_ms: tuple[float, float, float] = (200.0, 60.0, 40.0)
    waiting: tuple[int, int, int] = (256, 128, 64)
    lag_ms: tuple[float, float, float] = (400.0, 100.0, 50.0)
    """Lag of the event loop from which on a lane is refused."""
    pressed_ms: float = 20.0
    """The longest raw query that is begun while others wait, as far as estimates go."""


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[Callable[[], bool]], T]
    lane: Lane
    future: asyncio.Future[tuple[T, float]]
    queued: float
    latest: float
    is_dropped: bool = field(default=False)

    def stopped(self) -> bool:
        return self.is_dropped


_RETRY_S = 1.0
_GAIN = 0.1
_CALM_MS = 1.0
"""What a lane is thought to take before anything is known."""


@final
class Engine:
    """A pool of threads. Everything but `_loop` runs in the thread of the event loop."""

    def __init__(self, threads: int = 2, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._count = threads
        self._threads: list[threading.Thread] = []
        self._lock = threading.Condition()
        self._queues: tuple[deque[_Job[Any]], ...] = tuple(deque() for _ in Lane)
        self._running = [0, 0, 0]
        self._takes_ms = [_CALM_MS] * 3
        self._ms_per_posting = 1e-4
        self._is_closed = False
        self.lag_ms = 0.0

    def start(self) -> None:
        """Start the threads: after a fork, never before."""
        self._is_closed = False
        for number in range(self._count):
            thread = threading.Thread(target=self._loop, name=f"engine-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Let the threads end once nothing waits."""
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads.clear()

    def check(self, lane: Lane) -> None:
        """`Refusal` 503 where a request of this lane would have to wait too long."""
        limits = self._limits
        waiting = len(self._queues[lane])
        ahead_ms = sum(len(self._queues[other]) * self._takes_ms[other] for other in Lane if other <= lane)
        ahead_ms += sum(self._running[other] * self._takes_ms[other] for other in Lane) / 2
        if (
            ahead_ms / self._count > limits.wait_ms[lane]
            or waiting >= limits.waiting[lane]
            or self.lag_ms > limits.lag_ms[lane]
        ):
            raise overloaded()

    async def run(
        self, lane: Lane, work: Callable[[Callable[[], bool]], T], latest: float = float("inf")
    ) -> tuple[T, float]:
        """What the work gives, and the ms that it took; `Refusal` 504 where it was not begun by `latest` (perf_counter).

        A task that is cancelled while it waits here drops its work: `work` is handed a function that says so.
        """
        self.check(lane)
        now = time.perf_counter()
        job = _Job(work, lane, asyncio.get_running_loop().create_future(), now, latest)
        with self._lock:
            self._queues[lane].append(job)
            self._lock.notify()
        try:
            return await job.future
        finally:
            job.is_dropped = True

    def admit_cost(self, postings: int) -> None:
        """`Refusal` 503 where others wait and the work is thought to be long. Called by the work itself."""
        if any(self._queues) and postings * self._ms_per_posting > self._limits.pressed_ms:
            raise overloaded()

    def learn(self, postings: int, took_ms: float) -> None:
        """What work of this estimate took."""
        if postings > 0:
            self._ms_per_posting += _GAIN * (took_ms / postings - self._ms_per_posting)

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return sum(map(len, self._queues))

    # -- the threads -----------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        while (job := self._next()) is not None:
            started = time.perf_counter()
            result: Any = None
            error: BaseException | None = None
            try:
                if job.is_dropped:
                    continue
                if started > job.latest:
                    error = Refusal(504, "deadline", "the deadline passed before the request could be begun")
                elif (started - job.queued) * 1e3 > 2 * self._limits.wait_ms[job.lane]:
                    error = overloaded()
                else:
                    result = job.work(job.stopped)
            except BaseException as raised:
                error = raised
            finally:
                took_ms = (time.perf_counter() - started) * 1e3
                with self._lock:
                    self._running[job.lane] -= 1
                    if error is None and not job.is_dropped:
                        self._takes_ms[job.lane] += _GAIN * (took_ms - self._takes_ms[job.lane])
                    if self._queues[Lane.RAW]:
                        self._lock.notify()  # a raw query may have waited for this one to end
            self._hand_over(job, result, error, took_ms)

    @staticmethod
    def _hand_over(job: _Job[Any], result: Any, error: BaseException | None, took_ms: float) -> None:
        def settle() -> None:
            if job.future.done():
                return
            if error is None:
                job.future.set_result((result, took_ms))
            else:
                job.future.set_exception(error)

        if not job.is_dropped:
            try:
                job.future.get_loop().call_soon_threadsafe(settle)
            except RuntimeError:
                return  # the loop has ended, and with it whoever waited

    def _next(self) -> _Job[Any] | None:
        with self._lock:
            while True:
                ready = [lane for lane in Lane if self._queues[lane] and self._running[lane] < self._most(lane)]
                if ready:
                    lane = min(ready, key=self._due)
                    self._running[lane] += 1
                    return self._queues[lane].popleft()
                if self._is_closed:
                    return None
                self._lock.wait()

    def _most(self, lane: Lane) -> int:
        """How many of a lane may run at once: raw queries never take the last thread."""
        return max(1, self._count - 1) if lane is Lane.RAW else self._count

    def _due(self, lane: Lane) -> float:
        """The order in which the oldest of each lane go: whose time to wait is over, the longest over first, then by lanes."""
        over_ms = (time.perf_counter() - self._queues[lane][0].queued) * 1e3 - self._limits.wait_ms[lane]
        return -over_ms if over_ms > 0 else float(lane) + 1


def overloaded() -> Refusal:
    """The answer to a request for which there is no room; the same whatever the request would have cost."""
    return Refusal(
        503, "overloaded", "more is asked than can be answered now", hint="ask again later", retry_after_s=_RETRY_S
    )
