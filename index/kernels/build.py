"""Kernels of the base build: facts in any order → posting lists, by counting sorts (Knuth, TAOCP 3, 5.2)."""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, U32


@numba.njit(cache=True, nogil=True)
def group(by: U32, carried: U32, rows: int) -> tuple[I64, U32]:
    """Group `carried` by the key beside it: offsets of `rows` groups, and the groups end to end in order of arrival."""
    offsets = np.zeros(rows + 1, dtype=np.int64)
    for i in range(len(by)):
        offsets[by[i] + 1] += 1
    for r in range(rows):
        offsets[r + 1] += offsets[r]
    at = offsets[:-1].copy()
    out = np.empty(len(carried), dtype=np.uint32)
    for i in range(len(by)):
        key = by[i]
        out[at[key]] = carried[i]
        at[key] += 1
    return offsets, out


@numba.njit(cache=True, nogil=True)
def transpose(offsets: I64, values: U32, rows: int) -> tuple[I64, U32]:
    """Swap keys and values of grouped facts; every group of the result is sorted."""
    out_offsets = np.zeros(rows + 1, dtype=np.int64)
    for i in range(len(values)):
        out_offsets[values[i] + 1] += 1
    for r in range(rows):
        out_offsets[r + 1] += out_offsets[r]
    at = out_offsets[:-1].copy()
    out = np.empty(len(values), dtype=np.uint32)
    for key in range(len(offsets) - 1):
        for i in range(offsets[key], offsets[key + 1]):
            value = values[i]
            out[at[value]] = key
            at[value] += 1
    return out_offsets, out


@numba.njit(cache=True, nogil=True)
def drop_repeats(offsets: I64, values: U32) -> int:
    """Make the values of every (sorted) group distinct, in place; the length of what is left."""
    end = 0
    start = 0
    for r in range(len(offsets) - 1):
        stop = offsets[r + 1]
        first = end
        for i in range(start, stop):
            if end == first or values[end - 1] != values[i]:
                values[end] = values[i]
                end += 1
        start = stop
        offsets[r + 1] = end
    return end
