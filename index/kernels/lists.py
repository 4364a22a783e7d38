"""Kernels on posting lists and sorted arrays: decode, intersect, subtract, merge."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import U8, U32
from index.kernels.bits import ONE, Words, holds_bit, lets_through, ones, trailing_zeros
from index.kernels.compiled import lean

U16 = NDArray[np.uint16]

ROARING = 0xFFFF_FFFF
"""First word of a posting list that is a Roaring bitmap; the second is its cardinality."""
GAPS = 0xFFFF_0000
"""First word of a posting list in gaps: its lower half, which is less than that of `ROARING`, is the number of documents."""
WIDE = 0xFFFF
"""A gap that is so wide, or wider, stands behind this mark, in two halves."""
HEADER = 4
"""uint16 units before the bitmap: marker and cardinality."""
ARRAY_MAX = 4096
"""Largest cardinality of a Roaring array container (Chambi et al., Better bitmap performance with Roaring bitmaps, 2016)."""


@numba.njit(cache=True, nogil=True, inline="always")
def u32_at(halves: U16, at: int) -> np.int64:
    """A 32-bit number in two halves."""
    return np.int64(halves[at]) | (np.int64(halves[at + 1]) << 16)


@numba.njit(cache=True, nogil=True, inline="always")
def word_at(halves: U16, at: int) -> np.uint64:
    """A 64-bit word in four quarters."""
    return (
        np.uint64(halves[at])
        | (np.uint64(halves[at + 1]) << np.uint64(16))
        | (np.uint64(halves[at + 2]) << np.uint64(32))
        | (np.uint64(halves[at + 3]) << np.uint64(48))
    )


@numba.njit(cache=True, nogil=True, inline="always")
def container(halves: U16, origin: int, containers: int, c: int) -> tuple[np.int64, np.int64, np.int64]:
    """Of one of the containers of the Roaring list that begins at `halves[origin]`: the document of its first bit, how many it
    holds, and where in `halves` they stand."""
    head = origin + HEADER + 4
    base = np.int64(halves[head + 2 * c]) << 16
    cardinality = np.int64(halves[head + 1 + 2 * c]) + 1
    return base, cardinality, origin + HEADER + (u32_at(halves, head + 2 * containers + 2 * c) >> 1)


@lean
def roaring_into_bits(halves: U16, origin: int, words: Words, base: int) -> None:
    """OR the part of the Roaring list that begins at `halves[origin]` into a bitset, as far as it lies in its span."""
    span = len(words) << 6
    head = origin + HEADER + 4
    containers = u32_at(halves, head - 2)
    for c in range(containers):
        start = (np.int64(halves[head + 2 * c]) << 16) - base
        if start < 0:
            continue
        if start >= span:
            return
        cardinality = np.int64(halves[head + 1 + 2 * c]) + 1
        at = origin + HEADER + (u32_at(halves, head + 2 * containers + 2 * c) >> 1)
        if cardinality <= ARRAY_MAX:
            lows = halves[at : at + cardinality]
            for i in range(len(lows)):
                bit = start + np.int64(lows[i])
                words[bit >> 6] |= ONE << np.uint64(bit & 63)
        else:
            first = start >> 6
            for i in range(min(1024, len(words) - first)):
                words[first + i] |= word_at(halves, at + 4 * i)


@lean
def roaring_into_sorted(halves: U16, origin: int, base: int, end: int, out: U32) -> int:
    """Write the documents of a Roaring list that lie between `base` and `end` in order; the number of them."""
    head = origin + HEADER + 4
    containers = u32_at(halves, head - 2)
    found = 0
    for c in range(containers):
        start = np.int64(halves[head + 2 * c]) << 16
        if start < base:
            continue
        if start >= end:
            break
        cardinality = np.int64(halves[head + 1 + 2 * c]) + 1
        at = origin + HEADER + (u32_at(halves, head + 2 * containers + 2 * c) >> 1)
        if cardinality <= ARRAY_MAX:
            lows = halves[at : at + cardinality]
            for i in range(len(lows)):
                out[found + i] = start + np.int64(lows[i])
            found += cardinality
        else:
            for i in range(65_536):
                if (np.int64(halves[at + (i >> 4)]) >> (i & 15)) & 1 == 1:
                    out[found] = start + i
                    found += 1
    return found


@numba.njit(cache=True, nogil=True, inline="always")
def next_doc(halves: U16, at: int, doc: int) -> tuple[np.int64, np.int64]:
    """Of a list in gaps, the document behind `doc`, whose gap stands at `halves[at]`, and where the next gap stands."""
    gap = np.int64(halves[at])
    if gap < WIDE:
        return np.int64(doc + gap), np.int64(at + 1)
    return np.int64(doc + u32_at(halves, at + 1)), np.int64(at + 3)


@lean
def gaps_into_sorted(lists: U32, start: int, out: U32) -> np.int64:
    """Write the documents of the list in gaps that begins at `lists[start]` in order; the number of them."""
    halves: U16 = lists.view(np.uint16)
    size = np.int64(lists[start]) - GAPS
    at = np.int64(2 * start + 2)
    doc = np.int64(0)
    for i in range(size):
        doc, at = next_doc(halves, at, doc)
        out[i] = doc
    return size


@lean
def docs_into_sorted(lists: U32, start: int, stop: int, out: U32) -> np.int64:
    """Write the documents of the list at `lists[start:stop]` in order; the number of them."""
    size = size_of(lists, start, stop)
    if start == stop or lists[start] < GAPS:
        for i in range(size):
            out[i] = lists[start + i]
    elif lists[start] == ROARING:
        roaring_into_sorted(lists.view(np.uint16), 2 * start, 0, ROARING, out)
    else:
        gaps_into_sorted(lists, start, out)
    return size


@numba.njit(cache=True, nogil=True)
def sorted_docs(lists: U32, start: int, stop: int) -> U32:
    """The documents of the list at `lists[start:stop]` as a sorted array: a view where it is packed, else decoded."""
    if start == stop or lists[start] < GAPS:
        return lists[start:stop]
    out = np.empty(size_of(lists, start, stop), dtype=np.uint32)
    docs_into_sorted(lists, start, stop, out)
    return out


@lean
def size_of(lists: U32, start: int, stop: int) -> np.int64:
    """The number of documents of the list at `lists[start:stop]`."""
    if start == stop or lists[start] < GAPS:
        return np.int64(stop) - np.int64(start)
    return np.int64(lists[start + 1]) if lists[start] == ROARING else np.int64(lists[start]) - GAPS


@numba.njit(cache=True, nogil=True, inline="always")
def shows(hidden: Words, mask: Words, doc: int) -> bool:
    """Whether a mask lets a document through that is not hidden. Either bitset may be empty: everything is let through, nothing is
    hidden."""
    return lets_through(mask, doc) and (len(hidden) == 0 or not holds_bit(hidden, doc))


@lean
def count_in(lists: U32, start: int, stop: int, hidden: Words, mask: Words) -> np.int64:
    """The number of documents of the list at `lists[start:stop]` that are not hidden and that a mask lets through, as `shows`;
    nothing is decoded."""
    if len(hidden) == 0 and len(mask) == 0:
        return size_of(lists, start, stop)
    found = np.int64(0)
    if start == stop or lists[start] < GAPS:
        for i in range(start, stop):
            found += shows(hidden, mask, np.int64(lists[i]))
        return found
    halves: U16 = lists.view(np.uint16)
    if lists[start] == ROARING:
        return _count_in_roaring(halves, 2 * start, hidden, mask)
    at = np.int64(2 * start + 2)
    doc = np.int64(0)
    for _ in range(np.int64(lists[start]) - GAPS):
        doc, at = next_doc(halves, at, doc)
        found += shows(hidden, mask, doc)
    return found


@lean
def _count_in_roaring(halves: U16, origin: int, hidden: Words, mask: Words) -> np.int64:
    found = np.int64(0)
    containers = u32_at(halves, origin + HEADER + 2)
    for c in range(containers):
        base, cardinality, at = container(halves, origin, containers, c)
        if cardinality <= ARRAY_MAX:
            for i in range(at, at + cardinality):
                found += shows(hidden, mask, base + np.int64(halves[i]))
            continue
        first = base >> 6
        for i in range(1024):
            word = word_at(halves, at + 4 * i)
            if word != 0 and len(mask):
                word &= mask[first + i]
            if word != 0 and len(hidden):
                word &= ~hidden[first + i]
            found += ones(word)
    return found


@numba.njit(cache=True, nogil=True, inline="always")
def _append(
    doc: int, removed: U32, gone: int, hidden: Words, mask: Words, out: U32, end: int
) -> tuple[np.int64, np.int64]:
    """Write a document of a list, of whose removed ones those before `gone` are behind; how many are now, and where what is written
    ends. What the bitsets say is no branch: one that is foreseen wrongly waits for each word of theirs that is in no cache."""
    while gone < len(removed) and np.int64(removed[gone]) < doc:
        gone += 1
    kept = ONE
    if gone < len(removed) and np.int64(removed[gone]) == doc:
        kept = np.uint64(0)
    if len(mask):
        kept &= mask[doc >> 6] >> np.uint64(doc & 63)
    if len(hidden):
        kept &= ~(hidden[doc >> 6] >> np.uint64(doc & 63))
    out[end] = np.uint32(doc)
    return np.int64(gone), np.int64(end) + np.int64(kept)


@lean
def append_list(
    lists: U32, start: int, stop: int, removed: U32, hidden: Words, mask: Words, below: int, out: U32, begin: int
) -> np.int64:
    """Write the documents of the list at `lists[start:stop]` before `below` that the mask lets through, but for removed ones (which
    are sorted) and hidden ones, to `out` from `begin` on, in order; where they end. Nothing else is decoded. Either bitset may be
    empty: everything is let through, nothing is hidden."""
    gone = np.int64(0)
    end = np.int64(begin)
    if start == stop or lists[start] < GAPS:
        for i in range(start, stop):
            if lists[i] >= below:
                break
            gone, end = _append(np.int64(lists[i]), removed, gone, hidden, mask, out, end)
        return end
    halves: U16 = lists.view(np.uint16)
    if lists[start] == ROARING:
        return _append_roaring(halves, 2 * start, removed, hidden, mask, below, out, end)
    at = np.int64(2 * start + 2)
    doc = np.int64(0)
    for _ in range(np.int64(lists[start]) - GAPS):
        doc, at = next_doc(halves, at, doc)
        if doc >= below:
            break
        gone, end = _append(doc, removed, gone, hidden, mask, out, end)
    return end


@lean
def _append_roaring(
    halves: U16, origin: int, removed: U32, hidden: Words, mask: Words, below: int, out: U32, begin: int
) -> np.int64:
    containers = u32_at(halves, origin + HEADER + 2)
    gone = np.int64(0)
    end = np.int64(begin)
    for c in range(containers):
        base, cardinality, at = container(halves, origin, containers, c)
        if cardinality <= ARRAY_MAX:
            for i in range(at, at + cardinality):
                doc = base + np.int64(halves[i])
                if doc >= below:
                    return end
                gone, end = _append(doc, removed, gone, hidden, mask, out, end)
            continue
        for w in range(1024):
            word = word_at(halves, at + 4 * w)
            while word != 0:
                doc = base + (w << 6) + trailing_zeros(word)
                if doc >= below:
                    return end
                gone, end = _append(doc, removed, gone, hidden, mask, out, end)
                word &= word - ONE
    return end


@lean
def drop_repeated(docs: U32) -> np.int64:
    """Keep each of some sorted documents once, in place; how many are left."""
    if len(docs) == 0:
        return np.int64(0)
    kept = np.int64(0)
    for i in range(1, len(docs)):
        kept += docs[i] != docs[kept]
        docs[kept] = docs[i]
    return kept + 1


@lean
def search(numbers: NDArray[Any], value: int, lo: int, hi: int) -> np.int64:
    """The first place from `lo` on, before `hi`, whose number (they are sorted) is not below `value`; `hi` where there is none."""
    while lo < hi:
        mid = (lo + hi) >> 1
        if np.int64(numbers[mid]) < value:
            lo = mid + 1
        else:
            hi = mid
    return np.int64(lo)


@lean
def lower_bound(numbers: NDArray[Any], value: int, start: int) -> np.int64:
    """As `search` from `start` to the end: galloping, then binary."""
    n = len(numbers)
    step = 1
    hi = start
    lo = start
    while hi < n and np.int64(numbers[hi]) < value:
        lo = hi + 1
        hi += step
        step <<= 1
    return search(numbers, value, lo, min(hi, n))


@lean
def keep_in_roaring(docs: U32, halves: U16, wanted: bool, out: U32) -> int:
    """Copy to `out` the (sorted) documents whose membership in a Roaring list is `wanted`; the number of them."""
    containers = u32_at(halves, HEADER + 2)
    kept = 0
    c = 0
    i = 0
    while i < len(docs):
        key = np.int64(docs[i]) >> 16
        while c < containers and np.int64(halves[HEADER + 4 + 2 * c]) < key:
            c += 1
        cardinality = np.int64(0)
        at = np.int64(0)
        if c < containers and np.int64(halves[HEADER + 4 + 2 * c]) == key:
            cardinality = np.int64(halves[HEADER + 5 + 2 * c]) + 1
            at = np.int64(HEADER + (u32_at(halves, HEADER + 4 + 2 * containers + 2 * c) >> 1))
        end = at + cardinality
        left = at  # where the search in the container goes on
        while i < len(docs) and np.int64(docs[i]) >> 16 == key:
            low = np.int64(docs[i]) & 0xFFFF
            if cardinality > ARRAY_MAX:
                found = (np.int64(halves[at + (low >> 4)]) >> (low & 15)) & 1 == 1
            else:
                step = 1
                while left + step < end and np.int64(halves[left + step]) <= low:
                    left += step
                    step <<= 1
                while step > 0:
                    if left + step < end and np.int64(halves[left + step]) <= low:
                        left += step
                    step >>= 1
                found = left < end and np.int64(halves[left]) == low
            out[kept] = docs[i]
            kept += found == wanted
            i += 1
    return kept


@lean
def keep_in_sorted(docs: U32, others: U32, wanted: bool, out: U32) -> int:
    """Copy to `out` the documents whose membership in `others` is `wanted` (both sorted); the number of them."""
    kept = 0
    at = 0
    n = len(others)
    for i in range(len(docs)):
        doc = docs[i]
        at = lower_bound(others, np.int64(doc), at)
        if at == n and wanted:
            break
        if (at < n and others[at] == doc) == wanted:
            out[kept] = doc
            kept += 1
    return kept


@lean
def flag_in_sorted(docs: U32, others: U32, flag: int, flags: U8) -> None:
    """Set a flag in the byte beside each document that is among the others (both sorted)."""
    at = 0
    for i in range(len(docs)):
        at = lower_bound(others, np.int64(docs[i]), at)
        if at == len(others):
            return
        if others[at] == docs[i]:
            flags[i] |= np.uint8(flag)


@lean
def merge(one: U32, other: U32, out: U32) -> int:
    """The sorted union of two sorted arrays; its length."""
    i = 0
    j = 0
    n = 0
    while i < len(one) and j < len(other):
        a = one[i]
        b = other[j]
        out[n] = min(a, b)
        n += 1
        i += a <= b
        j += b <= a
    while i < len(one):
        out[n] = one[i]
        n += 1
        i += 1
    while j < len(other):
        out[n] = other[j]
        n += 1
        j += 1
    return n
