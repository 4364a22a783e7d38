"""`IdTable`: 64-bit keys → rows 0, 1, 2 … in the order in which they first came. It grows, and nothing leaves it."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import final

import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, NONE, U32
from index.kernels.table import enter_rows, find_rows, put_rows

_FULL = 0.7
_MANY = 1 << 16
"""So many first keys are entered by a thread of their own, beside what goes on until the first key is looked up."""


@final
class IdTable:
    """A set of keys with a row each; what belongs to a key stands in columns beside, by row.

    14 to 22 bytes a key that there is or was reserved for; 6 to 12 of the first ones, whose array is used as it is.
    """

    def __init__(self, keys: I64 | None = None) -> None:
        """The table of these keys, which are distinct and stay as they are: the row of each is its place."""
        self._first = np.empty(0, dtype=np.int64) if keys is None else np.ascontiguousarray(keys, dtype=np.int64)
        self._more = np.empty(0, dtype=np.int64)
        self._count = len(self._first)
        self._filling: Future[None] | None = None
        if self._count < _MANY:
            self._allocate(self._count)
        else:
            helper = ThreadPoolExecutor(1)
            self._filling = helper.submit(self._allocate, self._count)
            helper.shutdown(wait=False)

    def __len__(self) -> int:
        return self._count

    def rows(self, keys: I64) -> U32:
        """The row of every key, NONE where it is unknown."""
        self._be_filled()
        out = np.empty(len(keys), dtype=np.uint32)
        wanted = np.ascontiguousarray(keys, dtype=np.int64)
        find_rows(self._slots, self._shift, self._first, self._more, wanted, out)
        return out

    def put(self, keys: I64) -> U32:
        """The row of every key; an unknown one gets the next row."""
        self.reserve(len(keys))
        out = np.empty(len(keys), dtype=np.uint32)
        wanted = np.ascontiguousarray(keys, dtype=np.int64)
        self._count = put_rows(self._slots, self._shift, self._first, self._more, wanted, self._count, out)
        return out

    def reserve(self, more: int) -> None:
        """Make room for so many keys that are not there yet, all at once."""
        self._be_filled()
        needed = self._count + more
        room = needed - len(self._first)
        if room > len(self._more):
            keys = np.empty(room + room // 4, dtype=np.int64)
            keys[: self._count - len(self._first)] = self._more[: self._count - len(self._first)]
            self._more = keys
        if needed > _FULL * len(self._slots):
            self._allocate(needed)

    def keys(self, rows: NDArray[np.integer]) -> I64:
        """The keys of these rows."""
        out = np.empty(len(rows), dtype=np.int64)
        is_more = rows >= len(self._first)
        out[~is_more] = self._first[rows[~is_more]]
        out[is_more] = self._more[rows[is_more] - len(self._first)]
        return out

    def later_keys(self, start: int = 0) -> I64:
        """The keys of the rows behind the first ones, from the `start`-th of them on; a view."""
        return self._more[start : self._count - len(self._first)]

    def _be_filled(self) -> None:
        if self._filling is not None:
            self._filling.result()
            self._filling = None

    def _allocate(self, needed: int) -> None:
        bits = max(10, int(needed / _FULL).bit_length())
        self._shift = 64 - bits
        self._slots = np.full(1 << bits, NONE, dtype=np.uint32)
        enter_rows(self._slots, self._shift, self._first, self._more, self._count)
