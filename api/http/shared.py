"""Memory that all worker processes of one service share: made before they are forked, gone with the last of them.

What lives in it are counts and moments, never anything about documents or queries.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, final

import numpy as np
from numpy.typing import DTypeLike, NDArray


@final
class SharedArray:
    """An array of zeroes in anonymous shared memory, with a lock that ends with the process that holds it."""

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        self._memory = mmap.mmap(-1, max(size, 1))
        self.values: NDArray[Any] = np.frombuffer(self._memory, dtype=dtype, count=int(np.prod(shape))).reshape(shape)
        self._threads = threading.Lock()  # the file's lock keeps processes apart, not the threads of one
        self._lock, name = tempfile.mkstemp()
        os.unlink(name)
        weakref.finalize(self, os.close, self._lock)

    @contextmanager
    def locked(self) -> Iterator[NDArray[Any]]:
        """The values, while nobody else changes them."""
        with self._threads:
            fcntl.lockf(self._lock, fcntl.LOCK_EX)
            try:
                yield self.values
            finally:
                fcntl.lockf(self._lock, fcntl.LOCK_UN)


@final
class NamedRows:
    """Up to `room` rows of `width` numbers, found by a hash of their names."""

    def __init__(self, room: int, width: int) -> None:
        self._room = room
        self._table = SharedArray((room, 1 + width), np.float64)

    @contextmanager
    def row(self, name: str, new: tuple[float, ...]) -> Iterator[NDArray[Any] | None]:
        """The row of a name, while nobody else changes any, and what it holds at first; None where no room is left for it."""
        number = float(int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big") + 1)  # exact in a float
        start = int(number) % self._room
        with self._table.locked() as table:
            for step in range(self._room):
                row: NDArray[Any] = table[(start + step) % self._room]
                if row[0] == 0:
                    row[:] = (number, *new)
                if row[0] == number:
                    yield row[1:]
                    return
            yield None
