"""`IdTable`: 64-bit keys → rows 0, 1, 2 … in the order in which they first came. It grows, and nothing leaves it."""

from __future__ import annotations

from typing import final

import numpy as np

from index.corpus import I64, NONE, U32
from index.kernels.table import find_rows, keys_by_row, move_rows, put_rows

_FULL = 0.7


@final
class IdTable:
    """A set of keys with a row each; what belongs to a key stands in columns beside, by row. 17 to 34 bytes a key."""

    def __init__(self, keys: I64 | None = None) -> None:
        """The table of these keys, which are distinct: the row of each is its place."""
        count = 0 if keys is None else len(keys)
        self._count = 0
        self._allocate(max(10, int(count / _FULL).bit_length()))
        if keys is not None:
            self.put(keys)

    def __len__(self) -> int:
        return self._count

    def rows(self, keys: I64) -> U32:
        """The row of every key, NONE where it is unknown."""
        out = np.empty(len(keys), dtype=np.uint32)
        find_rows(self._slots, self._rows, self._shift, np.ascontiguousarray(keys, dtype=np.int64), out)
        return out

    def put(self, keys: I64) -> U32:
        """The row of every key; an unknown one gets the next row."""
        needed = self._count + len(keys)
        if needed > _FULL * len(self._slots):
            slots, rows = self._slots, self._rows
            self._allocate(int(needed / _FULL).bit_length())
            move_rows(slots, rows, self._slots, self._rows, self._shift)
        out = np.empty(len(keys), dtype=np.uint32)
        wanted = np.ascontiguousarray(keys, dtype=np.int64)
        self._count = put_rows(self._slots, self._rows, self._shift, wanted, self._count, out)
        return out

    def keys(self) -> I64:
        """All keys by row."""
        out = np.empty(self._count, dtype=np.int64)
        keys_by_row(self._slots, self._rows, out)
        return out

    def _allocate(self, bits: int) -> None:
        self._shift = 64 - bits
        self._slots = np.zeros(1 << bits, dtype=np.int64)
        self._rows = np.full(1 << bits, NONE, dtype=np.uint32)
