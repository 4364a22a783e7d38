"""Kernels of small unions: bits are set in a bitset of the whole vertical that is empty between two unions, and a second bitset
remembers which of its words were touched. Reading and clearing cost what was set, and a 4,096th of the vertical.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import U32
from index.kernels.bits import ONE, Words, trailing_zeros
from index.kernels.compiled import lean
from index.kernels.lists import ARRAY_MAX, GAPS, HEADER, ROARING, U16, container, next_doc, u32_at, word_at


@numba.njit(cache=True, nogil=True, inline="always")
def set_touched(doc: int, words: Words, touched: Words) -> None:
    """Set a document."""
    at = doc >> 6
    words[at] |= ONE << np.uint64(doc & 63)
    touched[at >> 6] |= ONE << np.uint64(at & 63)


@numba.njit(cache=True, nogil=True, inline="always")
def _mark(doc: int, removed: U32, at: int, hidden: Words, mask: Words, words: Words, touched: Words) -> np.int64:
    """Set a document of a list, of whose removed ones those before `at` are behind; how many are now. What the mask says is no
    branch: one that is foreseen wrongly would wait for each word of the mask that is in no cache."""
    while at < len(removed) and np.int64(removed[at]) < doc:
        at += 1
    if at == len(removed) or np.int64(removed[at]) != doc:
        place = doc >> 6
        bit = ONE << np.uint64(doc & 63)
        if len(mask):
            bit &= mask[place]
        if len(hidden):
            bit &= ~hidden[place]
        words[place] |= bit
        touched[place >> 6] |= ONE << np.uint64(place & 63)
    return np.int64(at)


@lean
def mark_list(
    lists: U32, start: int, end: int, removed: U32, hidden: Words, mask: Words, below: int, words: Words, touched: Words
) -> None:
    """Set the documents of the list at `lists[start:end]` before `below` that the mask lets through, but for removed ones (which
    are sorted) and hidden ones; nothing is decoded. Either bitset may be empty: everything is let through, nothing is hidden."""
    gone = np.int64(0)
    if start == end or lists[start] < GAPS:
        for i in range(start, end):
            if lists[i] >= below:
                return
            gone = _mark(np.int64(lists[i]), removed, gone, hidden, mask, words, touched)
        return
    halves: U16 = lists.view(np.uint16)
    if lists[start] == ROARING:
        _mark_roaring(halves, 2 * start, removed, hidden, mask, below, words, touched)
        return
    at = np.int64(2 * start + 2)
    doc = np.int64(0)
    for _ in range(np.int64(lists[start]) - GAPS):
        doc, at = next_doc(halves, at, doc)
        if doc >= below:
            return
        gone = _mark(doc, removed, gone, hidden, mask, words, touched)


@lean
def _mark_roaring(
    halves: U16, origin: int, removed: U32, hidden: Words, mask: Words, below: int, words: Words, touched: Words
) -> None:
    containers = u32_at(halves, origin + HEADER + 2)
    gone = np.int64(0)
    for c in range(containers):
        base, cardinality, at = container(halves, origin, containers, c)
        if cardinality <= ARRAY_MAX:
            for i in range(at, at + cardinality):
                doc = base + np.int64(halves[i])
                if doc >= below:
                    return
                gone = _mark(doc, removed, gone, hidden, mask, words, touched)
            continue
        for w in range(1024):
            word = word_at(halves, at + 4 * w)
            while word != 0:
                doc = base + (w << 6) + trailing_zeros(word)
                if doc >= below:
                    return
                gone = _mark(doc, removed, gone, hidden, mask, words, touched)
                word &= word - ONE


@lean
def mark_docs(docs: U32, none: int, words: Words, touched: Words) -> None:
    """Set documents that stand in any order, but for those that are `none`."""
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        if doc != none:
            set_touched(doc, words, touched)


@lean
def sweep(words: Words, touched: Words, out: U32) -> int:
    """Write all documents that are set, in order, and clear them; the number of them. `out` has room for all."""
    found = 0
    for t in range(len(touched)):
        rest = touched[t]
        if rest == 0:
            continue
        touched[t] = 0
        while rest != 0:
            at = (t << 6) + trailing_zeros(rest)
            rest &= rest - ONE
            word = words[at]
            words[at] = 0
            while word != 0:
                out[found] = (at << 6) + trailing_zeros(word)
                found += 1
                word &= word - ONE
    return found
