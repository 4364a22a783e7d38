"""The served-feature log: the features of what was ranked, as its scorers saw them, written beside answers and never in their way.

A thread of each worker writes what a bounded queue holds. What finds the queue full is dropped and counted: an answer never waits
for a disk, and never fails for one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, final

from ranking import Slate
from schemas.errors import MonocerosError
from schemas.ids import ExternalId

ROOM = 1_024
"""Slates that may wait to be written."""
_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class Served:
    """One slate as it was given: for which request, to whom, when."""

    request_id: str
    viewer: ExternalId | None
    ts_ms: int
    slate: Slate


class ServedWriter(Protocol):
    """Where slates are kept. Of one thread; any `MonocerosError` or `OSError` loses what was handed over and no more."""

    def write(self, served: Sequence[Served]) -> None:
        """Keep them."""
        ...

    def close(self) -> None:
        """Write what is still held back."""
        ...


@final
class ServedLog:
    """Hands slates to a writer. `lost` is told how many could not be kept."""

    def __init__(self, writer: ServedWriter, lost: Callable[[int], None], room: int = ROOM) -> None:
        self._writer = writer
        self._lost = lost
        self._room = room
        self._waiting: deque[Served] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._write, name="served-log", daemon=True)

    def start(self) -> None:
        """Begin to write: after a fork, never before."""
        self._thread.start()

    def note(self, request_id: str, viewer: ExternalId | None, ts_ms: int, slate: Slate) -> None:
        """Have a slate with features kept, where there is room; from any thread, at once."""
        if not slate.served:
            return
        with self._changed:
            is_full = self._is_closed or len(self._waiting) >= self._room
            if not is_full:
                self._waiting.append(Served(request_id, viewer, ts_ms, slate))
                self._changed.notify()
        if is_full:
            self._lost(1)

    def close(self) -> None:
        """Write what waits, as far as that can be done in a few seconds."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(timeout=5)

    def _write(self) -> None:
        while batch := self._next():
            try:
                self._writer.write(batch)
            except (MonocerosError, OSError):
                self._lost(len(batch))
        try:
            self._writer.close()
        except (MonocerosError, OSError):
            return

    def _next(self) -> list[Served]:
        """Some that wait; none once the log is closed and all are written."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER))]
