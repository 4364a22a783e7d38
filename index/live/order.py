"""The static-rank order of a vertical whose documents are not numbered in it: base documents by number, odd ones by slot.

*Odd* documents (late ones, and base documents whose rank changed) stand in a list of their own in rank order; the slot of one
says how many base documents, by base numbering, rank before it. Where there are no odd documents order is that of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U32
from index.docset import WINDOW, DocSet, new_words
from index.kernels.bits import NO_WORDS, Words, set_bits
from index.kernels.live import first_in_order, in_order

_CHUNK = 1_024
"""So many odd documents are looked at one by one; if that is not enough, all those of the set are found at once."""
_GROWTH = 4
_FEW = 8_192
"""Packed sets up to this size are put in order as a whole."""

_NO_DOCS = np.empty(0, dtype=np.uint32)
_NO_SLOTS = np.empty(0, dtype=np.uint32)


@final
class Order:
    """The order of `size` documents, of which the first `base` are numbered by an old order.

    `odd` holds every late document and any base documents, in rank order; `slot` the slot of each, which never falls. Laws:
    `sorted` is a permutation; `first(s, k)` is the first k of `sorted(s.docs())`; `walk` yields the whole of it in portions.
    """

    def __init__(self, base: int, size: int, odd: U32 = _NO_DOCS, slot: U32 = _NO_SLOTS) -> None:
        assert len(odd) >= size - base, "a late document is without a place in the order"
        self.base = base
        self.size = size
        self._odd = odd
        self._slot = slot

    @property
    def is_plain(self) -> bool:
        """Whether documents are numbered in their order."""
        return len(self._odd) == 0

    @property
    def ranks_base_by_number(self) -> bool:
        """Whether all odd documents are late ones."""
        return len(self._odd) == self.size - self.base

    def late(self) -> tuple[U32, U32, U32]:
        """Where all odd documents are late: them in rank order, their slots, and the place there of each by rising number."""
        return self._odd, self._slot, self._place_of_late

    def spans(self, width: int, growth: int) -> Iterator[tuple[int, int]]:
        """Spans that cover the base documents, from the best on, each wider than the one before.

        The last ends where a span may end, and so may hold some late documents, which `walk` leaves out.
        """
        start, last = 0, min(-(-self.base // WINDOW) * WINDOW, self.size)
        while start < last:
            end = min(start + width, last)
            yield start, end
            start, width = end, width * growth

    def sorted(self, docs: U32) -> U32:
        """The documents (by rising number) in rank order."""
        return docs if self._are_in_order(docs) else docs[self._places(docs, len(docs))]

    def permutation(self, docs: U32) -> I64:
        """The places of the documents (by rising number) in rank order."""
        return np.arange(len(docs)) if self._are_in_order(docs) else self._places(docs, len(docs))

    def first(self, docs: DocSet, limit: int) -> U32:
        """The best `limit` documents of a set over the whole vertical, or all where there are fewer, in rank order."""
        if self.is_plain:
            return docs.first(limit)
        packed = docs.packed
        if packed is None:
            out = np.empty(min(limit, self.size), dtype=np.uint32)
            odd_bits = self._odd_bits if len(self._odd_base) else NO_WORDS
            return out[: first_in_order(docs.to_words(), self.base, self._odd, self._slot, odd_bits, out)]
        if len(packed) <= _FEW:
            if self._are_in_order(packed):
                return packed[:limit]
            return packed[self._places(packed, min(limit, len(packed)))]
        return joined(self.walk(self.spans(WINDOW, _GROWTH), docs.within, docs.keep, limit))

    def first_below(self, docs: U32, below: int, limit: int) -> U32:
        """The best documents of a set, `limit` at most, of which `docs` (by rising number) holds all late ones and all base ones
        before `below`: fewer where it takes others to say what comes next. Base documents rank by number."""
        known = int(docs.searchsorted(np.uint32(below)))
        if self.is_plain:
            return docs[: min(known, limit)]
        late = docs[docs.searchsorted(np.uint32(self.base)) :]
        known += int(np.count_nonzero(self._slot[self._place_of_late[late - self.base]] <= below))
        return self.sorted(docs)[: min(known, limit)]

    def walk(
        self,
        spans: Iterable[tuple[int, int]],
        within: Callable[[int, int], DocSet],
        keep: Callable[[U32], U32],
        limit: int,
    ) -> Iterator[U32]:
        """The best `limit` documents of a set in rank order, portion by portion.

        `spans` cover the base documents; `within` gives the documents of a span, `keep` those of a few (sorted) documents; they
        are asked for no more than what has been taken needs.
        """
        wanted = _Wanted(limit)
        for portion in self._portions(spans, within, _Odd(self, within, keep), wanted):
            yield portion[: wanted.left]
            wanted.left -= len(portion)
            if wanted.left <= 0:
                return

    def _portions(
        self, spans: Iterable[tuple[int, int]], within: Callable[[int, int], DocSet], odd: _Odd, wanted: _Wanted
    ) -> Iterator[U32]:
        """Portions that hold the best documents that are still wanted, and perhaps more."""
        for start, end in spans:
            if self.is_plain:
                yield within(start, end).first(wanted.left)
                continue
            yield from odd.up_to(start)
            yield self._merged(within(start, end), odd, wanted.left)
        yield from odd.up_to(self.base)

    def _merged(self, docs: DocSet, odd: _Odd, missing: int) -> U32:
        """The best documents of a span, at least so many where it has them, and the odd ones that rank among them."""
        if len(self._odd_base):
            between = self._odd_base.searchsorted((np.uint32(docs.base), np.uint32(docs.end)))
            best = docs.first(missing + int(between[1] - between[0]))
            best = best[~_holds(self._odd_bits, best)]
        else:
            best = docs.first(missing)
        if docs.end > self.base:
            best = best[: best.searchsorted(np.uint32(self.base))]
        inside = odd.all_up_to(min(docs.end, self.base) - 1)
        return self.sorted(np.sort(np.concatenate([best, inside]))) if len(inside) else best

    def _are_in_order(self, docs: U32) -> bool:
        """Whether documents by rising number are certainly in rank order."""
        return self.is_plain or len(docs) == 0 or (docs[-1] < self.base and len(self._odd_base) == 0)

    def _places(self, docs: U32, limit: int) -> I64:
        out = np.empty(limit, dtype=np.int64)
        in_order(docs, self.base, self._place_of_late, self._odd_base, self._base_places, self._slot, out)
        return out

    @cached_property
    def _place_of_late(self) -> U32:
        places = np.zeros(self.size - self.base, dtype=np.uint32)
        late = self._odd >= self.base
        places[self._odd[late] - self.base] = np.flatnonzero(late)
        return places

    @cached_property
    def _base_places(self) -> I64:
        """Places of odd base documents in the list of odd ones, by rising document."""
        if len(self._odd) == self.size - self.base:
            return np.empty(0, dtype=np.int64)
        places = np.flatnonzero(self._odd < self.base)
        return places[np.argsort(self._odd[places], kind="stable")]

    @cached_property
    def _odd_base(self) -> U32:
        return self._odd[self._base_places]

    @cached_property
    def _odd_bits(self) -> Words:
        words = new_words(self.size)
        set_bits(words, 0, self._odd_base)
        return words


@dataclass(slots=True)
class _Wanted:
    """How many documents a walk still has to find."""

    left: int


class _Odd:
    """Reads odd documents of one set, best first, and remembers how far it is."""

    def __init__(self, order: Order, within: Callable[[int, int], DocSet], keep: Callable[[U32], U32]) -> None:
        self._order = order
        self._within = within
        self._keep = keep
        self._at = 0
        self._places: I64 | None = None

    def up_to(self, slot: int) -> Iterator[U32]:
        """Those that rank before the base document of this number, portion by portion."""
        end = self._end(slot)
        while self._at < end:
            yield self._held(min(end, _CHUNK) if self._at < _CHUNK else end)

    def all_up_to(self, slot: int) -> U32:
        """The same at once."""
        end = self._end(slot)
        return self._held(end) if end > self._at else _NO_DOCS

    def _end(self, slot: int) -> int:
        slots = self._order._slot
        if self._at == len(slots) or slots[self._at] > slot:
            return self._at
        return int(slots.searchsorted(slot, side="right"))

    def _held(self, stop: int) -> U32:
        order, start = self._order, self._at
        self._at = stop
        if self._places is None and stop > _CHUNK:
            late = self._within(order.base & -WINDOW, order.size).docs()
            late = late[late.searchsorted(np.uint32(order.base)) :]
            self._places = self._in_rank_order(np.concatenate([self._keep(order._odd_base), late]))
        if self._places is not None:
            first, last = self._places.searchsorted((start, stop))
            return order._odd[self._places[first:last]]
        chunk = order._odd[start:stop]
        held = self._keep(np.sort(chunk))
        return chunk if len(held) == len(chunk) else order._odd[self._in_rank_order(held)]

    def _in_rank_order(self, docs: U32) -> I64:
        """The places of odd documents (by rising number) among all odd ones, sorted."""
        order = self._order
        late = docs.searchsorted(np.uint32(order.base))
        changed = order._base_places[order._odd_base.searchsorted(docs[:late])]
        return np.sort(np.concatenate([changed, order._place_of_late[docs[late:] - np.uint32(order.base)]]))


def joined(portions: Iterable[U32]) -> U32:
    """The portions end to end."""
    found = list(portions)
    return found[0] if len(found) == 1 else np.concatenate(found) if found else _NO_DOCS


def _holds(words: Words, docs: U32) -> NDArray[np.bool_]:
    bits: NDArray[np.bool_] = (words[docs >> 6] >> (docs & 63).astype(np.uint64)) & np.uint64(1) == 1
    return bits
