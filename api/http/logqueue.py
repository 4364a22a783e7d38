"""Logs written beside answers and never in their way: the features of what was ranked, and which arms of experiments were met.

A thread of each worker writes what a bounded queue holds. What finds the queue full is dropped and counted: an answer never waits
for a disk, and never fails for one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, final

from schemas.errors import MonocerosError

ROOM = 1_024
"""Entries that may wait to be written."""


class LogWriter(Protocol):
    """A log, such as `ranking.ServedLog`. Of one thread; loses what it cannot write, and counts it in `lost`."""

    lost: int

    def close(self) -> None:
        """Make it last."""
        ...


Entry = Callable[[Any], None]
"""Writes one entry to a log."""


@final
class LogQueue:
    """Hands entries to a log, which its thread opens. `lost` is told how many could not be kept."""

    def __init__(self, open_log: Callable[[], LogWriter], lost: Callable[[int], None], room: int = ROOM) -> None:
        self._open = open_log
        self._lost = lost
        self._room = room
        self._waiting: deque[Entry] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        """Begin to write: after a fork, never before."""
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Have an entry written, where there is room; from any thread, at once."""
        with self._changed:
            is_full = self._is_closed or len(self._waiting) >= self._room
            if not is_full:
                self._waiting.append(entry)
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
        log: LogWriter | None = None
        while (entry := self._next()) is not None:
            try:
                log = log or self._open()
                before = log.lost
                entry(log)
            except (MonocerosError, OSError):
                self._lost(1)
            else:
                if log.lost > before:
                    self._lost(1)
        if log is not None:
            with suppress(OSError):
                log.close()

    def _next(self) -> Entry | None:
        """One that waits; None once the queue is closed and all are written."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None
