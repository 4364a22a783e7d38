"""Posting lists of one edge read through layers: (base less removed less hidden) and added, key by key.

The same interface as `index.postings`, and the same laws, but that `size` and `total` may be too large.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from index.corpus import U32
from index.docset import DocSet, new_words
from index.kernels import lists as kernels
from index.kernels import live
from index.kernels.bits import Words, set_bits
from index.live.layer import Layer
from index.live.rows import rows_of
from index.postings import PostingList, PostingLists

_NO_WORDS = np.empty(0, dtype=np.uint64)
_NO_DOCS = np.empty(0, dtype=np.uint32)
_NO_LISTS = PostingLists(_NO_DOCS, np.zeros(1, dtype=np.uint32), _NO_DOCS, 0)
_DENSE = 7
"""Unions of more than `documents >> 7` postings are made in a bitset of their own where documents are hidden."""


class EdgeLayer(NamedTuple):
    """What one layer says of the lists of one edge; `touched` as a bitset of keys."""

    touched: Words
    added: PostingLists
    removed: PostingLists

    @staticmethod
    def of(layer: Layer, edge: str) -> EdgeLayer | None:
        """None where the layer speaks for no key of the edge."""
        keys = layer.get(f"{edge}.touched")
        if keys is None or len(keys) == 0:
            return None
        touched = new_words(int(keys[-1]) + 1)
        set_bits(touched, 0, keys)
        added, removed = (rows_of(layer.arrays, f"{edge}.{kind}", 0) for kind in ("added", "removed"))
        return EdgeLayer(touched, added or _NO_LISTS, removed or _NO_LISTS)

    def touches(self, key: int) -> bool:
        """Whether the layer speaks for a key."""
        return key >> 6 < len(self.touched) and bool((int(self.touched[key >> 6]) >> (key & 63)) & 1)


@final
class LiveList:
    """One list that a layer changes, or that holds hidden documents."""

    __slots__ = ("_added", "_base", "_hidden", "_removed")

    def __init__(self, base: PostingList, removed: PostingList, hidden: Words | None, added: PostingList) -> None:
        self._base = base
        self._removed = removed
        self._hidden = hidden
        self._added = added

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


class _Share(NamedTuple):
    """Some of the keys that were asked for, and the layer that speaks for them; None: no layer does."""

    keys: U32
    layer: EdgeLayer | None


@final
class LiveLists:
    """All lists of one edge. `layers` are those that speak for it, the newest first; `hidden` is over all documents."""

    __slots__ = ("_base", "_documents", "_hidden", "_is_hiding", "_layers")

    def __init__(self, base: PostingLists, layers: Sequence[EdgeLayer], hidden: Words | None, documents: int) -> None:
        self._base = base
        self._layers = tuple(layers)
        self._is_hiding = hidden is not None
        self._hidden = _NO_WORDS if hidden is None else hidden
        self._documents = documents

    def of(self, key: int) -> PostingList | LiveList:
        """The list of one key, empty where it has none."""
        hidden = self._hidden if self._is_hiding else None
        base = self._base.of(key)
        for layer in self._layers:
            if layer.touches(key):
                return LiveList(base, layer.removed.of(key), hidden, layer.added.of(key))
        return base if hidden is None else LiveList(base, _NOTHING, hidden, _NOTHING)

    def union_into(self, keys: U32, words: Words) -> None:
        """OR the lists of many keys into a bitset over the whole vertical."""
        parts, whole = self._parts(keys)
        for layer, hit, cut in parts:
            layer.added.union_into(hit, words)
            if len(cut):
                live.union_less_into(*self._less(layer.removed), cut, self._hidden, self._is_hiding, words)
        if not self._is_hiding:
            self._base.union_into(whole, words)
        elif self._base.total(whole) > self._documents >> _DENSE:
            shown = new_words(self._documents)
            self._base.union_into(whole, shown)
            shown &= ~self._hidden
            words |= shown
        else:
            live.union_less_into(*self._less(_NO_LISTS), whole, self._hidden, True, words)

    def mark(self, keys: U32, mask: Words | None, words: Words, touched: Words) -> None:
        """As `PostingLists.mark`."""
        parts, whole = self._parts(keys)
        hiding, masked = (self._hidden, self._is_hiding), _masked(mask)
        for layer, hit, cut in parts:
            layer.added.mark(hit, mask, words, touched)
            if len(cut):
                live.mark_less(*self._less(layer.removed), cut, *hiding, *masked, words, touched)
        if not self._is_hiding:
            self._base.mark(whole, mask, words, touched)
        else:
            live.mark_less(*self._less(_NO_LISTS), whole, *hiding, *masked, words, touched)

    def count_into(self, keys: U32, mask: Words | None, counts: U32, met: U32, at: int) -> int:
        """As `PostingLists.count_into`."""
        parts, whole = self._parts(keys)
        hiding, masked = (self._hidden, self._is_hiding), _masked(mask)
        for layer, hit, cut in parts:
            at = layer.added.count_into(hit, mask, counts, met, at)
            if len(cut):
                at = int(live.count_less_into(*self._less(layer.removed), cut, *hiding, *masked, counts, met, at))
        if not self._is_hiding:
            return self._base.count_into(whole, mask, counts, met, at)
        return int(live.count_less_into(*self._less(_NO_LISTS), whole, *hiding, *masked, counts, met, at))

    def sizes(self, keys: U32, mask: Words | None) -> U32:
        """For each key the number of documents of its list that the mask lets through."""
        out = np.zeros(len(keys), dtype=np.uint32)
        for rows, share in self._shares(keys):
            removed = _NO_LISTS if share.layer is None else share.layer.removed
            if not len(removed.keys) and not self._is_hiding:
                sizes = self._base.sizes(share.keys, mask)
            else:
                sizes = np.empty(len(share.keys), dtype=np.uint32)
                live.sizes_less(*self._less(removed), share.keys, self._hidden, self._is_hiding, *_masked(mask), sizes)
            if share.layer is not None:
                sizes += share.layer.added.sizes(share.keys, mask)
            out[rows] = sizes
        return out

    def total(self, keys: U32) -> int:
        """How many postings the lists of these keys hold together, at most: what is removed or hidden is counted too."""
        return self._base.total(keys) + sum(layer.added.total(keys) for layer in self._layers)

    def estimate(self, keys: U32) -> int:
        """About how many postings they hold, without a look at each key."""
        return self._base.estimate(keys) + sum(len(layer.added.lists) for layer in self._layers)

    def contains(self, keys: U32, docs: U32) -> NDArray[np.bool_]:
        """Whether the list of each key holds the document beside it."""
        out = np.zeros(len(keys), dtype=np.bool_)
        for rows, share in self._shares(keys):
            of = docs[rows]
            held = self._base.contains(share.keys, of)
            if self._is_hiding:
                held &= (self._hidden[of >> 6] >> (of & 63).astype(np.uint64)) & np.uint64(1) == 0
            if share.layer is not None:
                held &= ~share.layer.removed.contains(share.keys, of)
                held |= share.layer.added.contains(share.keys, of)
            out[rows] = held
        return out

    def _less(self, removed: PostingLists) -> tuple[U32, U32, U32, U32, U32, U32]:
        base = self._base
        return base.keys, base.offsets, base.lists, removed.keys, removed.offsets, removed.lists

    def _parts(self, keys: U32) -> tuple[list[tuple[EdgeLayer, U32, U32]], U32]:
        """The keys by the layer that speaks for them, with those from whose base lists it removes documents, and the keys whose
        base lists nothing is removed from."""
        parts = []
        whole, end, left = np.empty(len(keys), dtype=np.uint32), 0, keys
        for layer in self._layers:
            hit, cut, rest = np.empty((3, len(left)), dtype=np.uint32)
            hits, cuts, end = live.part_keys(left, layer.touched, layer.removed.keys, hit, cut, rest, whole, end)
            if hits:
                parts.append((layer, hit[:hits], cut[:cuts]))
                left = rest[: len(left) - hits]
        whole[end : end + len(left)] = left
        return parts, whole[: end + len(left)]

    def _shares(self, keys: U32) -> Iterator[tuple[NDArray[np.int64], _Share]]:
        """The keys by the layer that speaks for them, with their places among those that were asked for."""
        rows = np.arange(len(keys))
        for layer in self._layers:
            inside = np.minimum(keys[rows] >> 6, len(layer.touched) - 1)
            hit = (layer.touched[inside] >> (keys[rows] & 63).astype(np.uint64)) & np.uint64(1) == 1
            hit &= inside == keys[rows] >> 6
            if hit.any():
                yield rows[hit], _Share(keys[rows[hit]], layer)
                rows = rows[~hit]
        if len(rows):
            yield rows, _Share(keys[rows], None)


def _masked(mask: Words | None) -> tuple[Words, bool]:
    return (_NO_WORDS, False) if mask is None else (mask, True)


_NOTHING = PostingList(_NO_DOCS)

AnyList = PostingList | LiveList
AnyLists = PostingLists | LiveLists
