"""A log of lines that outlives its writer: appended whole, each behind a checksum; what a crash tore is passed over and counted.

A line is the CRC-32 of its text as eight hexadecimal digits, a space, JSON, an end of line. Several writers have a file each.
"""

from __future__ import annotations

import json
import os
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from index import changing
from schemas.errors import InputError

SUFFIX = ".log"


class LineWriter:
    """Appends to `DIRECTORY/NAME.log`, which is made where it is missing. One writer a name; not shared between threads.

    A log is no reason for a request to fail: a line that the system does not take is counted in `lost`. Opening it does fail,
    with `unwritable`.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self.lost = 0
        path = directory / f"{name}{SUFFIX}"
        with changing(path):
            directory.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            self._is_torn = _is_torn(self._file)

    def append(self, record: dict[str, Any]) -> None:
        """Write one record, in one call of the system; forced to the disk when the log is closed."""
        text = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode()
        line = b"%s%08x %s\n" % (b"\n" if self._is_torn else b"", zlib.crc32(text), text)
        try:
            written = os.write(self._file, line)
        except OSError:
            self.lost += 1
            return
        self._is_torn = written < len(line)
        self.lost += self._is_torn

    def close(self) -> None:
        """Force what was written to the disk."""
        try:
            os.fsync(self._file)
        finally:
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_lines(directory: Path, counts: Counter[str]) -> Iterator[dict[str, Any]]:
    """The records of every log of a directory, file by file in order of name; none where it is missing.

    `counts` gets `lines`, and `damaged` for those whose checksum is another. Raises InputError where a file cannot be read.
    """
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        try:
            with path.open("rb") as file:
                for line in file:
                    counts["lines"] += 1
                    record = _record(line)
                    if record is None:
                        counts["damaged"] += 1
                    else:
                        yield record
        except OSError as error:
            raise InputError("bad-log", f"{path} cannot be read: {error.strerror or error}") from None


def _record(line: bytes) -> dict[str, Any] | None:
    text = line[9:-1]
    if len(line) < 10 or line[8:9] != b" " or line[-1:] != b"\n" or line[:8] != b"%08x" % zlib.crc32(text):
        return None
    record: dict[str, Any] = json.loads(text)
    return record


def _is_torn(file: int) -> bool:
    """Whether what is there does not end in an end of line."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"
