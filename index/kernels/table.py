"""Kernels of `IdTable`: an open-addressing hash table from 64-bit keys to rows, linear probing, at most 70 % full."""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, NONE, U32

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)  # Fibonacci hashing: Knuth, TAOCP 3, 6.4


@numba.njit(cache=True, nogil=True, inline="always")
def _slot(key: np.int64, shift: int) -> np.int64:
    mixed = np.uint64(key) ^ (np.uint64(key) >> np.uint64(32))
    return np.int64((mixed * _GOLDEN) >> np.uint64(shift))


@numba.njit(cache=True, nogil=True)
def find_rows(slots: I64, rows: U32, shift: int, keys: I64, out: U32) -> None:
    """The row of every key, NONE where it is unknown."""
    mask = len(slots) - 1
    for i in range(len(keys)):
        at = _slot(keys[i], shift)
        while rows[at] != NONE and slots[at] != keys[i]:
            at = (at + 1) & mask
        out[i] = rows[at]


@numba.njit(cache=True, nogil=True)
def put_rows(slots: I64, rows: U32, shift: int, keys: I64, count: int, out: U32) -> int:
    """The row of every key, the next free one where it is unknown; how many rows there are then. There is room for all."""
    mask = len(slots) - 1
    for i in range(len(keys)):
        at = _slot(keys[i], shift)
        while rows[at] != NONE and slots[at] != keys[i]:
            at = (at + 1) & mask
        if rows[at] == NONE:
            slots[at] = keys[i]
            rows[at] = count
            count += 1
        out[i] = rows[at]
    return count


@numba.njit(cache=True, nogil=True)
def move_rows(slots: I64, rows: U32, to_slots: I64, to_rows: U32, shift: int) -> None:
    """Copy all keys into a larger, empty table."""
    mask = len(to_slots) - 1
    for i in range(len(slots)):
        if rows[i] != NONE:
            at = _slot(slots[i], shift)
            while to_rows[at] != NONE:
                at = (at + 1) & mask
            to_slots[at] = slots[i]
            to_rows[at] = rows[i]


@numba.njit(cache=True, nogil=True)
def keys_by_row(slots: I64, rows: U32, out: I64) -> None:
    """Write every key to its row."""
    for i in range(len(slots)):
        if rows[i] != NONE:
            out[rows[i]] = slots[i]
