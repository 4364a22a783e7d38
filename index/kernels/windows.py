"""Kernels that evaluate two posting lists window by window (65,536 documents, the range of a Roaring container), best first.

A window of a list becomes a bitset of 1,024 words. Two of them are combined a word at a time, or, where one list has few documents
there, these are looked up in the bitset of the other. So nothing is searched for, and the walk stops in the window that has the
last document wanted.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import U32
from index.kernels.bits import ONE, Words, trailing_zeros
from index.kernels.lists import ARRAY_MAX, HEADER, ROARING, U16, lower_bound, u32_at

AND, OR, LESS = 0, 1, 2
WINDOW_WORDS = 1024
_END = np.int64(1 << 16)
"""Behind every window that a list can have."""


@numba.njit(cache=True, nogil=True)
def _window_at(words: U32, halves: U16, is_roaring: bool, cursor: int) -> np.int64:
    """The window that a cursor stands in. A cursor is a container of a Roaring list, or a place in a packed one."""
    if is_roaring:
        return np.int64(halves[HEADER + 4 + 2 * cursor]) if cursor < u32_at(halves, HEADER + 2) else _END
    return np.int64(words[cursor]) >> 16 if cursor < len(words) else _END


@numba.njit(cache=True, nogil=True)
def _seek(words: U32, halves: U16, is_roaring: bool, cursor: int, window: int) -> np.int64:
    """The cursor moved on to this window, or to the first one behind it that the list has."""
    if not is_roaring:
        return np.int64(lower_bound(words, window << 16, cursor))
    containers = u32_at(halves, HEADER + 2)
    while cursor < containers and np.int64(halves[HEADER + 4 + 2 * cursor]) < window:
        cursor += 1
    return np.int64(cursor)


@numba.njit(cache=True, nogil=True)
def _extent(words: U32, halves: U16, is_roaring: bool, cursor: int) -> tuple[np.int64, np.int64, bool]:
    """Where the window that the cursor stands in begins and ends, in `words` or `halves`, and whether it is a bitset there."""
    if not is_roaring:
        return np.int64(cursor), np.int64(lower_bound(words, (np.int64(words[cursor]) | 0xFFFF) + 1, cursor)), False
    cardinality = np.int64(halves[HEADER + 5 + 2 * cursor]) + 1
    at = HEADER + (u32_at(halves, HEADER + 4 + 2 * u32_at(halves, HEADER + 2) + 2 * cursor) >> 1)
    is_bits = bool(cardinality > ARRAY_MAX)
    return at, at + (4 * WINDOW_WORDS if is_bits else cardinality), is_bits


@numba.njit(cache=True, nogil=True)
def _spread(words: U32, halves: U16, is_roaring: bool, start: int, end: int, is_bits: bool, out: Words) -> None:
    """A window of a list as a bitset."""
    if is_bits:
        for i in range(WINDOW_WORDS):
            four = start + 4 * i
            out[i] = (
                np.uint64(halves[four])
                | (np.uint64(halves[four + 1]) << np.uint64(16))
                | (np.uint64(halves[four + 2]) << np.uint64(32))
                | (np.uint64(halves[four + 3]) << np.uint64(48))
            )
        return
    out[:] = 0
    if is_roaring:
        for i in range(start, end):
            out[halves[i] >> 6] |= ONE << np.uint64(halves[i] & 63)
    else:
        for i in range(start, end):
            low = words[i] & np.uint32(0xFFFF)
            out[low >> 6] |= ONE << np.uint64(low & 63)


@numba.njit(cache=True, nogil=True)
def _is_set(mask: Words, doc: int) -> bool:
    """Whether a mask over the whole vertical lets a document through; an empty one does."""
    return len(mask) == 0 or (mask[doc >> 6] >> np.uint64(doc & 63)) & ONE != 0


@numba.njit(cache=True, nogil=True)
def _cut(bits: Words, mask: Words, window: int) -> None:
    """What a mask over the whole vertical lets through of a window; an empty one lets everything through."""
    first = window * WINDOW_WORDS
    for i in range(min(WINDOW_WORDS, len(mask) - first)):
        bits[i] &= mask[first + i]


@numba.njit(cache=True, nogil=True)
def _look_up(
    words: U32, halves: U16, is_roaring: bool, start: int, end: int, window: int,
    others: Words, wanted: bool, mask: Words, out: U32, found: int,
) -> np.int64:  # fmt: skip
    """Write those documents of a window, listed from `start` to `end`, whose bit in the window `others` is `wanted` and that the
    mask lets through, behind the `found` that are there; how many are there then."""
    for i in range(start, end):
        low = np.int64(halves[i]) if is_roaring else np.int64(words[i]) & 0xFFFF
        if ((others[low >> 6] >> np.uint64(low & 63)) & ONE != 0) == wanted:
            doc = (window << 16) + low
            if found < len(out) and _is_set(mask, doc):
                out[found] = doc
                found += 1
    return np.int64(found)


@numba.njit(cache=True, nogil=True)
def first_of_two(one: U32, other: U32, how: int, one_mask: Words, other_mask: Words, out: U32) -> np.int64:
    """The first `len(out)` documents that both lists hold (AND), either (OR), or only the first one (LESS), each list under its
    mask (empty: none); the number of them. Either list may be empty."""
    one_halves: U16 = one.view(np.uint16)
    other_halves: U16 = other.view(np.uint16)
    one_roaring = len(one) > 0 and one[0] == ROARING
    other_roaring = len(other) > 0 and other[0] == ROARING
    bits = np.empty(WINDOW_WORDS, dtype=np.uint64)
    others = np.empty(WINDOW_WORDS, dtype=np.uint64)
    found = np.int64(0)
    i = np.int64(0)
    j = np.int64(0)
    while found < len(out):
        here = _window_at(one, one_halves, one_roaring, i)
        there = _window_at(other, other_halves, other_roaring, j)
        if how != OR and there < here < _END:
            j = _seek(other, other_halves, other_roaring, j, here)
            continue
        if how == AND and here < there < _END:
            i = _seek(one, one_halves, one_roaring, i, there)
            continue
        window = min(here, there) if how == OR else here
        if window == _END or (how == AND and there == _END):
            break
        is_listed = False  # whether the documents of the one are looked up in the bitset of the other
        start = end = np.int64(0)
        if here == window:
            start, end, is_bits = _extent(one, one_halves, one_roaring, i)
            is_listed = how != OR and not is_bits
            if not is_listed:
                _spread(one, one_halves, one_roaring, start, end, is_bits, bits)
                if len(one_mask):
                    _cut(bits, one_mask, window)
            i = i + 1 if one_roaring else end
        else:
            bits[:] = 0
        if there == window:
            first, last, is_bits = _extent(other, other_halves, other_roaring, j)
            _spread(other, other_halves, other_roaring, first, last, is_bits, others)
            if len(other_mask):
                _cut(others, other_mask, window)
            j = j + 1 if other_roaring else last
        else:
            others[:] = 0
        if is_listed:
            found = _look_up(one, one_halves, one_roaring, start, end, window, others, how == AND, one_mask, out, found)
            continue
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
    return found
