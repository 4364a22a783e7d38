"""Small unions of many posting lists, or of documents in any order: sorted documents at the cost of what they touch."""

from __future__ import annotations

from collections.abc import Iterable
from threading import local
from typing import NamedTuple

import numpy as np

from index.corpus import U32
from index.docset import new_words
from index.kernels.bits import Words
from index.kernels.touched import mark_docs, sweep
from index.live.lists import AnyLists
from index.postings import Gate


class Marks(NamedTuple):
    """A bitset of a vertical and, by a bit for each of its words, which of them are not zero."""

    words: Words
    touched: Words


def union(parts: Iterable[tuple[AnyLists, U32, Words | None]], most: int, size: int) -> U32:
    """The documents of the lists of these keys, each part under its mask, sorted; together the lists hold `most` at most.

    `parts` may raise between two of them; `size` is that of the vertical.
    """
    marks = _marks(size)
    out = np.empty(most, dtype=np.uint32)
    try:
        for lists, keys, mask in parts:
            lists.mark(keys, mask, *marks, out)
        return out[: sweep(*marks, out)]
    except BaseException:
        del _scratch.marks[size]  # what was set may not show in the next union
        raise


def union_through(lists: AnyLists, keys: U32, gate: Gate, most: int, size: int) -> U32 | None:
    """The documents that the lists of these keys show through a gate, sorted; None where the lists may hold more than `most`."""
    marks = _marks(size)
    out = np.empty(most, dtype=np.uint32)
    found = lists.union_gated(keys, gate, *marks, out)
    return None if found < 0 else out[:found]


def union_below(lists: AnyLists, keys: U32, gate: Gate, below: int, most: int, size: int) -> U32:
    """As `union_through`, of base documents those before `below` and perhaps some others: lists, which hold `most` documents
    together, are read no further."""
    marks = _marks(size)
    out = np.empty(most, dtype=np.uint32)
    return out[: lists.union_gated_below(keys, gate, below, *marks, out)]


def distinct(docs: U32, none: int, size: int) -> U32:
    """The documents among these, which stand in any order, sorted, once each; `none` stands for no document."""
    marks = _marks(size)
    out = np.empty(len(docs), dtype=np.uint32)
    mark_docs(docs, none, *marks)
    return out[: sweep(*marks, out)]


_scratch = local()


def _marks(size: int) -> Marks:
    """Marks of this thread, all clear between two unions."""
    kept: dict[int, Marks] = _scratch.__dict__.setdefault("marks", {})
    found = kept.get(size)
    if found is None:
        if len(kept) == _KEPT:
            kept.clear()
        words = new_words(size)
        found = kept[size] = Marks(words, new_words(len(words)))
    return found


_KEPT = 8
"""Sizes of verticals for which marks are kept: those of an index and of the one that replaces it."""
