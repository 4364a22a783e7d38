"""The kernel behind the one-step path of a live index: as `windows.first_of_two`, of lists read through layers, and of documents
that are not all numbered in their order.

Base documents rank by number, so theirs are found window by window, up to the last one wanted. Late documents stand in windows of
their own, behind; all of theirs are marked, and the best of them are those that come first in the order of the odd ones.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, U32
from index.kernels.bits import ONE, Words, trailing_zeros
from index.kernels.lists import U16, lower_bound
from index.kernels.live import _ADDED, _REMOVED, _docs, _layer_row, _size, _speaker
from index.kernels.windows import (
    AND,
    LESS,
    OR,
    WINDOW_WORDS,
    _behind,
    _bounds,
    _cut,
    _extent,
    _next,
    _spread,
    _window_at,
    _without_gaps,
)

_SCANNED = 8
"""Looking at an odd document costs so much less than finding the place of a late one and sorting it."""


@numba.njit(cache=True, nogil=True)
def _changes(table: I64, wanted: U32, kind: int) -> tuple[U32, I64]:
    """The documents that layers add to, or remove from, the lists of the wanted keys, end to end, and where each begins."""
    starts = np.zeros(len(wanted) + 1, dtype=np.int64)
    for k in range(len(wanted)):
        layer = _speaker(table, np.int64(wanted[k]))
        size = _size(_layer_row(table, layer, kind, np.int64(wanted[k]))) if layer >= 0 else 0
        starts[k + 1] = starts[k] + size
    docs = np.empty(starts[-1], dtype=np.uint32)
    for k in range(len(wanted)):
        if starts[k + 1] > starts[k]:
            layer = _speaker(table, np.int64(wanted[k]))
            docs[starts[k] : starts[k + 1]] = _docs(_layer_row(table, layer, kind, np.int64(wanted[k])))
    return docs, starts


@numba.njit(cache=True, nogil=True)
def _nearest(docs: U32, starts: I64, window: int, nearest: int) -> np.int64:
    """The first window from `window` on that has one of these documents, at most `nearest`."""
    for k in range(len(starts) - 1):
        at = lower_bound(docs[starts[k] : starts[k + 1]], window << 16, 0) + starts[k]
        if at < starts[k + 1]:
            nearest = min(nearest, np.int64(docs[at]) >> 16)
    return np.int64(nearest)


@numba.njit(cache=True, nogil=True)
def _put(docs: U32, window: int, is_set: bool, out: Words) -> None:
    """Set or clear the bits of those (sorted) documents that a window has."""
    for i in range(lower_bound(docs, window << 16, 0), len(docs)):
        if np.int64(docs[i]) >> 16 != window:
            break
        low = np.int64(docs[i]) & 0xFFFF
        if is_set:
            out[low >> 6] |= ONE << np.uint64(low & 63)
        else:
            out[low >> 6] &= ~(ONE << np.uint64(low & 63))


@numba.njit(cache=True, nogil=True)
def _take(
    lists: U32, halves: U16, starts: I64, ends: I64, cursors: I64, window: int,
    added: U32, added_starts: I64, removed: U32, removed_starts: I64, hidden: Words, is_hiding: bool,
    mask: Words, one: Words, out: Words,
) -> None:  # fmt: skip
    """What all lists have of a window, under the mask, as a bitset; cursors go behind it. `one` is room for a window."""
    out[:] = 0
    for k in range(len(starts)):
        if _window_at(lists, halves, starts[k], ends[k], cursors[k]) == window:
            first, last, form = _extent(lists, halves, starts[k], ends[k], cursors[k])
            gone = removed[removed_starts[k] : removed_starts[k + 1]]
            if len(gone):
                one[:] = 0
                _spread(lists, halves, first, last, form, one)
                _put(gone, window, False, one)
                for i in range(WINDOW_WORDS):
                    out[i] |= one[i]
            else:
                _spread(lists, halves, first, last, form, out)
            cursors[k] = _behind(first, last, form, cursors[k])
    if is_hiding:
        at = window * WINDOW_WORDS
        for i in range(min(WINDOW_WORDS, len(hidden) - at)):
            out[i] &= ~hidden[at + i]
    for k in range(len(starts)):
        _put(added[added_starts[k] : added_starts[k + 1]], window, True, out)
    _cut(out, mask, window)


@numba.njit(cache=True, nogil=True)
def _read_off(bits: Words, base: int, end: int, out: U32, found: int) -> np.int64:
    """Write the documents of a bitset that begins at `base`, those before `end`, behind the `found` that are there, as far as there
    is room; how many are there then."""
    for w in range(len(bits)):
        word = bits[w]
        while word != 0 and found < len(out):
            doc = base + (w << 6) + trailing_zeros(word)
            if doc >= end:
                return np.int64(found)
            out[found] = doc
            found += 1
            word &= word - ONE
        if found == len(out):
            break
    return np.int64(found)


@numba.njit(cache=True, nogil=True)
def _best_late(late: Words, base: int, first: int, odd: U32, places: U32, wanted: int) -> I64:
    """The places, among the odd documents, of the best late ones that are marked in a bitset that begins at document `first`. The
    first late one has number `base`."""
    count = np.int64(0)
    for w in range(len(late)):
        word = late[w]
        while word != 0:
            count += 1
            word &= word - ONE
    out = np.empty(min(count, wanted), dtype=np.int64)
    if len(out) * len(odd) <= _SCANNED * count * count:
        n = 0
        for place in range(len(odd)):
            if n == len(out):
                break
            doc = np.int64(odd[place]) - first
            if (late[doc >> 6] >> np.uint64(doc & 63)) & ONE != 0:
                out[n] = place
                n += 1
        return out
    found = np.empty(count, dtype=np.uint32)
    n = 0
    for w in range(len(late)):
        word = late[w]
        while word != 0:
            found[n] = places[first + (w << 6) + trailing_zeros(word) - base]
            n += 1
            word &= word - ONE
    found.sort()
    out[:] = found[: len(out)]
    return out


@numba.njit(cache=True, nogil=True)
def first_ranked(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, is_hiding: bool, wanted: U32, mask: Words,
    other_keys: U32, other_offsets: U32, other_lists: U32, other_table: I64, other_hidden: Words, is_other_hiding: bool,
    other_wanted: U32, other_mask: Words,
    how: int, base: int, size: int, odd: U32, slot: U32, places: U32, out: U32,
) -> np.int64:  # fmt: skip
    """The best `len(out)` documents as `windows.first_of_two` has them, in rank order; the number of them.

    Of `size` documents those before `base` rank by number, the others are the odd ones: `odd` in rank order, with the slot of each;
    `places` says where each of them stands there, by number from `base` on.
    """
    starts, ends, cursors = _bounds(keys, offsets, wanted)
    other_starts, other_ends, other_cursors = _bounds(other_keys, other_offsets, other_wanted)
    lists = _without_gaps(lists, starts, ends)
    other_lists = _without_gaps(other_lists, other_starts, other_ends)
    halves: U16 = lists.view(np.uint16)
    other_halves: U16 = other_lists.view(np.uint16)
    added, added_starts = _changes(table, wanted, _ADDED)
    removed, removed_starts = _changes(table, wanted, _REMOVED)
    other_added, other_added_starts = _changes(other_table, other_wanted, _ADDED)
    other_removed, other_removed_starts = _changes(other_table, other_wanted, _REMOVED)
    bits = np.empty(WINDOW_WORDS, dtype=np.uint64)
    others = np.empty(WINDOW_WORDS, dtype=np.uint64)
    room = np.empty(WINDOW_WORDS, dtype=np.uint64)
    windows = (np.int64(size) + 0xFFFF) >> 16
    boundary = np.int64(base) >> 16
    late = np.zeros((windows - boundary) * WINDOW_WORDS if size > base else 0, dtype=np.uint64)
    regular = np.empty(len(out), dtype=np.uint32)
    found = np.int64(0)
    window = np.int64(0)
    while window < windows:
        if found == len(out):
            if size == base:
                break
            window = max(window, boundary)
        here = _next(lists, halves, starts, ends, cursors, window)[0]
        here = _nearest(added, added_starts, window, here)
        there = _next(other_lists, other_halves, other_starts, other_ends, other_cursors, window)[0]
        there = _nearest(other_added, other_added_starts, window, there)
        if how == AND and here != there:
            window = max(here, there)
            continue
        window = min(here, there) if how == OR else here
        if window >= windows:
            break
        if how == LESS and there < window:
            _next(other_lists, other_halves, other_starts, other_ends, other_cursors, window)
        _take(
            lists, halves, starts, ends, cursors, window,
            added, added_starts, removed, removed_starts, hidden, is_hiding, mask, room, bits,
        )  # fmt: skip
        _take(
            other_lists, other_halves, other_starts, other_ends, other_cursors, window,
            other_added, other_added_starts, other_removed, other_removed_starts, other_hidden, is_other_hiding,
            other_mask, room, others,
        )  # fmt: skip
        for w in range(WINDOW_WORDS):
            if how == AND:
                bits[w] &= others[w]
            elif how == OR:
                bits[w] |= others[w]
            else:
                bits[w] &= ~others[w]
        if window <= boundary:
            found = _read_off(bits, window << 16, base, regular, found)
        if window >= boundary and len(late):
            at = (window - boundary) * WINDOW_WORDS
            late[at : at + WINDOW_WORDS] = bits
        window += 1
    if len(late):
        split = np.int64(base) & 0xFFFF
        late[: split >> 6] = 0
        late[split >> 6] &= ~((ONE << np.uint64(split & 63)) - ONE)
    best = _best_late(late, base, boundary << 16, odd, places, len(out))
    i = 0
    j = 0
    n = 0
    while n < len(out) and (i < found or j < len(best)):
        if j < len(best) and (i == found or slot[best[j]] <= regular[i]):
            out[n] = odd[best[j]]
            j += 1
        else:
            out[n] = regular[i]
            i += 1
        n += 1
    return np.int64(n)
