"""Whether posting lists hold documents."""

from __future__ import annotations

import numpy as np

from index.corpus import U32
from index.kernels.compiled import lean
from index.kernels.gather import row_of
from index.kernels.lists import ARRAY_MAX, GAPS, HEADER, ROARING, U16, next_doc, search, u32_at


@lean
def _in_packed(lists: U32, start: int, stop: int, doc: int) -> bool:
    at = search(lists, doc, start, stop)
    return bool(at < stop and lists[at] == doc)


@lean
def _in_gaps(lists: U32, start: int, doc: int) -> bool:
    halves: U16 = lists.view(np.uint16)
    at = np.int64(2 * start + 2)
    here = np.int64(0)
    for _ in range(np.int64(lists[start]) - GAPS):
        here, at = next_doc(halves, at, here)
        if here >= doc:
            return bool(here == doc)
    return False


@lean
def _in_roaring(halves: U16, origin: int, doc: int) -> bool:
    head = origin + HEADER + 4
    containers = u32_at(halves, head - 2)
    high = doc >> 16
    low = doc & 0xFFFF
    lo = np.int64(0)
    hi = containers
    while lo < hi:
        mid = (lo + hi) >> 1
        if np.int64(halves[head + 2 * mid]) < high:
            lo = mid + 1
        else:
            hi = mid
    if lo == containers or np.int64(halves[head + 2 * lo]) != high:
        return False
    cardinality = np.int64(halves[head + 1 + 2 * lo]) + 1
    at = origin + HEADER + (u32_at(halves, head + 2 * containers + 2 * lo) >> 1)
    if cardinality > ARRAY_MAX:
        return (np.int64(halves[at + (low >> 4)]) >> (low & 15)) & 1 == 1
    end = at + cardinality
    at = search(halves, low, at, end)
    return bool(at < end and np.int64(halves[at]) == low)


@lean
def in_list(lists: U32, start: int, stop: int, doc: int) -> bool:
    """Whether the list at `lists[start:stop]` holds a document."""
    if start == stop or lists[start] < GAPS:
        return _in_packed(lists, start, stop, doc)
    if lists[start] == ROARING:
        return _in_roaring(lists.view(np.uint16), 2 * start, doc)
    return _in_gaps(lists, start, doc)


@lean
def holds(keys: U32, offsets: U32, lists: U32, key: int, doc: int) -> bool:
    """Whether the list of a key holds a document."""
    row = row_of(keys, len(offsets) - 1, key)
    return bool(row >= 0 and in_list(lists, np.int64(offsets[row]), np.int64(offsets[row + 1]), doc))
