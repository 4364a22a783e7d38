"""The events that clients tell of, on their way to the sinks: one thread of each worker writes, and what waits is bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import final

from api.http.operations import EventSink, Seen
from api.http.problems import Refusal
from schemas.errors import MonocerosError

_ROOM = 64
"""Requests that may wait for the sinks."""
_PATIENCE_S = 5.0


@final
class EventLog:
    """Appends to all sinks. They are opened when the first event comes, and again after one of them failed."""

    def __init__(self, open_sinks: Callable[[], Sequence[EventSink]] | None = None) -> None:
        self._open = open_sinks
        self._sinks: Sequence[EventSink] = ()
        self._thread: ThreadPoolExecutor | None = None
        self._room = threading.BoundedSemaphore(_ROOM)
        self._lock = threading.Lock()

    @property
    def is_kept(self) -> bool:
        """Whether events go anywhere."""
        return self._open is not None

    def append(self, seen: Sequence[Seen]) -> None:
        """Write events down; they last when this returns. `Refusal` 503 where that cannot be said in time: any part may last."""
        if not self._room.acquire(blocking=False):
            raise _refused(1.0)
        try:
            written = self._start().submit(self._write, seen)
        except BaseException:
            self._room.release()
            raise
        written.add_done_callback(self._done)
        try:
            written.result(_PATIENCE_S)
        except (MonocerosError, OSError, Late):
            raise _refused(5.0) from None

    def close(self) -> None:
        """Write what waits, and let go of the sinks."""
        if self._thread is not None:
            self._thread.submit(self._close)
            self._thread.shutdown()

    def _start(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="events")
            return self._thread

    def _done(self, _: Future[None]) -> None:
        self._room.release()

    def _write(self, seen: Sequence[Seen]) -> None:
        assert self._open is not None, "asked before"
        if not self._sinks:
            self._sinks = self._open()
        try:
            for sink in self._sinks:
                sink.append(seen)
        except (MonocerosError, OSError):
            self._close()
            raise

    def _close(self) -> None:
        sinks, self._sinks = self._sinks, ()
        for sink in sinks:
            try:
                sink.close()
            except (MonocerosError, OSError):
                continue  # what it was given lasts, or was refused


def _refused(retry_s: float) -> Refusal:
    return Refusal(
        503, "events-refused", "the events cannot be written down now", hint="tell again", retry_after_s=retry_s
    )
