"""Posting lists of one edge read through layers: (base less removed less hidden) and added, key by key.

The same interface as `index.postings`, and the same laws, but that `size` and `total` may be too large: hidden documents are
counted too.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import final

import numpy as np

from index.arrays import AnyArray
from index.corpus import I64, U32
from index.docset import DocSet, new_words
from index.edge_lists import EdgeLists
from index.kernels import lists as kernels
from index.kernels import live
from index.kernels.bits import NO_WORDS, Words, set_bits, words_of
from index.live.layer import Layer
from index.live.rows import rows_of
from index.postings import EXACT, PostingList, PostingLists

_NO_DOCS = np.empty(0, dtype=np.uint32)
_NO_LISTS = PostingLists(_NO_DOCS, np.zeros(1, dtype=np.uint32), _NO_DOCS, 0)
_ROOM, _OF_ROOM = 5, 4
"""A bitset that has become too short gets so much more room than it needs."""
_DENSE = 7
"""Unions of more than `documents >> 7` postings are made in a bitset of their own where documents are hidden."""


@final
class EdgeLayer:
    """What one layer says of the lists of one edge: `touched` are its keys, `losing` those from whose lists it removes something,
    `row` is all of it as the kernels read it."""

    __slots__ = ("_arrays", "losing", "row", "touched")

    def __init__(self, touched: U32, added: PostingLists, removed: PostingLists) -> None:
        """`touched` is not empty, and holds the keys of both lists."""
        self.touched, self.losing = _u32(touched), _u32(removed.keys)
        last, shift = int(touched[-1]), 0
        while last >> shift > len(touched):
            shift += 1
        starts = np.empty((last >> shift) + 2, dtype=np.uint32)
        live.make_starts(self.touched, shift, starts)
        self._arrays: list[U32] = [self.touched, starts]
        row = [self.touched.ctypes.data, len(touched), starts.ctypes.data, len(starts) - 1, shift]
        for lists in (added, removed):
            bounds = np.empty(len(touched) + 1, dtype=np.uint32)
            live.make_bounds(self.touched, _u32(lists.keys), _u32(lists.offsets), bounds)
            words = _u32(lists.lists)
            self._arrays += (bounds, words)
            row += (bounds.ctypes.data, words.ctypes.data, len(words))
        self.row = tuple(row)

    @staticmethod
    def of(layer: Layer, edge: str) -> EdgeLayer | None:
        """None where the layer speaks for no key of the edge."""
        keys = layer.get(f"{edge}.touched")
        if keys is None or len(keys) == 0:
            return None
        added, removed = (rows_of(layer.arrays, f"{edge}.{kind}", 0) or _NO_LISTS for kind in ("added", "removed"))
        return EdgeLayer(keys, added, removed)


def _u32(array: AnyArray) -> U32:
    """An array as kernels read it through its address."""
    return np.ascontiguousarray(array, dtype=np.uint32)


@final
class KeyFilter:
    """The keys of an edge that layers touch, and those from whose lists layers remove something, as bitsets that only grow: all
    publications over one base share them, and an older one looks in vain for what came later."""

    def __init__(self) -> None:
        self._touched, self._losing = NO_WORDS, NO_WORDS
        self._layers: tuple[EdgeLayer, ...] = ()
        self._lock = Lock()

    def over(self, layers: Sequence[EdgeLayer]) -> tuple[Words, Words]:
        """Both, with all that these layers have."""
        with self._lock:
            for layer in layers:
                if not any(layer is known for known in self._layers):
                    self._touched = _with(self._touched, layer.touched)
                    self._losing = _with(self._losing, layer.losing)
            self._layers = tuple(layers)
            return self._touched, self._losing


def _with(words: Words, keys: U32) -> Words:
    """A bitset with these (sorted) keys too: the same, or a longer one where it has no room for them."""
    if len(keys) == 0:
        return words
    if int(keys[-1]) >> 6 >= len(words):
        grown = new_words(int(keys[-1]) * _ROOM // _OF_ROOM + 1)
        grown[: len(words)] = words
        words = grown
    set_bits(words, 0, keys)
    return words


@final
class LiveList:
    """One list that a layer changes, or that holds hidden documents."""

    __slots__ = ("_added", "_base", "_hidden", "_key", "_lists", "_removed")

    def __init__(self, lists: LiveLists, key: int, base: PostingList, removed: PostingList, added: PostingList) -> None:
        self._lists = lists
        self._key = key
        self._base = base
        self._removed = removed
        self._hidden = lists.hidden
        self._added = added

    def alone(self, mask: Words | None) -> LivePart:
        """The list as a union of one, under a mask."""
        return self._lists, np.array((self._key,), dtype=np.uint32), mask

    @property
    def is_roaring(self) -> bool:
        """Whether the base list is a Roaring bitmap."""
        return self._base.is_roaring

    def size(self) -> int:
        """The number of documents, at most: hidden ones are counted too."""
        return self._base.size() - self._removed.size() + self._added.size()

    def within(self, base: int, end: int) -> DocSet:
        """The documents of a span."""
        docs = self._base.within(base, end)
        if self._hidden is not None and not docs.is_empty():
            docs = docs - DocSet(base, end, None, self._hidden[base >> 6 : (end + 63) >> 6])
        if len(self._removed.list):
            docs = docs - self._removed.within(base, end)
        if len(self._added.list):
            docs = docs | self._added.within(base, end)
        return docs

    def keep(self, docs: U32, wanted: bool = True) -> U32:
        """Those of the given documents (sorted) whose membership in the list is `wanted`."""
        held = self._base.keep(docs)
        if self._hidden is not None:
            held = DocSet(0, len(self._hidden) << 6, None, self._hidden).keep(held, wanted=False)
        if len(self._removed.list):
            held = self._removed.keep(held, wanted=False)
        if len(self._added.list):
            one, other = held, self._added.keep(docs)
            held = np.empty(len(one) + len(other), dtype=np.uint32)
            held = held[: kernels.merge(one, other, held)]
        if wanted:
            return held
        out = np.empty(len(docs), dtype=np.uint32)
        return out[: kernels.keep_in_sorted(docs, held, False, out)]


@final
class LiveLists(EdgeLists):
    """All lists of one edge. `layers` are those that speak for it, the newest first; `hidden` is over all documents."""

    __slots__ = ("_added", "_base", "_documents", "_filters", "_hidden", "_is_hiding", "_layers", "_table")

    def __init__(
        self,
        base: PostingLists,
        layers: Sequence[EdgeLayer],
        hidden: Words | None,
        documents: int,
        keys: KeyFilter | None = None,
    ) -> None:
        """`keys` is shared by the lists of this edge over this base."""
        self._base = base
        self._layers = tuple(layers)
        self._filters = (keys or KeyFilter()).over(layers)
        self._table = np.zeros((1 + len(layers), len(live.LAYER)), dtype=np.int64)
        first = [number for words in self._filters for number in (words.ctypes.data, len(words))]
        self._table[0, : len(live.FILTER)] = first
        for row, layer in enumerate(layers, start=1):
            self._table[row] = layer.row
        self._added = sum(layer.row[live.ADDED + 2] for layer in layers)
        self._is_hiding = hidden is not None
        self._hidden = words_of(hidden)
        self._documents = documents

    def of(self, key: int) -> PostingList | LiveList:
        """As `EdgeLists.of`."""
        base = self._base.of(key)
        layer, place = live.speaker(self._table, key)
        if layer >= 0:
            removed, added = (
                live.said(self._table, int(layer), int(place), kind) for kind in (live.REMOVED, live.ADDED)
            )
            return LiveList(self, key, base, PostingList(removed), PostingList(added))
        return LiveList(self, key, base, _NOTHING, _NOTHING) if self._is_hiding else base

    @property
    def hidden(self) -> Words | None:
        """The documents that are hidden in the base lists; None: none is."""
        return self._hidden if self._is_hiding else None

    def union_into(self, keys: U32, words: Words) -> None:
        """As `EdgeLists.union_into`."""
        unhidden = NO_WORDS
        dense = self._documents >> _DENSE
        if self._is_hiding and self._base.total(keys, dense) > dense:
            unhidden = new_words(self._documents)
        live.union_into(*self.read(), keys, words, unhidden)
        if len(unhidden):
            unhidden &= ~self._hidden
            words |= unhidden

    def count_into(
        self, keys: U32, mask: Words | None, counts: U32, met: U32, at: int, amounts: U32 | None = None
    ) -> int:
        """As `EdgeLists.count_into`."""
        each = _NO_DOCS if amounts is None else amounts
        return int(live.count_into(*self.read(), keys, each, words_of(mask), counts, met, at))

    def estimate(self, keys: U32) -> int:
        """As `EdgeLists.estimate`: what layers add to all keys counts by share."""
        if len(keys) <= EXACT:
            return self.total(keys)
        rows = max(len(self._base.offsets) - 1, len(keys))
        return self._base.estimate(keys) + self._added * len(keys) // rows

    def read(self) -> tuple[U32, U32, U32, I64, Words]:
        """As `EdgeLists.read`."""
        base = self._base
        return base.keys, base.offsets, base.lists, self._table, self._hidden


_NOTHING = PostingList(_NO_DOCS)

AnyList = PostingList | LiveList
LivePart = tuple[EdgeLists, U32, Words | None]
"""The union of the lists of some keys, under one mask."""
