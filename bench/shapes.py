"""The shapes of queries that are measured, with random viewers and terms drawn from the index itself by a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from index import Segment
from query import Request
from schemas.catalogue import Vertical
from schemas.ids import ExternalId

SAMPLES = 300
HEAVIEST = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of query; `requests` are its instances, `note` says what stands in them."""

    name: str
    requests: tuple[Request, ...]
    note: str = ""


def shapes(segment: Segment, seed: int) -> list[Shape]:
    """All shapes, over viewers who follow somebody and terms by how often they occur."""
    return _Sampler(segment, seed).all()


class _Sampler:
    def __init__(self, segment: Segment, seed: int) -> None:
        self._segment = segment
        self._rng = np.random.default_rng(seed)
        self._user_ids = segment.ids(Vertical.USER)
        follows = segment.lists("user.followed_by")
        everyone = np.arange(segment.size(Vertical.USER), dtype=np.uint32)
        self._following = follows.sizes(everyone, None)
        self._likes = segment.lists("media.liker").sizes(everyone, None)
        self.viewers = self._draw(np.flatnonzero(self._following))
        self.heavy = self._ids(np.argsort(-self._following.astype(np.int64))[:HEAVIEST])
        self.likers = self._draw(np.flatnonzero(self._likes))
        self.heavy_likers = self._ids(np.argsort(-self._likes.astype(np.int64))[:HEAVIEST])

    def _ids(self, rows: np.ndarray) -> list[ExternalId]:
        return [ExternalId(int(id_)) for id_ in self._user_ids[rows]]

    def _draw(self, rows: np.ndarray) -> list[ExternalId]:
        return self._ids(self._rng.choice(rows, SAMPLES))

    def _hashtags(self) -> list[str]:
        """Names of hashtags, drawn by how many media carry them, among the 500 most frequent."""
        names = self._segment.text(Vertical.HASHTAG, "name")
        rows = np.arange(min(500, len(names)))
        return [names[int(row)] for row in self._rng.choice(rows, SAMPLES)]

    def _names(self) -> list[tuple[str, str]]:
        """First and second word of full names of two words, folded as they are searched for."""
        names = self._segment.text(Vertical.USER, "fullname")
        found: list[tuple[str, str]] = []
        while len(found) < SAMPLES:
            parts = names[int(self._rng.integers(len(names)))].split()
            if len(parts) == 2 and all(part.isalpha() for part in parts):
                found.append((parts[0], parts[1]))
        return found

    def _each(self, make: Callable[[ExternalId], str], viewers: list[ExternalId], limit: int) -> tuple[Request, ...]:
        return tuple(Request(text=make(viewer), viewer=viewer, limit=limit) for viewer in viewers)

    def _pairs(self, operator: str) -> tuple[Request, ...]:
        one, other = self._hashtags(), self._hashtags()
        return tuple(
            Request(text=f"({operator} hashtag:{a} hashtag:{b})", viewer=viewer, limit=100)
            for a, b, viewer in zip(one, other, self.viewers, strict=True)
        )

    def all(self) -> list[Shape]:
        """Every shape."""
        me = "(apply followed_by: followed_by:me)"
        viewers, names = self.viewers, self._names()
        others = self._draw(np.flatnonzero(self._following))
        city = '(and (apply owner: followed_by:me) (apply location: city:"new york"))'
        explore = "(apply liker: (extract owner: liker:me))"
        weak = "(weak-and hashtag:{} (term verified:1 :optional-weight 0.3))"
        strong = '(strong-or (term city:"new york" :optional-weight 0.3) (term city:paris :optional-weight 0.3) category:cafe)'
        found = [
            Shape("term, ≥ 1 M hits, top 100", self._each(lambda _: "type:photo", viewers, 100)),
            Shape("and of two hashtags, top 100", self._pairs("and")),
            Shape("or of two hashtags, top 100", self._pairs("or")),
            Shape("difference of two hashtags, top 100", self._pairs("difference")),
            *(
                Shape(
                    f"typeahead of two words, {n} letters",
                    tuple(
                        Request(text=f"(and name:{a[:n]}* name:{b[:n]}*)", viewer=viewer, limit=10)
                        for (a, b), viewer in zip(names, viewers, strict=True)
                    ),
                )
                for n in range(1, 9)
            ),
            Shape(
                "friend-first typeahead",
                tuple(
                    Request(text=f"(and name:{a[:2]}* {me})", viewer=viewer, limit=10)
                    for (a, _), viewer in zip(names, viewers, strict=True)
                ),
            ),
            Shape("two-hop apply, top 100 by rank", self._each(lambda _: me, viewers, 100)),
            Shape("two-hop apply, heaviest viewers", self._each(lambda _: me, self.heavy, 100)),
            Shape("two-hop apply, top 100 by hits", self._each(lambda _: me[:-1] + " :order hits)", viewers, 100)),
            Shape("explore", self._each(lambda _: explore, self.likers, 100)),
            Shape("explore, heaviest likers", self._each(lambda _: explore, self.heavy_likers, 100)),
            Shape(
                "followed by me and by X",
                tuple(
                    Request(text=f"(and followed_by:me followed_by:{other})", viewer=viewer, limit=100)
                    for viewer, other in zip(viewers, others, strict=True)
                ),
            ),
            Shape("media of a city by accounts I follow", self._each(lambda _: city, viewers, 100)),
            Shape(
                "weak-and, 30 % verified",
                tuple(
                    Request(text=weak.format(tag), viewer=viewer, limit=100)
                    for tag, viewer in zip(self._hashtags(), viewers, strict=True)
                ),
            ),
            Shape("strong-or, two cities", self._each(lambda _: strong, viewers, 100)),
        ]
        for size in (10, 100, 1_000, 10_000, 100_000):
            text = f"(apply followed_by: country:us :limit {size})"
            found.append(Shape(f"apply over {size:,} inner ids", self._each(lambda _, t=text: t, viewers[:50], 100)))
        return found
