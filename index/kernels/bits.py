"""Kernels on dense bitsets: set, test, first k, positions."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import U8, U32
from index.kernels.compiled import lean

Words = NDArray[np.uint64]

ONE = np.uint64(1)
LOW6 = np.uint32(63)


NO_WORDS: Words = np.empty(0, dtype=np.uint64)


def words_of(mask: Words | None) -> Words:
    """A mask as kernels are given it: an empty one where there is none."""
    return NO_WORDS if mask is None else mask


@numba.njit(cache=True, nogil=True, inline="always")
def holds_bit(words: Words, bit: int) -> bool:
    """Whether a bit is set."""
    return (words[bit >> 6] >> np.uint64(bit & 63)) & ONE != 0


@numba.njit(cache=True, nogil=True, inline="always")
def lets_through(mask: Words, doc: int) -> bool:
    """Whether a mask over the whole vertical has a document; an empty one lets everything through."""
    return len(mask) == 0 or holds_bit(mask, doc)


@lean
def set_bits(words: Words, base: int, docs: U32) -> None:
    """Set the bit of every document."""
    for i in range(len(docs)):
        at = np.int64(docs[i]) - base
        words[at >> 6] |= ONE << np.uint64(at & 63)


@lean
def clear_bits(words: Words, base: int, docs: U32) -> None:
    """Clear the bit of every document."""
    for i in range(len(docs)):
        at = np.int64(docs[i]) - base
        words[at >> 6] &= ~(ONE << np.uint64(at & 63))


@lean
def keep_set(docs: U32, words: Words, base: int, wanted: bool, out: U32) -> int:
    """Copy to `out` the documents whose bit is `wanted`; the number of them."""
    kept = 0
    for i in range(len(docs)):
        at = np.int64(docs[i]) - base
        out[kept] = docs[i]
        kept += ((words[at >> 6] >> np.uint64(at & 63)) & ONE != 0) == wanted
    return kept


@lean
def flag_set(docs: U32, words: Words, base: int, flag: int, flags: U8) -> None:
    """Set a flag in the byte beside each document whose bit is set."""
    for i in range(len(docs)):
        at = np.int64(docs[i]) - base
        if (words[at >> 6] >> np.uint64(at & 63)) & ONE != 0:
            flags[i] |= np.uint8(flag)


@lean
def part(docs: U32, words: Words, kept: U32, left: U32) -> int:
    """Copy documents whose bit is set to `kept`, the others to `left`; the number of those kept."""
    n = 0
    m = 0
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        if (words[doc >> 6] >> np.uint64(doc & 63)) & ONE != 0:
            kept[n] = docs[i]
            n += 1
        else:
            left[m] = docs[i]
            m += 1
    return n


@lean
def ones(word: np.uint64) -> np.int64:
    """The number of set bits of a word (Warren, Hacker's Delight, 5-1; compilers know the pattern)."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555_5555_5555_5555)
    word = (word & np.uint64(0x3333_3333_3333_3333)) + ((word >> np.uint64(2)) & np.uint64(0x3333_3333_3333_3333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F_0F0F_0F0F_0F0F)
    return np.int64((word * np.uint64(0x0101_0101_0101_0101)) >> np.uint64(56))


@lean
def trailing_zeros(word: np.uint64) -> np.int64:
    """The number of the lowest set bit of a word that is not 0: without a branch, for the next word is never foreseen."""
    return ones((word & (~word + ONE)) - ONE)


@lean
def count_bits(words: Words) -> np.int64:
    """The number of set bits."""
    total = np.int64(0)
    for i in range(len(words)):
        total += ones(words[i])
    return total


@lean
def any_bit(words: Words) -> bool:
    """Whether any bit is set."""
    for i in range(len(words)):
        if words[i] != 0:
            return True
    return False


@lean
def first_bits(words: Words, base: int, out: U32) -> int:
    """Write the first `len(out)` set documents in order; the number written."""
    found = 0
    wanted = len(out)
    for i in range(len(words)):
        word = words[i]
        while word != 0:
            if found == wanted:
                return found
            out[found] = base + (i << 6) + trailing_zeros(word)
            found += 1
            word &= word - ONE
    return found
