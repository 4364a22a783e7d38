"""The shapes of queries that are measured, with random viewers and terms drawn from the facts by a seed, and the heaviest ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from bench.facts import PREFIX_LETTERS, Facts
from bench.questions import Arguments, Question, Shape
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from schemas.tables import CONTENT_TYPES

SAMPLES = 300
HEAVIEST = 100
FREQUENT, MOST_FREQUENT = 500, 15
"""Hashtags are drawn among so many of the most frequent; the heaviest pairs among so many."""
FRIENDS = "(apply followed_by: followed_by:me)"
EXPLORE = "(apply liker: (extract owner: liker:me))"
_U, _M = Vertical.USER, Vertical.MEDIA


def shapes(facts: Facts, seed: int, samples: int = SAMPLES) -> list[Shape]:
    """All shapes that have questions in this world."""
    return [shape for shape in _Sampler(facts, seed, samples).all() if shape.questions]


def quoted(text: str) -> str:
    """A value as it stands in a query."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Sampler:
    def __init__(self, facts: Facts, seed: int, samples: int) -> None:
        self._facts = facts
        self._rng = np.random.default_rng(seed)
        self._samples = samples
        self._ids = facts.array("user.id")
        self._follows, self._likes = facts.lists("followed_by"), facts.lists("liker")
        self._following, self._liking = self._follows.sizes(), self._likes.sizes()
        self._media = facts.lists("owner").sizes()
        self._fan = self._sums(self._following)
        self._carrying = facts.lists("hashtag").sizes()
        self._frequent = np.argsort(-self._carrying, kind="stable")[: int((self._carrying > 0).sum())]
        self._viewers = self._draw(np.flatnonzero(self._following))

    def _sums(self, of_followee: np.ndarray) -> np.ndarray:
        """For every user the sum over those whom he follows."""
        users = np.repeat(np.arange(len(self._follows)), self._following)
        return np.bincount(users, of_followee[self._follows.values], len(self._follows)).astype(np.int64)

    def _draw(self, rows: np.ndarray, count: int | None = None) -> list[int]:
        return self._rng.choice(rows, count or self._samples).tolist() if len(rows) else []

    def _ask(self, text: str, viewer: int, limit: int, arguments: Arguments, touched: int) -> Question:
        return Question(text, ExternalId(int(self._ids[viewer])), limit, arguments, int(touched))

    def _each(self, viewers: Iterable[int], text: str, touched: Callable[[int], int]) -> tuple[Question, ...]:
        return tuple(self._ask(text, viewer, 100, (viewer,), touched(viewer)) for viewer in viewers)

    def _pairs(self, operator: str, among: int, count: int) -> tuple[Question, ...]:
        names, carrying = self._facts.texts("hashtag.name"), self._carrying
        one, other = (self._draw(self._frequent[:among], count) for _ in range(2))
        return tuple(
            self._ask(
                f"({operator} hashtag:{quoted(names[a])} hashtag:{quoted(names[b])})",
                viewer,
                100,
                (a, b),
                carrying[a] + carrying[b],
            )
            for a, b, viewer in zip(one, other, self._viewers, strict=False)
            if a != b
        )

    def _names(self) -> list[tuple[str, str]]:
        found = self._facts.two_words
        return [found[place] for place in self._draw(np.arange(len(found)))]

    def _typeahead(self, names: list[tuple[str, str]], letters: int) -> tuple[Question, ...]:
        sizes, code = self._prefix_sizes, self._prefixes
        return tuple(
            self._ask(
                f"(and name:{a[:letters]}* name:{b[:letters]}*)",
                viewer,
                10,
                (code[a[:letters]], code[b[:letters]]),
                sizes[code[a[:letters]]] + sizes[code[b[:letters]]],
            )
            for (a, b), viewer in zip(names, self._viewers, strict=False)
        )

    def _friend_first(self, names: list[tuple[str, str]], viewers: list[int]) -> tuple[Question, ...]:
        sizes, code = self._prefix_sizes, self._prefixes
        return tuple(
            self._ask(
                f"(and name:{a[:2]}* {FRIENDS})",
                viewer,
                10,
                (code[a[:2]], viewer),
                sizes[code[a[:2]]] + self._fan[viewer],
            )
            for (a, _), viewer in zip(names, viewers, strict=False)
        )

    def _explored(self, viewer: int) -> int:
        owners = np.unique(self._facts.array("owner")[self._likes.of(viewer)])
        return int(self._liking[viewer] + self._liking[owners].sum())

    def _city(self) -> tuple[Question, ...]:
        cities, sizes = self._facts.cities, self._facts.lists("city").sizes()
        if len(sizes) == 0:
            return ()
        number = cities.index("new york") if "new york" in cities else int(np.argmax(sizes))
        text = f"(and (apply owner: followed_by:me) (apply location: city:{quoted(cities[number])}))"
        posted = self._sums(self._media)
        return tuple(self._ask(text, me, 100, (me, number), posted[me] + sizes[number]) for me in self._viewers)

    def _ours_only(self) -> list[Shape]:
        names = self._facts.texts("hashtag.name")
        tags = self._draw(self._frequent[:FREQUENT])
        weak = tuple(
            self._ask(
                f"(weak-and hashtag:{quoted(names[tag])} (term verified:1 :optional-weight 0.3))",
                viewer,
                100,
                (),
                self._carrying[tag],
            )
            for tag, viewer in zip(tags, self._viewers, strict=False)
        )
        sizes = self._facts.lists("city").sizes()
        two = np.argsort(-sizes, kind="stable")[:2].tolist()
        strong: tuple[Question, ...] = ()
        if len(two) == 2:
            a, b = (quoted(self._facts.cities[number]) for number in two)
            text = (
                f"(strong-or (apply location: city:{a} :optional-weight 0.3) "
                f"(apply location: city:{b} :optional-weight 0.3) (apply owner: followed_by:me))"
            )
            posted = self._sums(self._media)
            strong = tuple(self._ask(text, me, 100, (), sizes[two].sum() + posted[me]) for me in self._viewers)
        return [
            Shape("weak_and", "weak-and: a hashtag, 30 % by verified accounts", _M, None, weak),
            Shape("strong_or", "strong-or: two cities 30 % each, or accounts I follow", _M, None, strong),
        ]

    def all(self) -> list[Shape]:
        """Every shape, without those that nothing in this world answers."""
        codes = {text: code for code, text in enumerate(self._facts.texts("prefix"))}
        self._prefixes, self._prefix_sizes = codes, self._facts.lists("prefix").sizes()
        names, viewers, fan = self._names(), self._viewers, self._fan
        heavy = self._draw(np.argsort(-fan, kind="stable")[: max(1, len(fan) // 100)], min(HEAVIEST, self._samples))
        likers = self._draw(np.flatnonzero(self._liking))
        heavy_likers = np.argsort(-self._liking, kind="stable")[: min(HEAVIEST, int((self._liking > 0).sum()))].tolist()
        types = self._facts.array("type")
        photos = int((types == 0).sum())
        by_hits = FRIENDS[:-1] + " :order hits)"
        others = self._draw(np.flatnonzero(self._following))
        both = tuple(
            self._ask(
                f"(and followed_by:me followed_by:{self._ids[other]})",
                me,
                100,
                (me, other),
                self._following[me] + self._following[other],
            )
            for me, other in zip(viewers, others, strict=True)
        )
        photo = tuple(self._ask(f"type:{CONTENT_TYPES[0]}", me, 100, (0,), photos) for me in viewers if photos)
        return [
            Shape("term", "one term of many hits, top 100 by recency", _M, "type", photo),
            *(
                Shape(key, f"{key} of two hashtags, top 100 by recency", _M, key, self._pairs(key, FREQUENT, SAMPLES))
                for key in ("and", "or", "difference")
            ),
            *(
                Shape(
                    f"{key}_heaviest",
                    f"{key} of two of the {MOST_FREQUENT} most frequent hashtags",
                    _M,
                    key,
                    self._pairs(key, MOST_FREQUENT, HEAVIEST),
                )
                for key in ("and", "or", "difference")
            ),
            *(
                Shape(
                    f"typeahead_{letters}",
                    f"typeahead of two words, {letters} letter{'s'[: letters - 1]}, top 10",
                    _U,
                    "typeahead",
                    self._typeahead(names, letters),
                )
                for letters in range(1, PREFIX_LETTERS + 1)
            ),
            Shape(
                "friend_first", "friend-first typeahead, top 10", _U, "friend_first", self._friend_first(names, viewers)
            ),
            Shape(
                "friend_first_heaviest",
                "friend-first typeahead, worst 1 % of viewers",
                _U,
                "friend_first",
                self._friend_first(names, heavy),
            ),
            Shape("two_hop", "two-hop, top 100 by rank", _U, "two_hop", self._each(viewers, FRIENDS, fan.__getitem__)),
            Shape(
                "two_hop_heaviest",
                "two-hop, worst 1 % of viewers",
                _U,
                "two_hop",
                self._each(heavy, FRIENDS, fan.__getitem__),
            ),
            Shape(
                "two_hop_hits",
                "two-hop, top 100 by hits",
                _U,
                "two_hop_hits",
                self._each(viewers, by_hits, fan.__getitem__),
            ),
            Shape("explore", "explore, top 100 by recency", _M, "explore", self._each(likers, EXPLORE, self._explored)),
            Shape(
                "explore_heaviest",
                f"explore, the {HEAVIEST} heaviest likers",
                _M,
                "explore",
                self._each(heavy_likers, EXPLORE, self._explored),
            ),
            Shape("both", "followed by me and by X", _U, "both", both),
            Shape("city", "media of a city by accounts I follow", _M, "city", self._city()),
            *self._ours_only(),
        ]
