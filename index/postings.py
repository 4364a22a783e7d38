"""Posting lists of one edge, mapped from disk: one list by key, or the union and the counts over many keys.

A short list is packed or in gaps, a long one a Roaring bitmap (`index/kernels/__init__.py` says how to tell them apart).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U32
from index.docset import DocSet, new_words
from index.edge_lists import EdgeLists
from index.kernels import gather, lists, live, windows
from index.kernels.bits import NO_WORDS, Words, words_of
from index.kernels.build import drop_repeats, group, less, pack, packed_offsets, transpose

LONG = 256
"""Lists of at least so many documents are Roaring bitmaps, shorter ones in gaps, where these are smaller."""
_SPARSE_PART = 5
"""A Roaring list is decoded to packed where it holds less than `span >> 5` documents: there it is smaller than a bitset."""
SPARSE = 4
"""An edge keeps the keys that have a list beside the lists where fewer than one key in so many has one."""

EXACT = 64
"""Keys up to which the length of every list is read for an estimate."""

_NO_KEYS = np.empty(0, dtype=np.uint32)
_FIRST = np.zeros(1, dtype=np.uint32)
_NO_LAYERS = np.empty((0, len(live.LAYER)), dtype=np.int64)


@final
class PostingList:
    """One list, a view of the mapped file; decoded where it is in gaps."""

    __slots__ = ("_alone", "is_roaring", "list")

    def __init__(self, words: U32) -> None:
        first = words.item(0) if len(words) else 0
        self.is_roaring = first == lists.ROARING
        self.list = lists.sorted_docs(words, 0, len(words)) if lists.GAPS <= first < lists.ROARING else words
        self._alone: PostingLists | None = None

    def size(self) -> int:
        """The number of documents."""
        return self.list.item(1) if self.is_roaring else len(self.list)

    def within(self, base: int, end: int) -> DocSet:
        """The documents of a span."""
        if not self.is_roaring:
            return _slice(self.list, base, end)
        size = int(self.list[1])
        if size < (end - base) >> _SPARSE_PART:
            out = np.empty(size, dtype=np.uint32)
            return DocSet(base, end, out[: lists.roaring_into_sorted(self.list.view(np.uint16), 0, base, end, out)])
        words = new_words(end - base)
        lists.roaring_into_bits(self.list.view(np.uint16), 0, words, base)
        return DocSet(base, end, None, words)

    def alone(self, mask: Words | None) -> Part:
        """The list as a union of one, under a mask."""
        lists = self._alone
        if lists is None:
            ends = np.array((0, len(self.list)), dtype=np.uint32)
            lists = self._alone = PostingLists(_NO_KEYS, ends, self.list, 0)
        return lists, _FIRST, mask

    def keep(self, docs: U32, wanted: bool = True) -> U32:
        """Those of the given documents (sorted) whose membership in the list is `wanted`."""
        out = np.empty(len(docs), dtype=np.uint32)
        if self.is_roaring:
            return out[: lists.keep_in_roaring(docs, self.list.view(np.uint16), wanted, out)]
        return out[: lists.keep_in_sorted(docs, self.list, wanted, out)]


def _slice(packed: U32, base: int, end: int) -> DocSet:
    if base == 0 and (len(packed) == 0 or packed[-1] < end):
        return DocSet(base, end, packed)
    first, last = packed.searchsorted((np.uint32(base), np.uint32(end)))
    return DocSet(base, end, packed[first:last])


@final
@dataclass(frozen=True, slots=True)
class PostingLists(EdgeLists):
    """All lists of one edge, mapped, without layers.

    `offsets` and `lists` as in `index/kernels/gather.py`; `keys` is empty where every key has a row. `documents` is the
    number of documents of the vertical that the lists hold.
    """

    keys: U32
    offsets: U32
    lists: U32
    documents: int

    def of(self, key: int) -> PostingList:
        """As `EdgeLists.of`."""
        if len(self.keys):
            row = int(self.keys.searchsorted(np.uint32(key)))
            if row == len(self.keys) or self.keys[row] != key:
                return PostingList(_NO_KEYS)
        else:
            row = key
            if row + 1 >= len(self.offsets):
                return PostingList(_NO_KEYS)
        return PostingList(self.lists[self.offsets.item(row) : self.offsets.item(row + 1)])

    def union_into(self, keys: U32, words: Words) -> None:
        """As `EdgeLists.union_into`."""
        gather.union_into(self.keys, self.offsets, self.lists, keys, words)

    def count_into(
        self, keys: U32, mask: Words | None, counts: U32, met: U32, at: int, amounts: U32 | None = None
    ) -> int:
        """As `EdgeLists.count_into`."""
        each = _NO_KEYS if amounts is None else amounts
        return int(gather.count_into(self.keys, self.offsets, self.lists, keys, each, words_of(mask), counts, met, at))

    def estimate(self, keys: U32) -> int:
        """As `EdgeLists.estimate`."""
        if len(keys) <= EXACT or len(self.keys):
            return self.total(keys)
        rows = len(self.offsets) - 1
        first, last = min(int(keys[0]), rows), min(int(keys[-1]) + 1, rows)
        return max(int(self.offsets[last]) - int(self.offsets[first]), len(keys))

    def read(self) -> tuple[U32, U32, U32, I64, Words]:
        """As `EdgeLists.read`: there are no layers over them."""
        return self.keys, self.offsets, self.lists, _NO_LAYERS, NO_WORDS


Part = tuple[PostingLists, U32, Words | None]
"""The union of the lists of some keys, under one mask."""


def first_of_two(one: Part, other: Part, how: int, limit: int) -> U32:
    """The best `limit` documents that both unions hold (`AND`), either (`OR`) or only the first one (`LESS`)."""
    (lists, keys, mask), (other_lists, other_keys, other_mask) = one, other
    out = np.empty(limit, dtype=np.uint32)
    found = windows.first_of_two(
        lists.keys,
        lists.offsets,
        lists.lists,
        keys,
        words_of(mask),
        other_lists.keys,
        other_lists.offsets,
        other_lists.lists,
        other_keys,
        words_of(other_mask),
        how,
        out,
    )
    return out[:found]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Lists under construction: `values[offsets[r]:offsets[r + 1]]`, sorted and distinct."""

    offsets: I64
    values: U32

    @staticmethod
    def of(keys: U32, docs: U32, rows: int, documents: int) -> Grouped:
        """Group facts (key, document) in any order, repeated ones once."""
        by_doc = group(docs, keys, documents)
        offsets, values = transpose(*by_doc, rows)
        return Grouped(offsets, values[: drop_repeats(offsets, values)])

    def flipped(self, rows: int) -> Grouped:
        """The same facts from the other end."""
        return Grouped(*transpose(self.offsets, self.values, rows))

    def where(self, stays: NDArray[np.bool_]) -> Grouped:
        """Of every list the values whose place in `values` is marked."""
        ends = np.zeros(len(stays) + 1, dtype=np.int64)
        np.cumsum(stays, out=ends[1:])
        return Grouped(ends[self.offsets], self.values[stays])

    def less(self, other: Grouped) -> Grouped:
        """The facts that another grouping of as many keys does not have."""
        offsets, values = self.offsets.copy(), self.values.copy()
        return Grouped(offsets, values[: less(offsets, values, other.offsets, other.values)])

    def packed(self, documents: int) -> PostingLists:
        """The lists in the form in which they are stored."""
        if documents > lists.GAPS:
            raise OverflowError(
                f"{documents:,} documents are past the {lists.GAPS:,} that one segment can hold: shard it"
            )
        offsets, words = packed_offsets(self.offsets, self.values, LONG), self.values
        if offsets[-1] >= lists.ROARING:
            raise OverflowError(
                f"an edge with {offsets[-1]:,} words is past the 2^32 that one segment can hold: shard it"
            )
        if offsets[-1] < len(words):
            words = np.empty(int(offsets[-1]), dtype=np.uint32)
            pack(self.offsets, self.values, LONG, offsets, words)
        rows = np.flatnonzero(np.diff(offsets))
        if len(rows) * SPARSE < len(offsets) - 1:
            ends = np.append(offsets[rows], offsets[-1])
            return PostingLists(rows.astype(np.uint32), ends.astype(np.uint32), words, documents)
        return PostingLists(_NO_KEYS, offsets.astype(np.uint32), words, documents)
