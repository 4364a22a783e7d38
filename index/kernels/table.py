"""Kernels of `IdTable`: an open-addressing hash table from 64-bit keys to rows, linear probing, at most 70 % full.

A slot holds a row, and the key of a row stands in one of two arrays: `first` has those of the first rows, `more` the others.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, NONE, U32

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)  # Fibonacci hashing: Knuth, TAOCP 3, 6.4


@numba.njit(cache=True, nogil=True, inline="always")
def _slot(key: np.int64, shift: int) -> np.int64:
    mixed = np.uint64(key) ^ (np.uint64(key) >> np.uint64(32))
    return np.int64((mixed * _GOLDEN) >> np.uint64(shift))


@numba.njit(cache=True, nogil=True, inline="always")
def _key(first: I64, more: I64, row: np.uint32) -> np.int64:
    return first[row] if row < len(first) else more[row - len(first)]


@numba.njit(cache=True, nogil=True)
def find_rows(slots: U32, shift: int, first: I64, more: I64, keys: I64, out: U32) -> None:
    """The row of every key, NONE where it is unknown."""
    mask = len(slots) - 1
    for i in range(len(keys)):
        at = _slot(keys[i], shift)
        while slots[at] != NONE and _key(first, more, slots[at]) != keys[i]:
            at = (at + 1) & mask
        out[i] = slots[at]


@numba.njit(cache=True, nogil=True)
def put_rows(slots: U32, shift: int, first: I64, more: I64, keys: I64, count: int, out: U32) -> int:
    """The row of every key, the next free one where it is unknown; how many rows there are then. There is room for all."""
    mask = len(slots) - 1
    for i in range(len(keys)):
        at = _slot(keys[i], shift)
        while slots[at] != NONE and _key(first, more, slots[at]) != keys[i]:
            at = (at + 1) & mask
        if slots[at] == NONE:
            more[count - len(first)] = keys[i]
            slots[at] = count
            count += 1
        out[i] = slots[at]
    return count


@numba.njit(cache=True, nogil=True)
def enter_rows(slots: U32, shift: int, first: I64, more: I64, count: int) -> None:
    """Enter rows 0 … count - 1, whose keys are distinct, into an empty table."""
    mask = len(slots) - 1
    for row in range(count):
        at = _slot(_key(first, more, np.uint32(row)), shift)
        while slots[at] != NONE:
            at = (at + 1) & mask
        slots[at] = row
