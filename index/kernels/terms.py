"""Kernels on tables of byte strings: binary search in a sorted one, many rows at once."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import U8, U32
from index.kernels.copying import copy_bytes


@numba.njit(cache=True, nogil=True)
def first_not_below(blob: U8, offsets: NDArray[np.uint64], key: U8, is_prefix_end: bool) -> int:
    """The first row that is not below `key`; with `is_prefix_end`, the first that is above and does not begin with it."""
    lo = 0
    hi = len(offsets) - 1
    n = len(key)
    while lo < hi:
        mid = (lo + hi) >> 1
        start = np.int64(offsets[mid])
        length = np.int64(offsets[mid + 1]) - start
        shared = min(length, n)
        i = 0
        while i < shared and blob[start + i] == key[i]:
            i += 1
        below = blob[start + i] < key[i] if i < shared else length < n
        if below or (is_prefix_end and i == n):
            lo = mid + 1
        else:
            hi = mid
    return lo


@numba.njit(cache=True, nogil=True)
def rows_that_begin(blob: U8, offsets: NDArray[np.uint64], key: U8) -> tuple[int, int]:
    """The first row that begins with `key`, and the first behind those that do."""
    return first_not_below(blob, offsets, key, False), first_not_below(blob, offsets, key, True)


@numba.njit(cache=True, nogil=True)
def join(blob: U8, offsets: NDArray[np.uint64], rows: U32, separator: int) -> U8:
    """The strings of some rows end to end, a separator byte behind each but the last."""
    size = len(rows)
    for i in range(len(rows)):
        size += np.int64(offsets[rows[i] + 1]) - np.int64(offsets[rows[i]])
    out = np.empty(max(size - 1, 0), dtype=np.uint8)
    at = np.int64(0)
    for i in range(len(rows)):
        if i:
            out[at] = separator
            at += 1
        start = np.int64(offsets[rows[i]])
        at = copy_bytes(blob, start, np.int64(offsets[rows[i] + 1]) - start, out, at)  # type: ignore[call-arg]
    return out
