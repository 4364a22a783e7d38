"""Kernels that combine two unions of posting lists window by window (65,536 documents, the range of a Roaring container), best
first.

A window of a union becomes a bitset of 1,024 words. Two of them are combined a word at a time, or, where the one is a single list
of few documents there, these are looked up in the other: in its bitset, which is made where it is not stored so, or by searching
where the other is one list of very many more. So the walk costs what the shorter list has, and stops in the window that has the
last document wanted.

A list is told by where it begins in the words of all lists, in words (`start`) or, read as uint16, in halves. A cursor in it is the
number of a container of a Roaring list, or a place of a packed one.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U32
from index.kernels.bits import ONE, Words, lets_through, trailing_zeros
from index.kernels.compiled import lean
from index.kernels.gather import row_of
from index.kernels.lists import ARRAY_MAX, GAPS, HEADER, ROARING, U16, gaps_into_sorted, lower_bound, size_of, u32_at

AND, OR, LESS = 0, 1, 2
WINDOW_WORDS = 1024
_END = np.int64(1 << 16)
"""Behind every window that a list can have."""
_NUMBERS, _HALVES, _BITSET = 0, 1, 2
_APART = 128
"""A window of one list that has so many times as many documents as that of another is searched and not spread."""


@lean
def _window_at(lists: U32, halves: U16, start: int, end: int, cursor: int) -> np.int64:
    """The window that a cursor stands in."""
    if start < end and lists[start] == ROARING:
        head = 2 * start + HEADER
        return np.int64(halves[head + 4 + 2 * cursor]) if cursor < u32_at(halves, head + 2) else _END
    return np.int64(lists[start + cursor]) >> 16 if start + cursor < end else _END


@lean
def _seek(lists: U32, halves: U16, start: int, end: int, cursor: int, window: int) -> np.int64:
    """The cursor moved on to this window, or to the first one behind it that the list has."""
    if start == end or lists[start] != ROARING:
        return np.int64(lower_bound(lists[start:end], window << 16, cursor))
    head = 2 * start + HEADER
    containers = u32_at(halves, head + 2)
    while cursor < containers and np.int64(halves[head + 4 + 2 * cursor]) < window:
        cursor += 1
    return np.int64(cursor)


@lean
def _extent(lists: U32, halves: U16, start: int, end: int, cursor: int) -> tuple[np.int64, np.int64, int]:
    """Where the window that the cursor stands in begins and ends, and in which form: numbers in `lists`, the lower halves of
    numbers in `halves`, or a bitset there."""
    if lists[start] != ROARING:
        behind = lower_bound(lists[start:end], (np.int64(lists[start + cursor]) | 0xFFFF) + 1, cursor)
        return np.int64(start + cursor), np.int64(start + behind), _NUMBERS
    head = 2 * start + HEADER
    cardinality = np.int64(halves[head + 5 + 2 * cursor]) + 1
    at = head + (u32_at(halves, head + 4 + 2 * u32_at(halves, head + 2) + 2 * cursor) >> 1)
    if cardinality > ARRAY_MAX:
        return at, at + 4 * WINDOW_WORDS, _BITSET
    return at, at + cardinality, _HALVES


@lean
def _spread(lists: U32, halves: U16, first: int, last: int, form: int, out: Words) -> None:
    """OR a window of a list into a bitset."""
    if form == _BITSET:
        for i in range(WINDOW_WORDS):
            four = first + 4 * i
            out[i] |= (
                np.uint64(halves[four])
                | (np.uint64(halves[four + 1]) << np.uint64(16))
                | (np.uint64(halves[four + 2]) << np.uint64(32))
                | (np.uint64(halves[four + 3]) << np.uint64(48))
            )
    elif form == _HALVES:
        for low in halves[first:last]:
            out[low >> 6] |= ONE << np.uint64(low & 63)
    else:
        for doc in lists[first:last]:
            low = np.uint16(doc & 0xFFFF)
            out[low >> 6] |= ONE << np.uint64(low & 63)


@lean
def _behind(first: int, last: int, form: int, cursor: int) -> np.int64:
    """The cursor behind a window."""
    return np.int64(cursor + (last - first if form == _NUMBERS else 1))


@lean
def _cut(bits: Words, mask: Words, window: int) -> None:
    """What a mask over the whole vertical lets through of a window; an empty one lets everything through."""
    first = window * WINDOW_WORDS
    for i in range(min(WINDOW_WORDS, len(mask) - first)):
        bits[i] &= mask[first + i]


@lean
def _look_up(
    docs: NDArray[Any], window: int, others: Words, wanted: bool, mask: Words, out: U32, found: int
) -> np.int64:
    """Write those documents of a window, or their lower halves, whose bit in the window `others` is `wanted` and that the mask lets
    through, behind the `found` that are there; how many are there then."""
    for i in range(len(docs)):
        low = np.int64(docs[i]) & 0xFFFF
        if ((others[low >> 6] >> np.uint64(low & 63)) & ONE != 0) == wanted:
            doc = (window << 16) + low
            if found < len(out) and lets_through(mask, doc):
                out[found] = doc
                found += 1
    return np.int64(found)


@lean
def _look_up_stored(
    docs: NDArray[Any], window: int, halves: U16, first: int, wanted: bool,
    mask: Words, other_mask: Words, out: U32, found: int,
) -> np.int64:  # fmt: skip
    """As `_look_up`, in a bitset as it is stored, of which `other_mask` lets through what counts."""
    for i in range(len(docs)):
        low = np.int64(docs[i]) & 0xFFFF
        doc = (window << 16) + low
        is_held = (halves[first + (low >> 4)] >> (low & 15)) & 1 == 1 and lets_through(other_mask, doc)
        if is_held == wanted and found < len(out) and lets_through(mask, doc):
            out[found] = doc
            found += 1
    return np.int64(found)


@lean
def _search(
    docs: NDArray[Any], window: int, others: NDArray[Any], wanted: bool,
    mask: Words, other_mask: Words, out: U32, found: int,
) -> np.int64:  # fmt: skip
    """As `_look_up`, in the documents of a window of one list, or their lower halves, of which `other_mask` lets through what
    counts: galloping from where the last search ended."""
    at = np.int64(0)
    size = len(others)
    for i in range(len(docs)):
        low = np.int64(docs[i]) & 0xFFFF
        step = 1
        hi = at
        while hi < size and np.int64(others[hi]) & 0xFFFF < low:
            at = hi + 1
            hi += step
            step <<= 1
        hi = min(hi, size)
        while at < hi:
            mid = (at + hi) >> 1
            if np.int64(others[mid]) & 0xFFFF < low:
                at = mid + 1
            else:
                hi = mid
        doc = (window << 16) + low
        is_held = at < size and np.int64(others[at]) & 0xFFFF == low and lets_through(other_mask, doc)
        if is_held == wanted and found < len(out) and lets_through(mask, doc):
            out[found] = doc
            found += 1
    return np.int64(found)


@numba.njit(cache=True, nogil=True)
def _bounds(keys: U32, offsets: U32, wanted: U32) -> tuple[I64, I64, I64]:
    """Where the lists of the wanted keys begin and end, and a cursor for each."""
    starts = np.zeros(len(wanted), dtype=np.int64)
    ends = np.zeros(len(wanted), dtype=np.int64)
    for k in range(len(wanted)):
        row = row_of(keys, len(offsets) - 1, wanted[k])
        if row >= 0:
            starts[k] = offsets[row]
            ends[k] = offsets[row + 1]
    return starts, ends, np.zeros(len(wanted), dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def _without_gaps(lists: U32, starts: I64, ends: I64) -> U32:
    """The same lists, those in gaps as sorted documents: in a copy, to which starts and ends are changed, where there are any."""
    size = np.int64(0)
    has_gaps = False
    for k in range(len(starts)):
        is_gaps = starts[k] < ends[k] and GAPS <= lists[starts[k]] < ROARING
        size += size_of(lists, starts[k], ends[k]) if is_gaps else ends[k] - starts[k]
        has_gaps |= is_gaps
    if not has_gaps:
        return lists
    out = np.empty(size, dtype=np.uint32)
    at = np.int64(0)
    for k in range(len(starts)):
        start = at
        if starts[k] < ends[k] and GAPS <= lists[starts[k]] < ROARING:
            at += gaps_into_sorted(lists, starts[k], out[at:])
        else:
            at += ends[k] - starts[k]
            out[start:at] = lists[starts[k] : ends[k]]
        starts[k] = start
        ends[k] = at
    return out


@lean
def _next(lists: U32, halves: U16, starts: I64, ends: I64, cursors: I64, window: int) -> tuple[np.int64, int, int]:
    """The first window from `window` on that any of the lists has, with all cursors moved to it or behind; how many lists have it,
    and one of them."""
    nearest = _END
    having = 0
    one = 0
    for k in range(len(starts)):
        at = _window_at(lists, halves, starts[k], ends[k], cursors[k])
        if at < window:
            cursors[k] = _seek(lists, halves, starts[k], ends[k], cursors[k], window)
            at = _window_at(lists, halves, starts[k], ends[k], cursors[k])
        if at < nearest:
            nearest = at
            having = 0
        if at == nearest:
            having += 1
            one = k
    return nearest, having, one


@lean
def _take(lists: U32, halves: U16, starts: I64, ends: I64, cursors: I64, window: int, mask: Words, out: Words) -> None:
    """What all lists have of a window, under the mask, as a bitset; cursors go behind it."""
    out[:] = 0
    for k in range(len(starts)):
        if _window_at(lists, halves, starts[k], ends[k], cursors[k]) == window:
            first, last, form = _extent(lists, halves, starts[k], ends[k], cursors[k])
            _spread(lists, halves, first, last, form, out)
            cursors[k] = _behind(first, last, form, cursors[k])
    _cut(out, mask, window)


@lean
def _few_beside(
    docs: NDArray[Any], window: int, wanted: bool, mask: Words,
    lists: U32, halves: U16, starts: I64, ends: I64, cursors: I64, having: int, k: int, other_mask: Words,
    room: Words, out: U32, found: int,
) -> np.int64:  # fmt: skip
    """As `_look_up`, in a union of which `having` lists have the window, list k among them; `room` is for a bitset of it."""
    if having == 0:
        return _search(docs, window, lists[:0], wanted, mask, other_mask, out, found)
    if having == 1:
        first, last, form = _extent(lists, halves, starts[k], ends[k], cursors[k])
        cursors[k] = _behind(first, last, form, cursors[k])
        if form == _BITSET:
            return _look_up_stored(docs, window, halves, first, wanted, mask, other_mask, out, found)
        if last - first > _APART * len(docs):
            if form == _HALVES:
                return _search(docs, window, halves[first:last], wanted, mask, other_mask, out, found)
            return _search(docs, window, lists[first:last], wanted, mask, other_mask, out, found)
        room[:] = 0
        _spread(lists, halves, first, last, form, room)
        _cut(room, other_mask, window)
    else:
        _take(lists, halves, starts, ends, cursors, window, other_mask, room)
    return _look_up(docs, window, room, wanted, mask, out, found)


@numba.njit(cache=True, nogil=True)
def first_of_two(
    keys: U32, offsets: U32, lists: U32, wanted: U32, mask: Words,
    other_keys: U32, other_offsets: U32, other_lists: U32, other_wanted: U32, other_mask: Words,
    how: int, out: U32,
) -> np.int64:  # fmt: skip
    """The first `len(out)` documents that both unions hold (AND), either (OR), or only the first one (LESS), each under its mask
    (empty: none); the number of them. A union is that of the lists of some keys; it may be empty."""
    starts, ends, cursors = _bounds(keys, offsets, wanted)
    other_starts, other_ends, other_cursors = _bounds(other_keys, other_offsets, other_wanted)
    lists = _without_gaps(lists, starts, ends)
    other_lists = _without_gaps(other_lists, other_starts, other_ends)
    halves: U16 = lists.view(np.uint16)
    other_halves: U16 = other_lists.view(np.uint16)
    bits = np.empty(WINDOW_WORDS, dtype=np.uint64)
    others = np.empty(WINDOW_WORDS, dtype=np.uint64)
    found = np.int64(0)
    window = np.int64(0)
    while found < len(out):
        here, having, k = _next(lists, halves, starts, ends, cursors, window)
        there, other_having, o = _next(other_lists, other_halves, other_starts, other_ends, other_cursors, window)
        if how == AND and here != there:
            window = max(here, there)
            if window == _END:
                break
            continue
        window = min(here, there) if how == OR else here
        if window == _END:
            break
        if there < window:  # LESS: what the other has before is of no use
            there, other_having, o = _next(other_lists, other_halves, other_starts, other_ends, other_cursors, window)
        if how != OR and having == 1:
            first, last, form = _extent(lists, halves, starts[k], ends[k], cursors[k])
            if form != _BITSET:
                cursors[k] = _behind(first, last, form, cursors[k])
                if there != window:
                    other_having = 0
                if form == _HALVES:
                    found = _few_beside(
                        halves[first:last], window, how == AND, mask, other_lists, other_halves,
                        other_starts, other_ends, other_cursors, other_having, o, other_mask, others, out, found,
                    )  # fmt: skip
                else:
                    found = _few_beside(
                        lists[first:last], window, how == AND, mask, other_lists, other_halves,
                        other_starts, other_ends, other_cursors, other_having, o, other_mask, others, out, found,
                    )  # fmt: skip
                window += 1
                continue
        _take(other_lists, other_halves, other_starts, other_ends, other_cursors, window, other_mask, others)
        _take(lists, halves, starts, ends, cursors, window, mask, bits)
        for w in range(WINDOW_WORDS):
            if how == AND:
                bits[w] &= others[w]
            elif how == OR:
                bits[w] |= others[w]
            else:
                bits[w] &= ~others[w]
        for w in range(WINDOW_WORDS):
            word = bits[w]
            while word != 0 and found < len(out):
                out[found] = (window << 16) + (w << 6) + trailing_zeros(word)
                found += 1
                word &= word - ONE
        window += 1
    return found
