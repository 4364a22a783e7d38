"""Kernels of small unions: bits are set in a bitset of the whole vertical that is empty between two unions, and a second bitset
remembers which of its words were touched. Reading and clearing cost what was set, and a 4,096th of the vertical.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import U32
from index.kernels.bits import ONE, Words, trailing_zeros
from index.kernels.gather import run_of
from index.kernels.lists import GAPS, ROARING, U16, next_doc, sorted_docs


@numba.njit(cache=True, nogil=True, inline="always")
def set_touched(docs: U32, mask: Words, is_masked: bool, words: Words, touched: Words) -> None:
    """Set the documents that the mask lets through."""
    for i in range(len(docs)):
        at = np.int64(docs[i] >> 6)
        bit = ONE << np.uint64(docs[i] & 63)
        if not is_masked or mask[at] & bit != 0:
            words[at] |= bit
            touched[at >> 6] |= ONE << np.uint64(at & 63)


@numba.njit(cache=True, nogil=True)
def mark_list(lists: U32, start: int, end: int, mask: Words, is_masked: bool, words: Words, touched: Words) -> None:
    """Set the documents of the list at `lists[start:end]` that the mask lets through. Gaps, the form of most lists, are added up on
    the way."""
    if start == end or not GAPS <= lists[start] < ROARING:
        set_touched(sorted_docs(lists, start, end), mask, is_masked, words, touched)
        return
    halves: U16 = lists.view(np.uint16)
    at = np.int64(2 * start + 2)
    doc = np.int64(0)
    for _ in range(np.int64(lists[start]) - GAPS):
        doc, at = next_doc(halves, at, doc)
        place = doc >> 6
        bit = ONE << np.uint64(doc & 63)
        if not is_masked or mask[place] & bit != 0:
            words[place] |= bit
            touched[place >> 6] |= ONE << np.uint64(place & 63)


@numba.njit(cache=True, nogil=True)
def mark(
    keys: U32, offsets: U32, lists: U32, wanted: U32, mask: Words, is_masked: bool, words: Words, touched: Words
) -> None:
    """Set the documents of the wanted keys' lists that the mask lets through."""
    k = 0
    while k < len(wanted):
        start, end, k = run_of(keys, offsets, lists, wanted, k)
        mark_list(lists, start, end, mask, is_masked, words, touched)


@numba.njit(cache=True, nogil=True)
def mark_docs(docs: U32, none: int, words: Words, touched: Words) -> None:
    """Set documents that stand in any order, but for those that are `none`."""
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        if doc != none:
            at = doc >> 6
            words[at] |= ONE << np.uint64(doc & 63)
            touched[at >> 6] |= ONE << np.uint64(at & 63)


@numba.njit(cache=True, nogil=True)
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
