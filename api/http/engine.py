"""Hands the work of requests to worker processes from one queue, in order of lanes, and says no before it is too late.

A worker holds its interpreter for most of what it does, so it is given one piece of work at a time, and whichever worker is free
takes what is due next: first of all what is asked by viewers whom it has in mind, for another one reads anew what it needs of them.
Nobody waits for a busy worker while another rests, but for a moment that this takes. Only typeahead begins beside other work, at a
seat of its own, where all workers are at work; what was there before rests meanwhile (`api.http.seats`). What waits is bounded by
the time that it will wait: by what each lane typically takes of late, a request that would wait longer than its lane allows is
refused at once, and who was let in is answered. Raw queries give way first, typeahead last. Whoever has waited as long as the lane
allows goes next, so that no stream of more urgent work keeps a request until it is of no use.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any, NamedTuple, cast, final

from api.http.exchange import Exchange, Frames, Seat, framed
from api.http.lanes import Lane, Limits, overloaded
from api.http.problems import Refusal
from api.http.typical import Typical

_LANES = tuple(Lane)
_CALM_MS = 1.0
"""What a lane is thought to take before anything is known."""
_LOOK = 16
"""So many requests of a lane are looked at when a worker is free."""
_SPREAD = 0x9E37_79B9_7F4A_7C15
"""Ids are made of times and of numbers of their makers, so their last bits say little (Knuth, TAOCP 3, 6.4: the golden ratio)."""
_TRIES = 2
"""How many workers may end over one piece of work before it is given up: it may be what ends them."""


class Order(NamedTuple):
    """A piece of work on its way to a worker."""

    number: int
    lane: Lane
    rests_ms: float
    """How long it may rest in all while typeahead is at work beside it."""
    work: Any


class Outcome(NamedTuple):
    """What came of it: when it was begun (perf_counter), the ms that it took in all, and those that it rested of them."""

    result: Any
    begun: float
    took_ms: float
    rested_ms: float

    @property
    def busy_ms(self) -> float:
        """The ms that it was at work."""
        return self.took_ms - self.rested_ms


@dataclass(slots=True)
class _Job:
    work: Any
    lane: Lane
    whose: int | None
    future: asyncio.Future[Outcome]
    queued: float
    latest: float
    tries: int = field(default=0)


@final
class Engine:
    """The front's part: it lives in the thread of one event loop."""

    def __init__(self, limits: Limits, exchange: Exchange) -> None:
        self._limits = limits
        self._exchange = exchange
        self._queues: tuple[deque[_Job], ...] = tuple(deque() for _ in Lane)
        self._workers: dict[int, _Worker] = {}
        self._running = [0, 0, 0]
        self._takes = [Typical(_CALM_MS) for _ in Lane]
        self._numbers = count(time.monotonic_ns())  # what a front before this one had dropped is not ours
        self._server: asyncio.Server | None = None
        self._again: asyncio.TimerHandle | None = None
        self._again_at = 0.0
        self.lag_ms = 0.0

    async def start(self) -> None:
        """Let workers in."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _Connection(self), sock=self._exchange.listening)

    async def close(self) -> None:
        """Let go of the workers."""
        if self._again is not None:
            self._again.cancel()
        if self._server is not None:
            self._server.close()
            self._server = None
        for worker in self._workers.values():
            for connection in worker.connections():
                connection.close()

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return sum(map(len, self._queues))

    @property
    def workers(self) -> int:
        """Workers that are here."""
        return len(self._workers)

    def has_room(self, lane: Lane) -> bool:
        """Whether a request of this lane would not have to wait too long."""
        limits, ahead_ms = self._limits, 0.0
        for queue, running, takes in zip(self._queues[: lane + 1], self._running, self._takes, strict=False):
            ahead_ms += (len(queue) + running / 2) * takes.ms
        return (
            ahead_ms <= limits.wait_ms[lane] * max(1, len(self._workers))
            and len(self._queues[lane]) < limits.waiting[lane]
            and self.lag_ms <= limits.lag_ms[lane]
        )

    async def run(self, lane: Lane, work: Any, latest: float = float("inf"), whose: int | None = None) -> Outcome:
        """What came of the work, which can be pickled; `Refusal` 504 where it was not begun by `latest` (perf_counter), 503 where
        there is no room for it or workers end over it.

        Work of one `whose` goes to one worker, as far as that does not make it late: it has in mind what it needs. A task that is
        cancelled while it waits here drops its work.
        """
        if not self.has_room(lane):
            raise overloaded()
        loop = asyncio.get_running_loop()
        job = _Job(work, lane, whose, loop.create_future(), time.perf_counter(), latest)
        self._queues[lane].append(job)
        self._dispatch()
        try:
            return await job.future
        finally:
            self._forget(job)

    def sweep(self) -> None:
        """Tell those that wait in vain."""
        now = time.perf_counter()
        for queue in filter(None, self._queues):
            for job in queue:
                if now > job.latest:
                    _fail(job, _too_late())
                elif (now - job.queued) * 1e3 > self._limits.given_up_ms:
                    _fail(job, overloaded())
            waiting = [job for job in queue if not job.future.done()]
            queue.clear()
            queue.extend(waiting)
        self._exchange.waiting = self.waiting

    # -- workers ---------------------------------------------------------------------------------------------------

    def sit(self, connection: _Connection) -> None:
        """A worker is ready for work at a seat."""
        assert connection.seat is not None
        self._workers.setdefault(connection.seat.worker, _Worker()).sit(connection)
        self._dispatch()

    def leave(self, connection: _Connection) -> None:
        """A seat is no more; what was done there is done elsewhere."""
        seat, job = connection.seat, connection.job
        if seat is None:
            return
        worker = self._workers.get(seat.worker)
        if worker is not None and worker.leave(connection):
            del self._workers[seat.worker]
        if job is not None:
            self._running[job.lane] -= 1
            if job.tries < _TRIES:
                self._queues[job.lane].appendleft(job)
            else:
                _fail(job, _interrupted())
        self._dispatch()

    def settle(self, connection: _Connection, outcome: Outcome) -> None:
        """What was to be done at a seat is done."""
        job = connection.job
        assert job is not None
        connection.job = None
        self._running[job.lane] -= 1
        if not job.future.done():
            self._takes[job.lane].note(outcome.took_ms)
            job.future.set_result(outcome)
        self._dispatch()

    def _dispatch(self) -> None:
        """Begin whatever can be begun."""
        while any(self._queues):
            for queue in self._queues:
                while queue and queue[0].future.done():
                    queue.popleft()
            free = {lane: place for lane in _LANES if (place := self._place_in(self._queues[lane])) is not None}
            if not free:
                break
            lane = min(free, key=self._due)
            at, connection = free[lane]
            job = self._queues[lane][at]
            del self._queues[lane][at]
            if time.perf_counter() > job.latest:
                _fail(job, _too_late())
                continue
            job.tries += 1
            self._running[lane] += 1
            connection.begin(job, Order(next(self._numbers), lane, self._limits.wait_ms[lane], job.work))
        self._exchange.waiting = self.waiting

    def _place_in(self, queue: deque[_Job]) -> tuple[int, _Connection] | None:
        """What of a queue can begin now, and where: with a worker at rest, of the oldest what is of a viewer of its own; typeahead
        also beside other work."""
        if not queue:
            return None
        oldest = queue[0]
        idle = [number for number, worker in self._workers.items() if worker.is_idle]
        if not idle:
            place = self._beside(oldest)
            return None if place is None else (0, place)
        waited_ms = (time.perf_counter() - oldest.queued) * 1e3
        for at, job in enumerate(islice(queue, _LOOK if waited_ms < self._limits.overtaken_ms else 1)):
            own = self._own(job)
            if (own is None or own in idle) and not job.future.done():
                return at, self._at_rest(idle[0] if own is None else own)
        if waited_ms >= self._limits.patience_ms:
            return 0, self._at_rest(idle[0])
        self._look_again(self._limits.patience_ms - waited_ms)
        return None

    def _own(self, job: _Job) -> int | None:
        """The worker that has the viewer in mind; None where any has."""
        if job.whose is None:
            return None
        place = (job.whose * _SPREAD & 0xFFFF_FFFF_FFFF_FFFF) * len(self._workers) >> 64
        return sorted(self._workers)[place]  # of those that are here

    def _at_rest(self, worker: int) -> _Connection:
        return cast(_Connection, self._workers[worker].any)

    def _beside(self, job: _Job) -> _Connection | None:
        if job.lane is not Lane.TYPEAHEAD:
            return None
        return next((worker.typing for worker in self._workers.values() if worker.may_type), None)

    def _look_again(self, after_ms: float) -> None:
        """Look once more at what waits, when its patience is over."""
        loop = asyncio.get_running_loop()
        at = loop.time() + after_ms / 1e3
        if self._again is not None:
            if self._again_at <= at:
                return
            self._again.cancel()
        self._again, self._again_at = loop.call_at(at, self._look), at

    def _look(self) -> None:
        self._again = None  # it may have come a little early, and then looks once more
        self._dispatch()

    def _due(self, lane: Lane) -> float:
        """The order in which the oldest of each lane go: whose time to wait is over, the longest over first, then by lanes."""
        over_ms = (time.perf_counter() - self._queues[lane][0].queued) * 1e3 - self._limits.wait_ms[lane]
        return -over_ms if over_ms > 0 else float(lane) + 1

    def _forget(self, job: _Job) -> None:
        """Nobody waits for it any more, be it done or not."""
        if job.future.done() and not job.future.cancelled():
            return
        job.future.cancel()
        for worker in self._workers.values():
            for connection in worker.connections():
                if connection.job is job and connection.seat is not None:
                    self._exchange.drop(connection.seat, connection.number)
        self._exchange.waiting = self.waiting


@final
class _Worker:
    """The seats of one worker that are here."""

    def __init__(self) -> None:
        self.any: _Connection | None = None
        self.typing: _Connection | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it does nothing."""
        return self.any is not None and self.any.job is None and (self.typing is None or self.typing.job is None)

    @property
    def may_type(self) -> bool:
        """Whether typeahead may begin beside what it does, which is none."""
        return (
            self.typing is not None
            and self.typing.job is None
            and self.any is not None
            and self.any.job is not None
            and self.any.job.lane is not Lane.TYPEAHEAD
        )

    def connections(self) -> list[_Connection]:
        """Those that are here."""
        return [connection for connection in (self.any, self.typing) if connection is not None]

    def sit(self, connection: _Connection) -> None:
        """Take a seat; one who sat there before is of a worker that is going."""
        if cast(Seat, connection.seat).is_typing:
            self.typing = connection
        else:
            self.any = connection

    def leave(self, connection: _Connection) -> bool:
        """Leave a seat; whether nobody is left."""
        if self.any is connection:
            self.any = None
        if self.typing is connection:
            self.typing = None
        return self.any is None and self.typing is None


@final
class _Connection(asyncio.Protocol):
    """The front's end of a connection to a seat."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._frames = Frames()
        self._transport: asyncio.WriteTransport | None = None
        self.seat: Seat | None = None
        self.job: _Job | None = None
        self.number = 0

    def begin(self, job: _Job, order: Order) -> None:
        """Have a piece of work done."""
        assert self._transport is not None
        self.job, self.number = job, order.number
        self._transport.write(framed(order))

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A worker has connected."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Which seat it is, then what came of each piece of work."""
        for content in self._frames.feed(data):
            if isinstance(content, Seat):
                self.seat = content
                self._engine.sit(self)
            else:
                self._engine.settle(self, content)

    def connection_lost(self, _: Exception | None) -> None:
        """The worker has ended, or is about to."""
        self._engine.leave(self)


def _fail(job: _Job, error: Refusal) -> None:
    if not job.future.done():
        job.future.set_exception(error)


def _too_late() -> Refusal:
    return Refusal(504, "deadline", "the deadline passed before the request could be begun")


def _interrupted() -> Refusal:
    return Refusal(
        503, "interrupted", "what worked on it ended before it was done", hint="ask again", retry_after_s=1.0
    )
