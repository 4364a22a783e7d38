"""The kernel behind the one-step path of a live index: as `windows.first_of_two`, of lists read through layers, and of documents
that are not all numbered in their order.

Base documents rank by number, so theirs are found window by window, up to the last one wanted. Late documents stand in windows of
their own, behind. Where they are many and rank first, such as new media, they are tried one by one in their order; else all of
theirs are marked, and the best of them are those that come first in the order of the odd ones.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from index.corpus import I64, U32
from index.kernels.bits import ONE, Words, lets_through, trailing_zeros
from index.kernels.lists import size_of
from index.kernels.live import ADDED, REMOVED, said, speaker
from index.kernels.membership import in_list
from index.kernels.windows import (
    _BITSET,
    _HALVES,
    AND,
    LESS,
    OR,
    WINDOW_WORDS,
    _behind,
    _bounds,
    _cut,
    _extent,
    _look_up,
    _next,
    _seek,
    _spread,
    _window_at,
    _without_gaps,
)
from index.kernels.windows import _take as _take_base

_SCANNED = 8
"""Looking at an odd document costs so much less than finding the place of a late one and sorting it."""
_TRIED = 64
"""So many late documents are tried in the time that their lists take to be read in one window."""

Lists = Any
"""Lists as `windows.py` walks them: their words, these as halves, where each begins and ends, and a cursor in each."""
Side = Any
"""One union: the lists of the base under its keys, and under each of these what layers add and what they remove."""


@numba.njit(cache=True, nogil=True)
def _said(table: I64, wanted: U32, kind: int) -> Lists:
    """The lists that layers add to, or remove from, those of the wanted keys."""
    starts = np.zeros(len(wanted), dtype=np.int64)
    ends = np.zeros(len(wanted), dtype=np.int64)
    size = np.int64(0)
    words = np.empty(0, dtype=np.uint32)
    for k in range(len(wanted)):
        layer, place = speaker(table, np.int64(wanted[k]))
        starts[k] = size
        if layer >= 0:
            one = said(table, layer, place, kind)
            if size == 0:
                words = one
            elif len(one):
                words = np.concatenate((words, one))
            size += len(one)
        ends[k] = size
    words = _without_gaps(words, starts, ends)
    return words, words.view(np.uint16), starts, ends, np.zeros(len(wanted), dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def _side(keys: U32, offsets: U32, lists: U32, table: I64, wanted: U32) -> Side:
    starts, ends, cursors = _bounds(keys, offsets, wanted)
    lists = _without_gaps(lists, starts, ends)
    return (
        (lists, lists.view(np.uint16), starts, ends, cursors),
        _said(table, wanted, ADDED),
        _said(table, wanted, REMOVED),
    )


@numba.njit(cache=True, nogil=True)
def _stands_in(lists: Lists, k: int, window: int) -> bool:
    """Whether a list has a window; its cursor goes there."""
    words, halves, starts, ends, cursors = lists
    if starts[k] == ends[k]:
        return False
    cursors[k] = _seek(words, halves, starts[k], ends[k], cursors[k], window)
    return bool(_window_at(words, halves, starts[k], ends[k], cursors[k]) == window)


@numba.njit(cache=True, nogil=True)
def _first_from(lists: Lists, window: int) -> np.int64:
    """The first window from `window` on that any of the lists has."""
    words, halves, starts, ends, cursors = lists
    return _next(words, halves, starts, ends, cursors, window)[0]


@numba.njit(cache=True, nogil=True)
def _take_one(lists: Lists, k: int, out: Words) -> None:
    """OR the window that the cursor of a list stands in into a bitset; the cursor goes behind it."""
    words, halves, starts, ends, cursors = lists
    first, last, form = _extent(words, halves, starts[k], ends[k], cursors[k])
    _spread(words, halves, first, last, form, out)
    cursors[k] = _behind(first, last, form, cursors[k])


@numba.njit(cache=True, nogil=True)
def _take(side: Side, window: int, hidden: Words, mask: Words, room: Words, gone: Words, out: Words) -> None:
    """What a union has of a window that layers change, under the mask, as a bitset; cursors go behind it. `room` and `gone`
    have room for a window."""
    base, added, removed = side
    out[:] = 0
    for k in range(len(base[2])):
        if _window_at(base[0], base[1], base[2][k], base[3][k], base[4][k]) != window:
            continue
        if not _stands_in(removed, k, window):
            _take_one(base, k, out)
            continue
        room[:] = 0
        gone[:] = 0
        _take_one(base, k, room)
        _take_one(removed, k, gone)
        for w in range(WINDOW_WORDS):
            out[w] |= room[w] & ~gone[w]
    if len(hidden):
        at = window * WINDOW_WORDS
        for w in range(min(WINDOW_WORDS, len(hidden) - at)):
            out[w] &= ~hidden[at + w]
    for k in range(len(added[2])):
        if _window_at(added[0], added[1], added[2][k], added[3][k], added[4][k]) == window:
            _take_one(added, k, out)
    _cut(out, mask, window)


@numba.njit(cache=True, nogil=True)
def _with_late(side: Side, table: I64) -> Lists:
    """The lists of a union in which late documents may be: those that layers add or, where there are no layers, those themselves,
    which may be what was found in others."""
    return side[1] if len(table) else side[0]


@numba.njit(cache=True, nogil=True)
def _hold(lists: Lists, mask: Words, doc: int) -> bool:
    """Whether any of these lists holds a document, under the mask."""
    words, _, starts, ends, _ = lists
    if lets_through(mask, doc):
        for k in range(len(starts)):
            if in_list(words, starts[k], ends[k], doc):
                return True
    return False


@numba.njit(cache=True, nogil=True)
def _size(lists: Lists) -> np.int64:
    words, _, starts, ends, _ = lists
    size = np.int64(0)
    for k in range(len(starts)):
        size += size_of(words, starts[k], ends[k])
    return size


@numba.njit(cache=True, nogil=True)
def _first_late(
    lists: Lists, mask: Words, others: Lists, other_mask: Words, how: int, odd: U32, tries: int, wanted: int
) -> tuple[I64, bool]:
    """The places, among the odd documents, of the best late ones, tried one by one; and whether these are so many as are wanted, or
    all: not where they are thought to be rare, or turn out to be, and more than `tries` would be looked at."""
    out = np.empty(wanted, dtype=np.int64)
    size = _size(lists)
    other_size = _size(others)
    most = min(size, other_size) if how == AND else size + other_size if how == OR else size
    if wanted * len(odd) > tries * most:
        return out[:0], False
    found = 0
    for place in range(min(len(odd), tries)):
        doc = np.int64(odd[place])
        held = _hold(lists, mask, doc)
        if how == AND:
            held = held and _hold(others, other_mask, doc)
        elif how == OR:
            held = held or _hold(others, other_mask, doc)
        else:
            held = held and not _hold(others, other_mask, doc)
        if held:
            out[found] = place
            found += 1
            if found == wanted:
                return out, True
    return out[:found], len(odd) <= tries


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
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, wanted: U32, mask: Words,
    other_keys: U32, other_offsets: U32, other_lists: U32, other_table: I64, other_hidden: Words,
    other_wanted: U32, other_mask: Words,
    how: int, base: int, size: int, odd: U32, slot: U32, places: U32, out: U32,
) -> np.int64:  # fmt: skip
    """The best `len(out)` documents as `windows.first_of_two` has them, in rank order; the number of them.

    Of `size` documents those before `base` rank by number, the others are the odd ones: `odd` in rank order, with the slot of each;
    `places` says where each of them stands there, by number from `base` on.
    """
    side = _side(keys, offsets, lists, table, wanted)
    other = _side(other_keys, other_offsets, other_lists, other_table, other_wanted)
    rooms = np.empty((4, WINDOW_WORDS), dtype=np.uint64)
    bits, others, room, gone = rooms[0], rooms[1], rooms[2], rooms[3]
    boundary = np.int64(base) >> 16
    windows = (np.int64(size) + 0xFFFF) >> 16
    best = np.empty(0, dtype=np.int64)
    end = np.int64(base)
    has_late = size > base
    if has_late and slot[0] == 0:
        tries = (windows - boundary) * _TRIED
        one, two = _with_late(side, table), _with_late(other, other_table)
        best, is_done = _first_late(one, mask, two, other_mask, how, odd, tries, len(out))
        if is_done:
            has_late = False
            if len(best) == len(out):
                end = np.int64(slot[best[-1]])
            windows = (end + 0xFFFF) >> 16
    late = np.zeros((windows - boundary) * WINDOW_WORDS if has_late else 0, dtype=np.uint64)
    regular = np.empty(len(out), dtype=np.uint32)
    found = np.int64(0)
    window = np.int64(0)
    lists, halves, starts, ends, cursors = side[0]
    other_lists, other_halves, other_starts, other_ends, other_cursors = other[0]
    added = removed = other_added = other_removed = np.int64(-1)  # the next window in which layers add or remove
    while window < windows:
        if found == len(out):
            if not has_late or slot[0] > regular[found - 1]:
                break
            window = max(window, boundary)
        if added < window:
            added = _first_from(side[1], window)
        if removed < window:
            removed = _first_from(side[2], window)
        if other_added < window:
            other_added = _first_from(other[1], window)
        if other_removed < window:
            other_removed = _first_from(other[2], window)
        here, having, k = _next(lists, halves, starts, ends, cursors, window)
        there = _next(other_lists, other_halves, other_starts, other_ends, other_cursors, window)[0]
        here = min(here, added)
        there = min(there, other_added)
        if how == AND and here != there:
            window = max(here, there)
            continue
        window = min(here, there) if how == OR else here
        if window >= windows:
            break
        if how == LESS and there < window:
            _next(other_lists, other_halves, other_starts, other_ends, other_cursors, window)
            if other_added < window:
                other_added = _first_from(other[1], window)
            if other_removed < window:
                other_removed = _first_from(other[2], window)
        if window in (other_added, other_removed) or len(other_hidden):
            _take(other, window, other_hidden, other_mask, room, gone, others)
        else:
            _take_base(other_lists, other_halves, other_starts, other_ends, other_cursors, window, other_mask, others)
        if window in (added, removed) or len(hidden):
            _take(side, window, hidden, mask, room, gone, bits)
        else:
            if how != OR and having == 1 and (window < boundary or size == base):
                first, last, form = _extent(lists, halves, starts[k], ends[k], cursors[k])
                if form != _BITSET:
                    cursors[k] = _behind(first, last, form, cursors[k])
                    if form == _HALVES:
                        found = _look_up(halves[first:last], window, others, how == AND, mask, regular, found)
                    else:
                        found = _look_up(lists[first:last], window, others, how == AND, mask, regular, found)
                    window += 1
                    continue
            _take_base(lists, halves, starts, ends, cursors, window, mask, bits)
        for w in range(WINDOW_WORDS):
            if how == AND:
                bits[w] &= others[w]
            elif how == OR:
                bits[w] |= others[w]
            else:
                bits[w] &= ~others[w]
        if window <= boundary:
            found = _read_off(bits, window << 16, end, regular, found)
        if has_late and window >= boundary:
            at = (window - boundary) * WINDOW_WORDS
            late[at : at + WINDOW_WORDS] = bits
        window += 1
    if has_late:
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
