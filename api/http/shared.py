"""Memory that all worker processes of one service share: made before they are forked, gone with the last of them.

What lives in it are counts and moments, never anything about documents or queries.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

import numpy as np
from numpy.typing import DTypeLike, NDArray


@final
class SharedArray:
    """An array of zeroes in anonymous shared memory, with a lock that ends with the process that holds it.

    The lock keeps processes apart, not the threads of one: each process touches the array from one thread.
    """

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        self._memory = mmap.mmap(-1, max(size, 1))
        self.values: NDArray[Any] = np.frombuffer(self._memory, dtype=dtype, count=int(np.prod(shape))).reshape(shape)
        self._lock, name = tempfile.mkstemp()
        os.unlink(name)
        weakref.finalize(self, os.close, self._lock)

    @contextmanager
    def locked(self) -> Iterator[NDArray[Any]]:
        """The values, while no other process changes them."""
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            yield self.values
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)
