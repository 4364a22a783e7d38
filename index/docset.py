"""`DocSet`: a set of document numbers of one vertical inside a span, in one of two forms behind one class.

Few documents are *packed* (sorted uint32), many are a *bitset* of the span. Binary operations take the cheapest kernel for
the forms at hand. Sets are immutable: an operation returns a new one or one of its operands.
"""

from __future__ import annotations

from typing import final

import numpy as np

from index.corpus import U8, U32
from index.kernels import bits, lists
from index.kernels.bits import Words

WINDOW = 65_536
"""Spans begin and end at multiples of this (the range of a Roaring container), but for the end of the vertical."""

_NO_DOCS = np.empty(0, dtype=np.uint32)


def new_words(span: int) -> Words:
    """An empty bitset for `span` documents."""
    return np.zeros((span + 63) >> 6, dtype=np.uint64)


def part(docs: U32, words: Words) -> tuple[U32, U32]:
    """The documents whose bit is set in a bitset over the whole vertical, and the others."""
    kept, left = np.empty(len(docs), dtype=np.uint32), np.empty(len(docs), dtype=np.uint32)
    count = bits.part(docs, words, kept, left)
    return kept[:count], left[: len(docs) - count]


@final
class DocSet:
    """Document numbers from `base` to `end` (excluded). Exactly one of `packed` and `words` is there.

    Laws: `docs()` is sorted and distinct; `size()` is its length; the operators are those of sets; none changes an operand.
    """

    __slots__ = ("base", "end", "packed", "words")

    def __init__(self, base: int, end: int, packed: U32 | None, words: Words | None = None) -> None:
        self.base = base
        self.end = end
        self.packed = packed
        self.words = words

    @staticmethod
    def empty(base: int, end: int) -> DocSet:
        """No documents."""
        return DocSet(base, end, _NO_DOCS)

    def is_empty(self) -> bool:
        """Whether no document is in it."""
        return len(self.packed) == 0 if self.packed is not None else not bits.any_bit(self._bits())

    def size(self) -> int:
        """The number of documents."""
        return len(self.packed) if self.packed is not None else int(bits.count_bits(self._bits()))

    def docs(self) -> U32:
        """All documents, best first."""
        if self.packed is not None:
            return self.packed
        out = np.empty(self.size(), dtype=np.uint32)
        bits.first_bits(self._bits(), self.base, out)
        return out

    def first(self, limit: int) -> U32:
        """The best `limit` documents, or all where there are fewer."""
        if self.packed is not None:
            return self.packed[:limit]
        out = np.empty(min(limit, self.end - self.base), dtype=np.uint32)
        return out[: bits.first_bits(self._bits(), self.base, out)]

    def to_words(self) -> Words:
        """The bitset of the span; not to be written to."""
        if self.words is not None:
            return self.words
        words = new_words(self.end - self.base)
        bits.set_bits(words, self.base, self._packed())
        return words

    def keep(self, docs: U32, wanted: bool = True) -> U32:
        """Those of the given documents (sorted, inside the span) whose membership is `wanted`."""
        out = np.empty(len(docs), dtype=np.uint32)
        if self.packed is not None:
            return out[: lists.keep_in_sorted(docs, self.packed, wanted, out)]
        return out[: bits.keep_set(docs, self._bits(), self.base, wanted, out)]

    def flag(self, docs: U32, flag: int, flags: U8) -> None:
        """Set a flag in the byte beside each of the given documents (sorted, inside the span) that is in the set."""
        if self.packed is not None:
            lists.flag_in_sorted(docs, self.packed, flag, flags)
        else:
            bits.flag_set(docs, self._bits(), self.base, flag, flags)

    def within(self, base: int, end: int) -> DocSet:
        """The part that lies in a span inside this one, without copying."""
        if base == self.base and end == self.end:
            return self
        if self.packed is not None:
            first, last = self.packed.searchsorted((np.uint32(base), np.uint32(end)))
            return DocSet(base, end, self.packed[first:last])
        shift = self.base >> 6
        return DocSet(base, end, None, self._bits()[(base >> 6) - shift : ((end + 63) >> 6) - shift])

    def __and__(self, other: DocSet) -> DocSet:
        if self.packed is not None:
            if other.packed is not None and len(other.packed) < len(self.packed):
                return DocSet(self.base, self.end, self.keep(other.packed))
            return DocSet(self.base, self.end, other.keep(self.packed))
        if other.packed is not None:
            return DocSet(self.base, self.end, self.keep(other.packed))
        return DocSet(self.base, self.end, None, self._bits() & other._bits())

    def __sub__(self, other: DocSet) -> DocSet:
        if self.packed is not None:
            return DocSet(self.base, self.end, other.keep(self.packed, wanted=False))
        if other.packed is not None:
            words = self._bits().copy()
            bits.clear_bits(words, self.base, other.packed)
            return DocSet(self.base, self.end, None, words)
        return DocSet(self.base, self.end, None, self._bits() & ~other._bits())

    def __or__(self, other: DocSet) -> DocSet:
        if self.packed is not None and other.packed is not None:
            out = np.empty(len(self.packed) + len(other.packed), dtype=np.uint32)
            return DocSet(self.base, self.end, out[: lists.merge(self.packed, other.packed, out)])
        if self.words is not None and other.words is not None:
            return DocSet(self.base, self.end, None, self.words | other.words)
        dense, sparse = (self, other) if other.packed is not None else (other, self)
        words = dense._bits().copy()
        bits.set_bits(words, self.base, sparse._packed())
        return DocSet(self.base, self.end, None, words)

    def _packed(self) -> U32:
        assert self.packed is not None
        return self.packed

    def _bits(self) -> Words:
        assert self.words is not None
        return self.words
