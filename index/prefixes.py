"""Prefixes that so many documents have that their union is worth keeping: one posting list each.

A typeahead asks for one or two letters first, which thousands of words begin with. The other prefixes are unions of few
short lists and are made when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.corpus import U32
from index.docset import DocSet, new_words
from index.kernels.bits import set_bits
from index.postings import Grouped

_FREQUENT = 4_096
_SHARE = 7
"""A prefix is kept where the lists of its words hold more postings together than either 4,096 or a 128th of all documents,"""
_MANY = 64
"""and where there are so many of them: the union of a few long lists is quickly made."""


def frequent_prefixes(terms: Sequence[str], lists: Grouped, documents: int) -> tuple[list[str], Grouped]:
    """The frequent prefixes of sorted terms, sorted, and the union of the lists of the terms that begin so."""
    found: list[str] = []
    unions: list[U32] = []
    frequent = max(_FREQUENT, documents >> _SHARE)
    todo = [(0, len(terms), 0)]
    while todo:
        first, last, length = todo.pop()
        if int(lists.offsets[last] - lists.offsets[first]) <= frequent or last - first < _MANY:
            continue
        if length:
            found.append(terms[first][:length])
            unions.append(_union(lists.values[lists.offsets[first] : lists.offsets[last]], documents))
        todo += _longer(terms, first, last, length)
    order = sorted(range(len(found)), key=found.__getitem__)
    offsets = np.zeros(len(found) + 1, dtype=np.int64)
    np.cumsum([len(unions[row]) for row in order], out=offsets[1:])
    values = np.concatenate([unions[row] for row in order]) if order else np.empty(0, dtype=np.uint32)
    return [found[row] for row in order], Grouped(offsets, values)


def _longer(terms: Sequence[str], first: int, last: int, length: int) -> list[tuple[int, int, int]]:
    """The ranges of terms that also share the code point behind the first `length`."""
    ranges = []
    start = first
    while start < last and len(terms[start]) == length:
        start += 1  # the prefix itself is a term
    while start < last:
        letter = terms[start][length]
        end = start + 1
        while end < last and terms[end][length] == letter:
            end += 1
        ranges.append((start, end, length + 1))
        start = end
    return ranges


def _union(docs: U32, documents: int) -> U32:
    words = new_words(documents)
    set_bits(words, 0, docs)
    return DocSet(0, documents, None, words).docs()
