"""A worker's part: at each of its two seats a thread takes one piece of work at a time from the front, and gives back what came of
it.

The second seat is for typeahead, which begins there beside other work. That rests meanwhile, at the next step at which it asks
whether it is still wanted, all in all no longer than its lane may have to wait: the two would hold the interpreter in turns, and
both be late.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO, cast, final

from api.http.engine import Order, Outcome
from api.http.exchange import Exchange, Seat, framed, read_frame
from api.http.lanes import Lane

_AGAIN_S = 0.05
"""How long a front is waited for that is not there."""
_CLOSE_S = 10.0

Stopped = Callable[[], bool]
"""Whether nobody wants a piece of work any more; it may rest in here."""


@final
class Seats:
    """The threads of one worker. `handle` does a piece of work; it must not raise."""

    def __init__(self, exchange: Exchange, worker: int, handle: Callable[[Any, Stopped], Any]) -> None:
        self._exchange = exchange
        self._handle = handle
        self._is_closed = threading.Event()
        self._is_calm = threading.Condition()
        self._is_typed = False
        self._connections: dict[Seat, socket.socket] = {}
        self._lock = threading.Lock()
        seats = (Seat(worker, is_typing) for is_typing in (False, True))
        self._threads = [
            threading.Thread(target=self._work, args=(seat,), name=f"seat-{seat.number}", daemon=True) for seat in seats
        ]

    def start(self) -> None:
        """Begin to work: after a fork, never before."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Do what was taken, and leave."""
        with self._lock:
            self._is_closed.set()
            for connection in self._connections.values():
                connection.shutdown(socket.SHUT_RD)  # what was sent before is still read
        for thread in self._threads:
            thread.join(timeout=_CLOSE_S)

    def _work(self, seat: Seat) -> None:
        while not self._is_closed.is_set():
            try:
                with self._exchange.connect() as connection:
                    self._sit(seat, connection)
            except (OSError, EOFError):
                self._is_closed.wait(_AGAIN_S)  # the front ended; another one comes

    def _sit(self, seat: Seat, connection: socket.socket) -> None:
        with self._lock:
            if self._is_closed.is_set():
                return
            self._connections[seat] = connection
        try:
            connection.sendall(framed(seat))
            with connection.makefile("rb") as stream:
                while True:
                    order: Order = read_frame(cast(BinaryIO, stream))
                    connection.sendall(framed(self._outcome(seat, order)))
        finally:
            with self._lock:
                del self._connections[seat]

    def _outcome(self, seat: Seat, order: Order) -> Outcome:
        rests = _Rests(order.rests_ms)
        stopped = self._exchange.watch(seat, order.number)
        if order.lane is not Lane.TYPEAHEAD:
            stopped = partial(self._rest, rests, stopped)
        begun = time.perf_counter()
        if seat.is_typing:
            self._set_typed(is_typed=True)
        try:
            result = self._handle(order.work, stopped)
        finally:
            if seat.is_typing:
                self._set_typed(is_typed=False)
        return Outcome(result, begun, (time.perf_counter() - begun) * 1e3, rests.rested_ms)

    def _set_typed(self, *, is_typed: bool) -> None:
        with self._is_calm:
            self._is_typed = is_typed
            self._is_calm.notify_all()

    def _rest(self, rests: _Rests, stopped: Stopped) -> bool:
        """Rest while typeahead is at work beside; whether nobody wants the work any more."""
        if self._is_typed:
            with self._is_calm:
                while self._is_typed and rests.left_ms > 0 and not stopped():
                    since = time.perf_counter()
                    self._is_calm.wait(rests.left_ms / 1e3)
                    rests.rested_ms += (time.perf_counter() - since) * 1e3
        return stopped()


@final
class _Rests:
    """How long a piece of work has rested, of how long it may."""

    def __init__(self, most_ms: float) -> None:
        self._most_ms = most_ms
        self.rested_ms = 0.0

    @property
    def left_ms(self) -> float:
        """For how long it may rest yet."""
        return self._most_ms - self.rested_ms
