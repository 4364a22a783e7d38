"""Kernels of the base build: facts in any order → posting lists, by counting sorts (Knuth, TAOCP 3, 5.2)."""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, U32
from index.kernels.lists import ARRAY_MAX, GAPS, HEADER, ROARING, U16, WIDE


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


@numba.njit(cache=True, nogil=True)
def less(offsets: I64, values: U32, other_offsets: I64, others: U32) -> int:
    """Drop from every (sorted) group what the group of the same key has among `others`, in place; the length of what is left."""
    end = 0
    start = 0
    for r in range(len(offsets) - 1):
        stop = offsets[r + 1]
        k = other_offsets[r]
        behind = other_offsets[r + 1]
        for i in range(start, stop):
            while k < behind and others[k] < values[i]:
                k += 1
            if k == behind or others[k] != values[i]:
                values[end] = values[i]
                end += 1
        start = stop
        offsets[r + 1] = end
    return end


_COOKIE = 12_346
"""First word of the portable Roaring format where there are no run containers."""
_WORDS_AHEAD = 4
"""Marker, cardinality, cookie and the number of containers."""
_BITSET_HALVES = 4_096
_LEAST_GAPS = 3
"""Shorter lists are never smaller in gaps."""


@numba.njit(cache=True, nogil=True)
def _end_of_container(docs: U32, start: int) -> int:
    """Where the documents of the container that `docs[start]` is in end."""
    high = docs[start] >> 16
    end = start + 1
    while end < len(docs) and docs[end] >> 16 == high:
        end += 1
    return end


@numba.njit(cache=True, nogil=True)
def _roaring_size(docs: U32) -> int:
    """The words of a list as a Roaring bitmap without run containers."""
    containers = 0
    halves = 0
    start = 0
    while start < len(docs):
        end = _end_of_container(docs, start)
        halves += min(end - start, _BITSET_HALVES)
        containers += 1
        start = end
    return _WORDS_AHEAD + 2 * containers + (halves + 1) // 2


@numba.njit(cache=True, nogil=True)
def _gaps_size(docs: U32) -> int:
    """The words of a list in gaps."""
    halves = 2 + len(docs)
    last = np.int64(0)
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        halves += 2 * (doc - last >= WIDE)
        last = doc
    return (halves + 1) // 2


@numba.njit(cache=True, nogil=True)
def packed_offsets(offsets: I64, values: U32, long: int) -> I64:
    """Where the lists begin, in words, once each of at least `long` documents is a Roaring bitmap, and each shorter one in gaps,
    if that is smaller."""
    out = np.zeros(len(offsets), dtype=np.int64)
    for r in range(len(offsets) - 1):
        docs = values[offsets[r] : offsets[r + 1]]
        length = len(docs)
        if length >= long:
            length = min(length, _roaring_size(docs))
        elif length >= _LEAST_GAPS:
            length = min(length, _gaps_size(docs))
        out[r + 1] = out[r] + length
    return out


@numba.njit(cache=True, nogil=True)
def _put_roaring(docs: U32, out: U32) -> None:
    """Write a list as a Roaring bitmap without run containers: descriptions, offsets, containers."""
    containers = 0
    start = 0
    while start < len(docs):
        start = _end_of_container(docs, start)
        containers += 1
    out[0] = ROARING
    out[1] = len(docs)
    out[2] = _COOKIE
    out[3] = containers
    halves: U16 = out.view(np.uint16)
    head = HEADER + 4
    places = _WORDS_AHEAD + containers
    at = 2 * (places + containers)
    halves[len(halves) - 1] = 0
    start = 0
    for c in range(containers):
        end = _end_of_container(docs, start)
        halves[head + 2 * c] = docs[start] >> 16
        halves[head + 2 * c + 1] = end - start - 1
        out[places + c] = 2 * (at - HEADER)
        if end - start <= ARRAY_MAX:
            for i in range(start, end):
                halves[at] = docs[i] & 0xFFFF
                at += 1
        else:
            halves[at : at + _BITSET_HALVES] = 0
            for i in range(start, end):
                low = docs[i] & 0xFFFF
                halves[at + (low >> 4)] |= np.uint16(1 << (low & 15))
            at += _BITSET_HALVES
        start = end


@numba.njit(cache=True, nogil=True)
def _put_gaps(docs: U32, out: U32) -> None:
    """Write a list in gaps."""
    out[0] = GAPS + len(docs)
    halves: U16 = out.view(np.uint16)
    halves[len(halves) - 1] = 0
    at = 2
    last = np.int64(0)
    for i in range(len(docs)):
        gap = np.int64(docs[i]) - last
        last = np.int64(docs[i])
        if gap < WIDE:
            halves[at] = gap
            at += 1
        else:
            halves[at] = WIDE
            halves[at + 1] = gap & 0xFFFF
            halves[at + 2] = gap >> 16
            at += 3


@numba.njit(cache=True, nogil=True)
def pack(offsets: I64, values: U32, long: int, ends: I64, out: U32) -> None:
    """Write every list to the place that `packed_offsets` gave it, in `ends`, for the same `long`."""
    for r in range(len(offsets) - 1):
        docs = values[offsets[r] : offsets[r + 1]]
        if ends[r + 1] - ends[r] < len(docs):
            if len(docs) >= long:
                _put_roaring(docs, out[ends[r] : ends[r + 1]])
            else:
                _put_gaps(docs, out[ends[r] : ends[r + 1]])
        else:
            out[ends[r] : ends[r + 1]] = docs
