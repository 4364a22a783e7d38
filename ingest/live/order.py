"""The order of odd documents: late ones, and base media whose time was changed (docs/decisions/0007-live-layers.md)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from typing import final

import numpy as np

from index import I64, U32, AnyArray, Layer, Segment, rank_places
from ingest.live.base import distinct
from schemas.catalogue import Vertical

_NO_DOCS = np.empty(0, dtype=np.uint32)


@final
class OddOrder:
    """The odd documents of a vertical whose key is (count or time, id): larger count, then smaller id; of media the larger.

    Finding places costs time by all that are odd, so they are found when a layer is written, once for all that came since.
    """

    def __init__(
        self,
        vertical: Vertical,
        segment: Segment,
        layers: Sequence[Layer],
        firsts_of: Callable[[U32], I64],
        ids_of: Callable[[U32], I64],
    ) -> None:
        """`firsts_of` and `ids_of` give the keys of documents, as they are when a layer is written."""
        self._vertical = vertical
        self._by_time = vertical is Vertical.MEDIA
        column = "media.created_at_ms" if self._by_time else f"{vertical}.rank_count"
        self._base_firsts: I64 = segment.column(column)
        self._base_ids = segment.ids(vertical)
        self._firsts_of = firsts_of
        self._ids_of = ids_of
        self._docs, self._slots = held_order(vertical, layers)
        self._placed: list[U32] = []

    def place(self, docs: U32) -> None:
        """Give documents the place of their keys, anew where they had one."""
        if len(docs):
            self._placed.append(docs)

    def arrays(self) -> dict[str, AnyArray]:
        """The order for the next layer, where it changed since the last."""
        if not self._placed:
            return {}
        docs: U32 = distinct(np.concatenate(self._placed))
        self._placed = []
        stays = np.isin(self._docs, docs, invert=True)
        held, held_slots = self._docs[stays], self._slots[stays]
        firsts, ids = self._firsts_of(docs), self._ids_of(docs)
        order = np.lexsort((~ids if self._by_time else ids, ~firsts))
        docs, firsts, ids = docs[order], firsts[order], ids[order]
        slots = rank_places(self._base_firsts, self._base_ids, self._by_time, firsts, ids)
        at = rank_places(self._firsts_of(held), self._ids_of(held), self._by_time, firsts, ids).astype(np.intp)
        self._docs, self._slots = np.insert(held, at, docs), np.insert(held_slots, at, slots)
        return {f"{self._vertical}.order": self._docs, f"{self._vertical}.order.slot": self._slots}


@final
class HashtagOrder:
    """The late hashtags: none has a count, so they stand by name among the base's that have none either."""

    def __init__(self, segment: Segment, layers: Sequence[Layer], names: Sequence[str]) -> None:
        """`names` are those of the late hashtags, by number behind the base's."""
        counts: I64 = segment.column("hashtag.rank_count")
        self._first, self._last = (int(np.count_nonzero(counts > 0)), int(np.count_nonzero(counts >= 0)))
        self._base = segment.strings("hashtag.name.text")
        docs, slots = held_order(Vertical.HASHTAG, layers)
        size = segment.size(Vertical.HASHTAG)
        self._held = [(slot, names[doc - size], doc) for doc, slot in zip(docs.tolist(), slots.tolist(), strict=True)]
        self._is_changed = False

    def place(self, doc: int, name: str) -> None:
        """Give a new hashtag its place."""
        slot = bisect_left(range(self._last), name, lo=self._first, key=self._base.__getitem__)
        insort(self._held, (slot, name, doc))
        self._is_changed = True

    def arrays(self) -> dict[str, AnyArray]:
        """The order for the next layer, where it changed since the last."""
        if not self._is_changed:
            return {}
        self._is_changed = False
        return {
            "hashtag.order": np.fromiter((doc for _, _, doc in self._held), dtype=np.uint32, count=len(self._held)),
            "hashtag.order.slot": np.fromiter((slot for slot, _, _ in self._held), np.uint32, len(self._held)),
        }


def held_order(vertical: Vertical, layers: Sequence[Layer]) -> tuple[U32, U32]:
    """The odd documents and their slots, as the newest layer that says it has them."""
    for layer in reversed(layers):
        slots = layer.get(f"{vertical}.order.slot")
        if slots is not None:
            return layer.arrays[f"{vertical}.order"], slots
    return _NO_DOCS, _NO_DOCS
