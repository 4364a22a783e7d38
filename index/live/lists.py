"""Posting lists of one edge read through layers: (base less removed less hidden) and added, key by key.

The same interface as `index.postings`, and the same laws, but that `size` and `total` may be too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U32
from index.docset import DocSet, new_words
from index.kernels import lists as kernels
from index.kernels import live
from index.kernels.bits import Words, set_bits
from index.kernels.gated import sizes_gated, union_gated
from index.live.layer import Layer
from index.live.rows import rows_of
from index.postings import Gate, PostingList, PostingLists
from schemas.ids import INT64_MAX

_NO_WORDS = np.empty(0, dtype=np.uint64)
_NO_DOCS = np.empty(0, dtype=np.uint32)
_NO_LISTS = PostingLists(_NO_DOCS, np.zeros(1, dtype=np.uint32), _NO_DOCS, 0)
_DENSE = 7
"""Unions of more than `documents >> 7` postings are made in a bitset of their own where documents are hidden."""


class EdgeLayer(NamedTuple):
    """What one layer says of the lists of one edge; `touched` as a bitset of keys, `row` as the kernels read it."""

    touched: Words
    added: PostingLists
    removed: PostingLists
    row: tuple[int, ...]

    @staticmethod
    def of(layer: Layer, edge: str) -> EdgeLayer | None:
        """None where the layer speaks for no key of the edge."""
        keys = layer.get(f"{edge}.touched")
        if keys is None or len(keys) == 0:
            return None
        touched = new_words(int(keys[-1]) + 1)
        set_bits(touched, 0, keys)
        added, removed = _plain(layer, f"{edge}.added"), _plain(layer, f"{edge}.removed")
        row = [touched.ctypes.data, len(touched)]
        for lists in (added, removed):
            for array in (lists.keys, lists.offsets, lists.lists):
                row += [array.ctypes.data, len(array)]
        return EdgeLayer(touched, added, removed, tuple(row))

    def touches(self, key: int) -> bool:
        """Whether the layer speaks for a key."""
        return key >> 6 < len(self.touched) and bool((int(self.touched[key >> 6]) >> (key & 63)) & 1)


def _plain(layer: Layer, name: str) -> PostingLists:
    """Lists of a layer, in arrays as kernels read them through their addresses."""
    lists = rows_of(layer.arrays, name, 0) or _NO_LISTS
    keys, offsets, words = (np.ascontiguousarray(a, dtype=np.uint32) for a in (lists.keys, lists.offsets, lists.lists))
    return PostingLists(keys, offsets, words, 0)


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
class LiveLists:
    """All lists of one edge. `layers` are those that speak for it, the newest first; `hidden` is over all documents."""

    __slots__ = ("_base", "_documents", "_hidden", "_is_hiding", "_layers", "_table")

    def __init__(self, base: PostingLists, layers: Sequence[EdgeLayer], hidden: Words | None, documents: int) -> None:
        self._base = base
        self._layers = tuple(layers)
        self._table = np.array([layer.row for layer in layers], dtype=np.int64).reshape(-1, 2 * len(live.ARRAYS))
        self._is_hiding = hidden is not None
        self._hidden = _NO_WORDS if hidden is None else hidden
        self._documents = documents

    def of(self, key: int) -> PostingList | LiveList:
        """The list of one key, empty where it has none."""
        base = self._base.of(key)
        for layer in self._layers:
            if layer.touches(key):
                return LiveList(self, key, base, layer.removed.of(key), layer.added.of(key))
        return LiveList(self, key, base, _NOTHING, _NOTHING) if self._is_hiding else base

    @property
    def hidden(self) -> Words | None:
        """The documents that are hidden in the base lists; None: none is."""
        return self._hidden if self._is_hiding else None

    def union_into(self, keys: U32, words: Words) -> None:
        """OR the lists of many keys into a bitset over the whole vertical."""
        unhidden = _NO_WORDS
        dense = self._documents >> _DENSE
        if self._is_hiding and self._base.total(keys, dense) > dense:
            unhidden = new_words(self._documents)
        live.union_into(*self.read(), keys, words, unhidden)
        if len(unhidden):
            unhidden &= ~self._hidden
            words |= unhidden

    def mark(self, keys: U32, mask: Words | None, words: Words, touched: Words) -> None:
        """As `PostingLists.mark`."""
        live.mark(*self.read(), keys, *_masked(mask), words, touched)

    def union_gated(self, keys: U32, gate: Gate, words: Words, touched: Words, out: U32) -> int:
        """As `PostingLists.union_gated`."""
        return int(union_gated(*self.read(), keys, *gate, words, touched, out))

    def sizes_gated(self, keys: U32, gate: Gate) -> U32:
        """As `PostingLists.sizes_gated`."""
        out = np.empty(len(keys), dtype=np.uint32)
        sizes_gated(*self.read(), keys, *gate, out)
        return out

    def count_into(
        self, keys: U32, mask: Words | None, counts: U32, met: U32, at: int, amounts: U32 | None = None
    ) -> int:
        """As `PostingLists.count_into`."""
        each = _NO_DOCS if amounts is None else amounts
        return int(live.count_into(*self.read(), keys, each, *_masked(mask), counts, met, at))

    def sizes(self, keys: U32, mask: Words | None) -> U32:
        """For each key the number of documents of its list that the mask lets through."""
        out = np.empty(len(keys), dtype=np.uint32)
        live.sizes(*self.read(), keys, *_masked(mask), out)
        return out

    def total(self, keys: U32, enough: int = INT64_MAX) -> int:
        """As `PostingLists.total`, at most: hidden postings are counted too."""
        base = self._base
        return int(live.total_length(base.keys, base.offsets, base.lists, self._table, keys, enough))

    def estimate(self, keys: U32) -> int:
        """About how many postings they hold, without a look at each key."""
        return self._base.estimate(keys) + sum(len(layer.added.lists) for layer in self._layers)

    def contains(self, keys: U32, docs: U32) -> NDArray[np.bool_]:
        """Whether the list of each key holds the document beside it."""
        out = np.empty(len(keys), dtype=np.bool_)
        live.contains(*self.read(), keys, docs, out)
        return out

    def first_holding(self, keys: U32, doc: int) -> int:
        """As `PostingLists.first_holding`."""
        return int(live.first_holding(*self.read(), keys, doc))

    def read(self) -> tuple[U32, U32, U32, I64, Words, bool]:
        """The lists as kernels of `index/kernels/live.py` are given them."""
        base = self._base
        return base.keys, base.offsets, base.lists, self._table, self._hidden, self._is_hiding


def _masked(mask: Words | None) -> tuple[Words, bool]:
    return (_NO_WORDS, False) if mask is None else (mask, True)


_NOTHING = PostingList(_NO_DOCS)

AnyList = PostingList | LiveList
AnyLists = PostingLists | LiveLists
LivePart = tuple[AnyLists, U32, Words | None]
"""The union of the lists of some keys, under one mask."""
