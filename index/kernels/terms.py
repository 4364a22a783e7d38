"""Binary search in a sorted table of byte strings."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import U8


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
