"""What is asked of the posting lists of one edge, whether layers are read over them or not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U8, U32
from index.kernels import live
from index.kernels.bits import Words, words_of
from index.kernels.gated import append_gated, append_gated_below, sizes_gated
from index.kernels.largest import largest
from schemas.ids import INT64_MAX

if TYPE_CHECKING:
    from index.live.lists import AnyList


class Gate(NamedTuple):
    """What the lists of an edge show by what the viewer may see of their keys, which are users; an empty mask has everything.

    Keys that are not `seen` show nothing, `me` (-1: no key) what `shown_of_me` has, those that are `opened` what `shown` has, and
    the others those of the (sorted) documents `mine`.
    """

    seen: Words
    opened: Words
    shown: Words
    mine: U32
    me: int
    shown_of_me: Words


class EdgeLists(ABC):
    """All lists of one edge; keys are document numbers or places in a term dictionary. Lists of many keys are read by compiled
    loops, each in one call."""

    __slots__ = ()

    @abstractmethod
    def read(self) -> tuple[U32, U32, U32, I64, Words]:
        """The lists as kernels of `index/kernels/live.py` are given them."""

    @abstractmethod
    def of(self, key: int) -> AnyList:
        """The list of one key, empty where it has none."""

    @abstractmethod
    def union_into(self, keys: U32, words: Words) -> None:
        """OR the lists of many keys into a bitset over the whole vertical."""

    @abstractmethod
    def count_into(
        self, keys: U32, mask: Words | None, counts: U32, met: U32, at: int, amounts: U32 | None = None
    ) -> int:
        """Add to each document's counter the number of the given keys whose list holds it, where the mask has it; with `amounts`,
        the sum of those beside these keys.

        Documents met for the first time are written to `met` from `at` on; where they end.
        """

    @abstractmethod
    def estimate(self, keys: U32) -> int:
        """About how many postings they hold, for sorted keys that are about one range, without a look at each of them."""

    def append(self, keys: U32, mask: Words | None, out: U32, begin: int) -> int:
        """Write the documents of many keys' lists, as far as the mask has them, to `out` from `begin` on, list by list; where they
        end. `out` has room for as many as these lists hold (`total`)."""
        return int(live.append(*self.read(), keys, words_of(mask), out, begin))

    def append_gated(self, keys: U32, gate: Gate, out: U32) -> int:
        """Write what many keys' lists show through a gate to `out`, list by list; where it ends, or -1, with nothing done, where
        the lists may hold more than there is room for."""
        asked = (*self.read(), keys, *gate, out)
        return int(append_gated(*asked))

    def append_gated_below(self, keys: U32, gate: Gate, below: int, out: U32) -> int:
        """As `append_gated`, of base documents those before `below` and perhaps some others: lists are read no further. `out` has
        room for all that they hold."""
        asked = (*self.read(), keys, *gate, below, out)
        return int(append_gated_below(*asked))

    def sizes_gated(self, keys: U32, gate: Gate) -> U32:
        """For each key, in any order, the number of documents of its list that a gate shows."""
        out = np.empty(len(keys), dtype=np.uint32)
        asked = (*self.read(), keys, *gate, out)
        sizes_gated(*asked)
        return out

    def sizes(self, keys: U32, mask: Words | None) -> U32:
        """For each key the number of documents of its list that the mask lets through."""
        out = np.empty(len(keys), dtype=np.uint32)
        live.sizes(*self.read(), keys, words_of(mask), out)
        return out

    def largest(self, keys: U32, ranks: U8, mask: Words | None, most: int) -> tuple[I64, U32]:
        """The places of at most `most` keys, those of the lowest ranks (a rank beside each key), of equal ranks those whose lists
        have most documents that the mask lets through, then those that stand first; and these numbers, none of them 0."""
        places, sizes = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.uint32)
        found = largest(*self.read(), keys, ranks, words_of(mask), places, sizes)
        return places[:found], sizes[:found]

    def total(self, keys: U32, enough: int = INT64_MAX) -> int:
        """How many postings the lists of these keys hold together, at most: hidden ones are counted too; where they hold more than
        `enough`, some number above it."""
        return int(live.total_length(*self.read()[:4], keys, enough))

    def contains(self, keys: U32, docs: U32) -> NDArray[np.bool_]:
        """Whether the list of each key holds the document beside it."""
        out = np.empty(len(keys), dtype=np.bool_)
        live.contains(*self.read(), keys, docs, out)
        return out

    def first_holding(self, keys: U32, doc: int) -> int:
        """The place of the first of these keys whose list holds a document, -1 where none does."""
        return int(live.first_holding(*self.read(), keys, doc))
