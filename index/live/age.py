"""`INDEX/live/AS_OF`: how old a live index is, said by whoever applies events to it, for those who answer from it.

It holds one moment, written again and again: readers see all that had arrived by then. Where nobody applies events there is
no such file, and no age; a writer that was killed, or may not write, leaves it behind, and the age grows.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import final

OLD_MS = 2_000
"""Answers older than this say so, and a service of them is not ready (a change holds 2 s after it was applied)."""
_FILE = "live/AS_OF"
_DIGITS = 16
_LOOK_S = 0.2


def write_as_of(index: Path, moment_ms: int) -> None:
    """Say up to which moment readers see all. `OSError` where the file cannot be written."""
    path = index / _FILE
    data = b"%0*d\n" % (_DIGITS, max(0, moment_ms))
    try:
        with open(path, "r+b", buffering=0) as file:  # in its place: there is room for that on a disk that is full
            file.write(data)
    except FileNotFoundError:
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(data)
        os.replace(fresh, path)


def forget_as_of(index: Path) -> None:
    """Nobody applies events any more, on purpose."""
    (index / _FILE).unlink(missing_ok=True)


def read_as_of(index: Path) -> int | None:
    """The moment that was written last, None where nobody applies events."""
    try:
        data = (index / _FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return int(data) if len(data) == _DIGITS + 1 and data[:_DIGITS].isdigit() else 0


@final
class Age:
    """How old what is read from an index may be; looks at the file now and then. For several threads."""

    def __init__(self, index: Path, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._index = index
        self._now_ms = now_ms
        self._lock = Lock()
        self._moment: int | None = None
        self._looked_at = float("-inf")

    def ms(self) -> int | None:
        """Milliseconds, None where that is nothing to speak of: up to `OLD_MS`, or where nobody applies events."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked_at >= _LOOK_S:
                self._looked_at = now
                self._moment = read_as_of(self._index)
            moment = self._moment
        if moment is None:
            return None
        age = self._now_ms() - moment
        return age if age > OLD_MS else None
