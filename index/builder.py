"""Corpus → the arrays of a base segment. One function a family of arrays; each loads its facts, writes and forgets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import layout, traits
from index.ahead import Ahead
from index.arrays import ArrayWriter
from index.corpus import FOLLOWERS, NONE, PUBLIC, U32, Corpus, PairFact, Pairs, Postings, Strings, TermFact
from index.docset import new_words
from index.idmap import IdMap
from index.kernels.bits import set_bits
from index.postings import Grouped, PostingLists
from index.prefixes import frequent_prefixes
from index.sidecar import SIDECAR, put_sidecar
from schemas.catalogue import EDGES, Vertical
from schemas.tables import CONTENT_TYPES

Progress = Callable[[str], None]
TRAITS = "traits"
_PAIRS: tuple[PairFact, ...] = (
    "follows",
    "blocks",
    "likes",
    "comments",
    "tagged",
    "mentions",
    "members",
    "group_media",
    "hashtags",
)
"""The facts between documents, in the order of the steps."""
_V = Vertical


class SegmentBuilder:
    """Writes one corpus; `postings` counts the entries of all lists."""

    def __init__(self, corpus: Corpus, writer: ArrayWriter, progress: Progress) -> None:
        self._corpus = corpus
        self._writer = writer
        self._progress = progress
        self._size = {vertical: len(ids) for vertical, ids in corpus.ids.items()}
        self._ahead = Ahead(self._loads())
        self.postings = 0

    def build(self) -> None:
        """Write everything."""
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("documents", self._documents),
            ("follows", lambda: self._both("follows", "user.followed_by", _V.USER, "user.follower", _V.USER)),
            ("blocks", self._blocks),
            ("likes", lambda: self._both("likes", "media.liker", _V.USER, "user.liked", _V.MEDIA)),
            ("comments", self._comments),
            (
                "tagged users",
                lambda: self._both("tagged", "media.tagged", _V.USER, "user.tagged_in", _V.MEDIA),
            ),
            (
                "mentions",
                lambda: self._both("mentions", "media.mention", _V.USER, "user.mentioned_in", _V.MEDIA),
            ),
            ("members", lambda: self._both("members", "group.member", _V.USER, "user.member_of", _V.GROUP)),
            (
                "group media",
                lambda: self._both("group_media", "media.in_group", _V.GROUP, "group.contains", _V.MEDIA),
            ),
            ("hashtags", self._hashtags),
            ("owners and places", self._owners_and_places),
            ("flags and types", self._flags),
            *((f"words of {name}", self._words(name)) for name in self._corpus.postings),
            ("traits", self._traits),
            ("what ingest needs", self._sidecar),
        )
        with self._ahead:
            for label, step in steps:
                self._progress(label)
                step()

    def _loads(self) -> dict[str, Callable[[], Any]]:
        """What is loaded, in the order in which the steps take it."""
        corpus = self._corpus
        loads: dict[str, Callable[[], Any]] = {fact: corpus.pairs.get(fact, _no_pairs) for fact in _PAIRS}
        loads.update((name, load) for name, load in corpus.postings.items())
        return loads | {TRAITS: corpus.traits or dict, SIDECAR: corpus.sidecar or dict}

    # -- documents -------------------------------------------------------------------------------------------------

    def _documents(self) -> None:
        corpus, put = self._corpus, self._writer.put
        for vertical, ids in corpus.ids.items():
            put(f"{vertical}.id", ids)
            put(f"{vertical}.by_id", IdMap.of(ids).by_id)
            for name in layout.TEXT_COLUMNS[vertical]:
                self._strings(f"{vertical}.{name}.text", corpus.texts[f"{vertical}.{name}"])
        for vertical, counts in corpus.rank_counts.items():
            put(f"{vertical}.rank_count.column", counts)
        for name, column in corpus.columns.items():
            put(f"{name}.column", column)
        put(f"{layout.OWNER_COLUMN}.column", corpus.owner)
        put(f"{layout.PLACE_COLUMN}.column", corpus.place)
        put("media.level.column", corpus.level)
        put("media.type.column", corpus.content_type)
        self._bits(layout.PUBLIC_USERS, ~corpus.private)
        self._bits(layout.PUBLIC_MEDIA, (corpus.level == PUBLIC) & ~corpus.private[corpus.owner])
        self._bits(layout.PUBLIC_GROUPS, corpus.group_public)

    def _bits(self, name: str, flags: NDArray[np.bool_]) -> None:
        words = new_words(len(flags))
        set_bits(words, 0, np.flatnonzero(flags).astype(np.uint32))
        self._writer.put(f"{name}.bits", words)

    def _strings(self, name: str, strings: Strings) -> None:
        if len(strings.blob) >= NONE:
            raise OverflowError(f"text column {name} is past the 4 GiB that one segment can hold: shard it")
        self._writer.put(f"{name}.blob", strings.blob)
        self._writer.put(f"{name}.offsets", strings.offsets.astype(np.uint32))

    # -- facts between documents -----------------------------------------------------------------------------------

    def _load(self, fact: PairFact) -> Pairs:
        pairs: Pairs = self._ahead.take(fact)
        return pairs

    def _group(self, keys: U32, docs: U32, key_vertical: Vertical, vertical: Vertical) -> Grouped:
        return Grouped.of(keys, docs, self._size[key_vertical], self._size[vertical])

    def _held(self, name: str, grouped: Grouped) -> Grouped:
        """What a shard keeps of lists: its own documents. Hashtags of a media are a property of that media."""
        if self._corpus.held is None:
            return grouped
        if name == layout.HASHTAGS_OF_MEDIA:
            return grouped.where(np.repeat(self._corpus.held[_V.MEDIA], np.diff(grouped.offsets)))
        return grouped.where(self._corpus.held[_split(name)[0]][grouped.values])

    def _put(self, name: str, grouped: Grouped, documents: int) -> None:
        grouped = self._held(name, grouped)
        self.postings += len(grouped.values)
        self._put_lists(name, grouped, documents)

    def _put_lists(self, name: str, grouped: Grouped, documents: int) -> None:
        lists: PostingLists = grouped.packed(documents)
        self._writer.put(f"{name}.keys", lists.keys)
        self._writer.put(f"{name}.offsets", lists.offsets)
        self._writer.put(f"{name}.lists", lists.lists)

    def _both(self, fact: PairFact, forward: str, left: Vertical, backward: str | None, right: Vertical) -> Grouped:
        """Lists of right documents by left ones and, where named, the other way round; the former."""
        pairs = self._load(fact)
        read = len(pairs.left)
        grouped = self._group(pairs.left, pairs.right, left, right)
        self._count_repeats(fact, read - len(grouped.values))
        del pairs
        self._put(forward, grouped, self._size[right])
        if backward is not None:
            self._put(backward, grouped.flipped(self._size[right]), self._size[left])
        return grouped

    def _comments(self) -> None:
        grouped = self._both("comments", "media.commenter", _V.USER, None, _V.MEDIA)
        if self._corpus.traits is None:
            return
        shown = np.repeat(~self._corpus.private, np.diff(grouped.offsets))
        counts = np.bincount(grouped.values[shown], minlength=self._size[_V.MEDIA])
        self._writer.put(f"{traits.COMMENTERS}.column", np.minimum(counts, traits.MOST_COMMENTERS).astype(np.uint8))

    def _count_repeats(self, fact: str, repeats: int) -> None:
        table = {
            "hashtags": "media_hashtags",
            "tagged": "media_tagged_users",
            "mentions": "media_mentions",
            "members": "group_members",
        }.get(fact, fact)
        if repeats and table != "comments":
            counts = self._corpus.counts.setdefault(table, {})
            counts["duplicate"] = counts.get("duplicate", 0) + repeats

    def _blocks(self) -> None:
        pairs = self._load("blocks")
        one = self._group(pairs.left, pairs.right, _V.USER, _V.USER)
        self._count_repeats("blocks", len(pairs.left) - len(one.values))
        either = self._group(
            np.concatenate([pairs.left, pairs.right]),
            np.concatenate([pairs.right, pairs.left]),
            _V.USER,
            _V.USER,
        )
        self._put(layout.BLOCKED, either, self._size[_V.USER])

    def _hashtags(self) -> None:
        corpus = self._corpus
        pairs = self._load("hashtags")
        read = len(pairs.left)
        by_hashtag = self._group(pairs.left, pairs.right, _V.HASHTAG, _V.MEDIA)
        self._count_repeats("hashtags", read - len(by_hashtag.values))
        del pairs
        self._put("media.hashtag", by_hashtag, self._size[_V.MEDIA])
        by_media = by_hashtag.flipped(self._size[_V.MEDIA])
        self._put(layout.HASHTAGS_OF_MEDIA, by_media, self._size[_V.HASHTAG])
        media = np.repeat(np.arange(self._size[_V.MEDIA], dtype=np.uint32), np.diff(by_media.offsets))
        self._levelled("hashtag.used_by", corpus.owner[media], by_media.values, corpus.level[media], _V.HASHTAG)
        texts = corpus.texts["hashtag.name"]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        self._strings(f"{layout.HASHTAG_DICTIONARY}.terms", Strings.of([texts[row] for row in order]))
        self._writer.put(f"{layout.HASHTAG_DICTIONARY}.number", np.array(order, dtype=np.uint32))

    def _levelled(self, name: str, owners: U32, values: U32, levels: NDArray[np.uint8], vertical: Vertical) -> None:
        """What an owner's media lead to, apart by the lowest level of visibility at which it shows."""
        below: list[Grouped] = []
        for level in range(layout.LEVELS):
            at = levels == level
            grouped = self._group(owners[at], values[at], _V.USER, vertical)
            for lower in below:
                grouped = grouped.less(lower)
            self._put(f"{name}.{level}", grouped, self._size[vertical])
            below.append(grouped)

    def _owners_and_places(self) -> None:
        corpus = self._corpus
        users, media = self._size[_V.USER], self._size[_V.MEDIA]
        numbers = np.arange(media, dtype=np.uint32)
        self._put("media.owner", self._group(corpus.owner, numbers, _V.USER, _V.MEDIA), media)
        placed = numbers[corpus.place != NONE]
        places = corpus.place[placed]
        self._put("media.location", self._group(places, placed, _V.PLACE, _V.MEDIA), media)
        self._levelled("place.visited_by", corpus.owner[placed], places, corpus.level[placed], _V.PLACE)
        stranger = (corpus.level == PUBLIC) & ~corpus.private[corpus.owner]
        restricted = numbers[~stranger & (corpus.level <= FOLLOWERS)]
        self._put(layout.RESTRICTED, Grouped.of(corpus.owner[restricted], restricted, users, media), media)

    # -- words, names and flags ------------------------------------------------------------------------------------

    def _flags(self) -> None:
        corpus = self._corpus
        self._enumerated("user.verified", ("1",), (~corpus.verified).astype(np.uint8))
        self._enumerated("user.private", ("1",), (~corpus.private).astype(np.uint8))
        self._enumerated("media.verified", ("1",), (~corpus.verified[corpus.owner]).astype(np.uint8))
        self._enumerated("media.type", CONTENT_TYPES, corpus.content_type)

    def _enumerated(self, name: str, values: tuple[str, ...], of: NDArray[Any]) -> None:
        """Lists of the documents whose value is `values[of]`; documents past the values are in none."""
        terms = sorted(values)
        docs = np.flatnonzero(of < len(values)).astype(np.uint32)
        places = np.array([terms.index(value) for value in values], dtype=np.uint32)
        self._put_terms(name, terms, places[of[docs]], docs, len(of))

    def _words(self, name: TermFact) -> Callable[[], None]:
        def write() -> None:
            postings: Postings = self._ahead.take(name)
            if name == layout.RAW_TAGS:
                self._strings(f"{name}.terms", Strings.of(list(postings.terms)))
                by_media = Grouped.of(postings.docs, postings.term, self._size[_V.MEDIA], len(postings.terms))
                self._put_lists(name, by_media, len(postings.terms))
                return
            documents = self._size[EDGES[_split(name)].vertical]
            self._put_terms(name, list(postings.terms), postings.term, postings.docs, documents)
            if name == "media.mt":
                self._heads(list(postings.terms))

        return write

    def _put_terms(self, name: str, terms: list[str], keys: U32, docs: U32, documents: int) -> None:
        self._strings(f"{name}.terms", Strings.of(terms))
        grouped = Grouped.of(keys, docs, len(terms), documents)
        self._put(name, grouped, documents)
        if layout.keeps_prefixes(EDGES[_split(name)]):
            self._put_prefixes(name, terms, self._held(name, grouped), documents)

    def _put_prefixes(self, name: str, terms: list[str], lists: Grouped, documents: int) -> None:
        """The unions behind frequent prefixes. They say nothing new, so they are no postings of the index."""
        prefixes, unions = frequent_prefixes(terms, lists, documents)
        self._strings(f"{layout.prefixes(name)}.terms", Strings.of(prefixes))
        self._put_lists(layout.prefixes(name), unions, documents)

    def _traits(self) -> None:
        for name, column in self._ahead.take(TRAITS).items():
            self._writer.put(f"{name}.column", column)

    def _sidecar(self) -> None:
        put_sidecar(self._ahead.take(SIDECAR), self._writer.put)

    def _heads(self, terms: list[str]) -> None:
        """The distinct `namespace:predicate=` of the machine tags, sorted."""
        heads = sorted({term[: term.index("=") + 1] for term in terms})
        self._strings("media.mt.heads", Strings.of(heads))


def _no_pairs() -> Pairs:
    return Pairs(np.empty(0, np.uint32), np.empty(0, np.uint32))


def _split(name: str) -> tuple[Vertical, str]:
    vertical, _, edge = name.partition(".")
    return Vertical(vertical), edge
