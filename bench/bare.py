"""The bare operation that a shape stands on, without language, visibility, ids or names: what remains of ours is overhead.

Traversals: the compiled union over the mapped lists, then the first so many bits. Set operations: pyroaring on whole bitmaps made
beforehand, then the first so many. Shapes that stand on no single operation have none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyroaring import BitMap

from bench.facts import Facts
from bench.questions import Question
from index import U32, DocSet, Segment, new_words
from schemas.catalogue import Vertical

Bare = Callable[[Question], object]


def bare_operations(segment: Segment, facts: Facts) -> dict[str, tuple[str, Bare]]:
    """By kind: what it is, and the operation."""
    kernels, bitmaps = _Kernels(segment, facts), _Bitmaps(facts)
    union = "compiled union into a bitset, first so many bits"
    return {
        "type": ("pyroaring: bitmap[:n]", bitmaps.type),
        "and": ("pyroaring: (a & b)[:n]", bitmaps.and_),
        "or": ("pyroaring: (a | b)[:n]", bitmaps.or_),
        "difference": ("pyroaring: (a - b)[:n]", bitmaps.difference),
        "typeahead": ("pyroaring: (a & b)[:n], a bitmap made for each prefix", bitmaps.typeahead),
        "two_hop": (union, kernels.two_hop),
        "two_hop_hits": ("numpy: gathered lists, counted and sorted", kernels.two_hop_hits),
        "friend_first": (f"pyroaring bitmap of the prefix; {union}", kernels.two_hop_of_second),
        "explore": (f"two lists, then {union}", kernels.explore),
        "both": ("numpy: intersection of two arrays", kernels.both),
        "city": (f"{union}, and a bitset made for the city", kernels.city),
    }


class _Kernels:
    def __init__(self, segment: Segment, facts: Facts) -> None:
        self._users, self._media = segment.size(Vertical.USER), segment.size(Vertical.MEDIA)
        self._follows, self._likes = segment.lists("user.followed_by"), segment.lists("media.liker")
        self._posts = segment.lists("media.owner")
        self._following, self._liked = facts.lists("followed_by"), facts.lists("liker")
        self._owner = np.array(facts.array("owner"))
        self._cities = facts.lists("city")
        self._city_words: dict[int, np.ndarray] = {}

    def _union(self, keys: U32, limit: int) -> U32:
        words = new_words(self._users)
        self._follows.union_into(keys, words)
        return DocSet(0, self._users, None, words).first(limit)

    def two_hop(self, question: Question) -> U32:
        return self._union(np.array(self._following.of(question.arguments[0])), question.limit)

    def two_hop_of_second(self, question: Question) -> U32:
        return self._union(np.array(self._following.of(question.arguments[1])), question.limit)

    def two_hop_hits(self, question: Question) -> U32:
        keys, (offsets, values) = self._following.of(question.arguments[0]), self._following
        sizes = offsets[keys + 1] - offsets[keys]
        firsts = np.repeat(offsets[keys] - (np.cumsum(sizes) - sizes), sizes)
        docs, hits = np.unique(values[firsts + np.arange(len(firsts))], return_counts=True)
        return docs[np.argsort(-hits, kind="stable")[: question.limit]]

    def explore(self, question: Question) -> U32:
        owners = np.unique(self._owner[self._liked.of(question.arguments[0])])
        words = new_words(self._media)
        self._likes.union_into(owners, words)
        return DocSet(0, self._media, None, words).first(question.limit)

    def both(self, question: Question) -> U32:
        one, other = question.arguments
        return np.intersect1d(self._following.of(one), self._following.of(other), assume_unique=True)[: question.limit]

    def city(self, question: Question) -> U32:
        me, city = question.arguments
        if city not in self._city_words:
            made = DocSet(0, self._media, np.array(self._cities.of(city)))
            self._city_words[city] = made.to_words()
        words = new_words(self._media)
        self._posts.union_into(np.array(self._following.of(me)), words)
        words &= self._city_words[city]
        return DocSet(0, self._media, None, words).first(question.limit)


class _Bitmaps:
    """Bitmaps are made when first asked for, which is never timed: every question is asked once before."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._made: dict[tuple[str, int], BitMap] = {}

    def _of(self, name: str, row: int) -> BitMap:
        found = self._made.get((name, row))
        if found is None:
            values = (
                np.flatnonzero(self._facts.array("type") == row) if name == "type" else self._facts.lists(name).of(row)
            )
            found = self._made[name, row] = BitMap(np.array(values, dtype=np.uint32))
        return found

    def type(self, question: Question) -> BitMap:
        return self._of("type", question.arguments[0])[: question.limit]

    def and_(self, question: Question) -> BitMap:
        one, other = question.arguments
        return (self._of("hashtag", one) & self._of("hashtag", other))[: question.limit]

    def or_(self, question: Question) -> BitMap:
        one, other = question.arguments
        return (self._of("hashtag", one) | self._of("hashtag", other))[: question.limit]

    def difference(self, question: Question) -> BitMap:
        one, other = question.arguments
        return (self._of("hashtag", one) - self._of("hashtag", other))[: question.limit]

    def typeahead(self, question: Question) -> BitMap:
        one, other = question.arguments
        return (self._of("prefix", one) & self._of("prefix", other))[: question.limit]
