"""The served-feature log: the features of what was ranked, as its scorers saw them, written beside answers and never in their way.

A thread of each worker writes what a bounded queue holds. What finds the queue full is dropped and counted: an answer never waits
for a disk, and never fails for one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, final

from ranking import ServedRows, Slate
from schemas.errors import MonocerosError

ROOM = 1_024
"""Slates that may wait to be written."""


class ServedWriter(Protocol):
    """Where features are kept, such as `ranking.ServedLog`. Of one thread; loses what it cannot write, and counts it in `lost`."""

    lost: int

    def write(self, request_id: str, ts_ms: int, served: Sequence[ServedRows]) -> None:
        """Keep those of one request."""
        ...

    def close(self) -> None:
        """Make it last."""
        ...


@final
class ServedQueue:
    """Hands the features of slates to a writer, which its thread opens. `lost` is told how many could not be kept."""

    def __init__(self, open_writer: Callable[[], ServedWriter], lost: Callable[[int], None], room: int = ROOM) -> None:
        self._open = open_writer
        self._lost = lost
        self._room = room
        self._waiting: deque[tuple[str, int, tuple[ServedRows, ...]]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="served-log", daemon=True)

    def start(self) -> None:
        """Begin to write: after a fork, never before."""
        self._thread.start()

    def note(self, request_id: str, ts_ms: int, slate: Slate) -> None:
        """Have the features of a slate kept, where there is room; from any thread, at once."""
        if not slate.served:
            return
        with self._changed:
            is_full = self._is_closed or len(self._waiting) >= self._room
            if not is_full:
                self._waiting.append((request_id, ts_ms, slate.served))
                self._changed.notify()
        if is_full:
            self._lost(1)

    def close(self) -> None:
        """Write what waits, as far as that can be done in a few seconds."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        writer: ServedWriter | None = None
        while (one := self._next()) is not None:
            try:
                writer = writer or self._open()
                before = writer.lost
                writer.write(*one)
            except (MonocerosError, OSError):
                self._lost(1)
            else:
                if writer.lost > before:
                    self._lost(1)
        if writer is not None:
            with suppress(OSError):
                writer.close()

    def _next(self) -> tuple[str, int, tuple[ServedRows, ...]] | None:
        """One that waits; None once the queue is closed and all are written."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None
