"""`file:///PATH`: a file of framed messages, read from any byte on, also while somebody appends to it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from index import changing
from ingest.firehose.sources.base import Batch, Position, bad_position, number_in
from ingest.firehose.wire import read_frames, write_frames
from schemas.errors import InputError

_LOOK_S = 0.02
"""How long a reader at the end waits before it looks again."""


class FileSource:
    """Position: `{"offset": N}`, the byte where the next message begins. A message whose end is not there yet waits."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except OSError as cause:
            raise InputError("no-source", f"cannot read {path}: {cause.strerror or cause}") from None
        self._at = 0
        self._read = 0
        self._read_bytes = 0
        self._end: int | None = None
        self.name = f"file://{path.resolve()}"

    def poll(self, max_events: int, timeout_s: float) -> Batch | None:
        """See `Source`."""
        deadline = time.monotonic() + timeout_s
        while True:
            batch = self._next(max_events)
            if batch.messages:
                return batch
            if self._end is not None and max_events:
                return None  # all whole messages were read: what is left, if anything, has no end
            left = deadline - time.monotonic()
            if left <= 0:
                return batch
            time.sleep(min(_LOOK_S, left))

    def _next(self, max_events: int) -> Batch:
        messages: list[bytes] = []
        places: list[tuple[int, int]] = []
        start = self._at
        self._file.seek(start)
        if self._end is None or self._at < self._end:
            try:
                for behind, message in islice(read_frames(self._file, start), max_events):
                    messages.append(message)
                    places.append((0, self._at))
                    self._at = behind
            except InputError:
                if not messages:  # else the next poll, which begins at the damage, says so
                    raise
        self._read += len(messages)
        self._read_bytes += self._at - start
        return Batch(messages, places, {"offset": self._at})

    def seek(self, position: Position) -> None:
        """See `Source`."""
        offset = number_in(position, "offset", self.name)
        if offset > self._size():
            raise bad_position(self.name, position)
        self._at = offset

    def stop_at_end(self) -> None:
        """See `Source`."""
        self._end = self._size()

    def lag(self) -> int:
        """See `Source`; at least 1 where a message has begun whose end is missing."""
        left = self._size() - self._at
        mean = self._read_bytes / self._read if self._read else 100
        return -int(-left // mean)

    def _size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def close(self) -> None:
        """See `Source`."""
        self._file.close()


class FileSink:
    """Appends framed messages to a file, which is made where it is missing."""

    def __init__(self, path: Path) -> None:
        with changing(path):
            self._file = path.open("ab")
        self._path = path

    def append(self, messages: Sequence[bytes]) -> None:
        """See `Sink`."""
        with changing(self._path):
            write_frames(self._file, messages)
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """See `Sink`."""
        self._file.close()
