"""`file:///PATH`: a file of framed messages, read from any byte on, also while somebody appends to it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path

from index import changing
from ingest.firehose.sources.base import (
    Batch,
    Position,
    bad_position,
    mark_in,
    mark_of,
    number_in,
    other_stream,
    position_at,
)
from ingest.firehose.wire import MAX_MESSAGE_BYTES, read_frames, write_frames
from schemas.errors import InputError

_LOOK_S = 0.02
"""How long a reader at the end waits before it looks again."""


class FileSource:
    """Position: `{"offset": N, "last": MARK}`, the byte where the next message begins, and the mark of the one in front of it.

    A message whose end is not there yet waits. If it stands before the end that `stop_at_end` named, it waits no longer than one
    `poll` may, then that is `InputError` `bad-frame`: all before it was read, and what is missing may be in nobody's hands.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except OSError as cause:
            raise InputError("no-source", f"cannot read {path}: {cause.strerror or cause}") from None
        self._at = 0
        self._last: list[int] | None = None
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
            if self._end is not None and max_events and self._at >= min(self._end, self._size()):
                return None
            left = deadline - time.monotonic()
            if left <= 0:
                if self._end is not None and max_events:
                    self._check_whole()
                return batch
            time.sleep(min(_LOOK_S, left))

    def _check_whole(self) -> None:
        """`InputError` where the next message is not whole."""
        self._file.seek(self._at)
        try:
            next(read_frames(self._file, self._at, to_end=True), None)
        except InputError as error:
            hint = "all before it was read; when its writer is done, ingest --once reads on from there"
            raise InputError(error.code, error.message, hint=hint) from None

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
        if messages:
            self._last = mark_of(messages[-1])
        return Batch(messages, places, position_at(self._at, self._last))

    def seek(self, position: Position) -> None:
        """See `Source`."""
        offset, mark = number_in(position, "offset", self.name), mark_in(position, self.name)
        if mark is not None and not self._follows(offset, mark):
            raise other_stream(self.name)
        if offset > self._size():
            raise bad_position(self.name, position)
        self._at, self._last = offset, mark

    def _follows(self, offset: int, mark: list[int]) -> bool:
        """Whether the message of this mark stands in front of this byte."""
        length, _ = mark
        if length > min(offset, MAX_MESSAGE_BYTES):
            return False
        self._file.seek(offset - length)
        return mark_of(self._file.read(length)) == mark

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
    """Appends framed messages to a file, which is made where it is missing; the only one that does so at a time.

    `InputError` `bad-frame` where the file does not end with a whole message: what came behind could not be read.
    """

    def __init__(self, path: Path) -> None:
        with changing(path):
            self._file = path.open("a+b", buffering=0)
        self._path = path
        try:
            with path.open("rb") as file:
                for _ in read_frames(file, to_end=True):
                    pass
        except BaseException:
            self._file.close()
            raise

    def append(self, messages: Sequence[bytes]) -> None:
        """See `Sink`. What cannot be written to its end is taken back."""
        frames = BytesIO()
        write_frames(frames, messages)
        left = frames.getbuffer()
        with changing(self._path):
            size = os.fstat(self._file.fileno()).st_size
            try:
                while left:
                    left = left[self._file.write(left) :]
                os.fsync(self._file.fileno())
            except BaseException:
                self._file.truncate(size)
                raise

    def close(self) -> None:
        """See `Sink`."""
        self._file.close()
