"""Runs the work of requests in a few threads, in order of lanes, and says no before it is too late.

The engine holds the interpreter for most of what it does, so two pieces of work at once take as long as one after the other, and
both are late. So one is at work at a time; only typeahead begins beside others, in a thread of its own, and these rest meanwhile,
at the next step at which they ask whether they are still wanted. What waits is bounded by the time that it will wait: by what each
lane has taken of late, a request that would wait longer than its lane allows is refused at once, and who was let in is answered.
Raw queries give way first, typeahead last, and while others wait, no raw query is begun that is thought to be long. Whoever has
waited as long as the lane allows goes next, so that no stream of more urgent work keeps a request until it is of no use.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
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

    wait_ms: tuple[float, float, float] = (200.0, 150.0, 100.0)
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
    rested_ms: float = field(default=0.0)


_THREADS = 2
_NICE = 5
_RETRY_S = 1.0
_GAIN = 0.1
_CALM_MS = 1.0
"""What a lane is thought to take before anything is known."""
_CALM_POSTINGS = 1e4
"""The postings that a raw query is thought to read in that time."""


@final
class Engine:
    """Two threads, one of which is left for typeahead. All but `_loop` and what it calls runs in the thread of the event loop."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._threads: list[threading.Thread] = []
        lock = threading.Lock()
        self._lock, self._is_calm = threading.Condition(lock), threading.Condition(lock)
        self._queues: tuple[deque[_Job[Any]], ...] = tuple(deque() for _ in Lane)
        self._running = [0, 0, 0]
        self._takes_ms = [_CALM_MS] * 3
        self._learnt_ms, self._learnt_postings = _CALM_MS, _CALM_POSTINGS
        self._is_closed = False
        self.lag_ms = 0.0

    def start(self) -> None:
        """Start the threads: after a fork, never before."""
        self._is_closed = False
        for number in range(_THREADS):
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

    def has_room(self, lane: Lane) -> bool:
        """Whether a request of this lane would not have to wait too long."""
        limits, ahead_ms = self._limits, 0.0
        for queue, running, takes_ms in zip(self._queues[: lane + 1], self._running, self._takes_ms, strict=False):
            ahead_ms += (len(queue) + running / 2) * takes_ms
        return (
            ahead_ms <= limits.wait_ms[lane]
            and len(self._queues[lane]) < limits.waiting[lane]
            and self.lag_ms <= limits.lag_ms[lane]
        )

    async def run(
        self, lane: Lane, work: Callable[[Callable[[], bool]], T], latest: float = float("inf")
    ) -> tuple[T, float]:
        """What the work gives, and the ms that it was at work; `Refusal` 504 where it was not begun by `latest` (perf_counter).

        A task that is cancelled while it waits here drops its work: `work` is handed a function that says so.
        """
        if not self.has_room(lane):
            raise overloaded()
        now = time.perf_counter()
        job = _Job(work, lane, asyncio.get_running_loop().create_future(), now, latest)
        with self._lock:
            self._queues[lane].append(job)
            if self._may_begin(lane):
                self._lock.notify()
        try:
            return await job.future
        finally:
            job.is_dropped = True

    def admit_cost(self, postings: int) -> None:
        """`Refusal` 503 where others wait and the work is thought to be long. Called by the work itself."""
        thought_ms = postings * self._learnt_ms / max(self._learnt_postings, 1)
        if any(self._queues) and thought_ms > self._limits.pressed_ms:
            raise overloaded()

    def learn(self, postings: int, took_ms: float) -> None:
        """What work of this estimate took. Times and postings are summed apart: most of what a small query takes is not for its
        postings."""
        self._learnt_ms += _GAIN * (took_ms - self._learnt_ms)
        self._learnt_postings += _GAIN * (postings - self._learnt_postings)

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return sum(map(len, self._queues))

    # -- the threads -----------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        _give_precedence()
        while (job := self._next()) is not None:
            started = time.perf_counter()
            result: Any = None
            error: BaseException | None = None
            try:
                if job.is_dropped:
                    continue
                if started > job.latest:
                    error = Refusal(504, "deadline", "the deadline passed before the request could be begun")
                else:
                    result = job.work(partial(self._stopped, job))
            except BaseException as raised:
                error = raised
            finally:
                took_ms = (time.perf_counter() - started) * 1e3
                with self._lock:
                    self._running[job.lane] -= 1
                    if error is None and not job.is_dropped:
                        self._takes_ms[job.lane] += _GAIN * (took_ms - self._takes_ms[job.lane])
                    self._is_calm.notify_all()
            self._hand_over(job, result, error, took_ms - job.rested_ms)

    def _stopped(self, job: _Job[Any]) -> bool:
        """Whether nobody wants the work any more. Asked by the work itself, which rests here while typeahead waits or is at work;
        all in all no longer than its lane may have to wait."""
        if job.lane is not Lane.TYPEAHEAD and self._is_typed():
            with self._lock:
                while (
                    self._is_typed()
                    and not job.is_dropped
                    and (left_ms := self._limits.wait_ms[job.lane] - job.rested_ms) > 0
                ):
                    since = time.perf_counter()
                    self._is_calm.wait(left_ms / 1e3)
                    job.rested_ms += (time.perf_counter() - since) * 1e3
        return job.is_dropped

    def _is_typed(self) -> bool:
        return self._running[Lane.TYPEAHEAD] > 0 or len(self._queues[Lane.TYPEAHEAD]) > 0

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
                ready = [lane for lane in Lane if self._queues[lane] and self._may_begin(lane)]
                if ready:
                    lane = min(ready, key=self._due)
                    self._running[lane] += 1
                    if lane is not Lane.TYPEAHEAD and Lane.TYPEAHEAD in ready:
                        self._lock.notify()  # it begins beside this one
                    return self._queues[lane].popleft()
                if self._is_closed:
                    return None
                self._lock.wait()

    def _may_begin(self, lane: Lane) -> bool:
        return self._running[lane] == 0 if lane is Lane.TYPEAHEAD else not any(self._running)

    def _due(self, lane: Lane) -> float:
        """The order in which the oldest of each lane go: whose time to wait is over, the longest over first, then by lanes."""
        over_ms = (time.perf_counter() - self._queues[lane][0].queued) * 1e3 - self._limits.wait_ms[lane]
        return -over_ms if over_ms > 0 else float(lane) + 1


def _give_precedence() -> None:
    """Where the system has priorities of threads, let the event loop go before this one when both want a core."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + _NICE)


def overloaded() -> Refusal:
    """The answer to a request for which there is no room; the same whatever the request would have cost."""
    return Refusal(
        503, "overloaded", "more is asked than can be answered now", hint="ask again later", retry_after_s=_RETRY_S
    )
