"""One worker: it follows the index, answers what the front hands to it, and writes what is to be learnt from."""

from __future__ import annotations

import threading
import time
from typing import final

from api.http.endpoints import ENDPOINTS
from api.http.exchange import Exchange
from api.http.seats import Seats
from api.http.service import FOLLOW_S, Service
from api.http.working import Working

_REMEMBER_S = 30.0
"""How often it looks for new choices in the search log."""


@final
class Worker:
    """The worker of this number among those of its crew."""

    def __init__(self, service: Service, exchange: Exchange, number: int) -> None:
        self._service = service
        self._seats = Seats(exchange, number, Working(service, ENDPOINTS).answer)
        self._must_stop = threading.Event()

    def start(self) -> None:
        """Begin to answer: after a fork, never before."""
        for queue in self._service.queues:
            queue.start()
        self._seats.start()

    def stop(self) -> None:
        """Have `run` end; may be called by a signal."""
        self._must_stop.set()

    def run(self) -> None:
        """Answer, and follow the index, until told to stop."""
        self.start()
        self._service.metrics.started()
        self._service.remember()
        remembered = time.monotonic()
        while not self._must_stop.wait(FOLLOW_S):
            self._service.refresh()
            if time.monotonic() - remembered > _REMEMBER_S:
                remembered = time.monotonic()
                self._service.remember()
        self.close()

    def close(self) -> None:
        """Do what was taken, and leave; what waits to be logged is written."""
        self._seats.close()
        for queue in self._service.queues:
            queue.close()
