"""The world as plain arrays by document number: what every peer is loaded from and every question is drawn from.

Made from the warehouse, not from the index: only the cleaning and the numbering in static-rank order are shared with the engine,
no posting list is. Every peer keeps document numbers as its keys and is spared the translation of ids that the engine does.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from index import NONE, U32, Corpus, Pairs
from ingest.documents import read_corpus
from schemas.catalogue import Vertical

PREFIX_LETTERS = 8
"""Longest prefix of a name that peers are given as a term of its own."""


class Lists(NamedTuple):
    """`values[offsets[row]:offsets[row + 1]]`, sorted and distinct."""

    offsets: np.ndarray
    values: U32

    def of(self, row: int) -> U32:
        """The list of one row."""
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    def sizes(self) -> np.ndarray:
        """The length of every list."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1


def grouped(keys: np.ndarray, values: np.ndarray, rows: int) -> Lists:
    """Facts in any order, repeated ones once, as lists by key."""
    codes = (keys.astype(np.uint64) << np.uint64(32)) | values.astype(np.uint64)
    codes.sort()
    if len(codes):
        codes = codes[np.append(True, codes[1:] != codes[:-1])]
    offsets = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount((codes >> np.uint64(32)).astype(np.int64), minlength=rows), out=offsets[1:])
    return Lists(offsets, codes.astype(np.uint32))


def make_facts(warehouse: Path, directory: Path) -> None:
    """Write the facts of a warehouse to a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(warehouse, now_ms=time.time_ns() // 1_000_000)
    users, media = len(corpus.ids[Vertical.USER]), len(corpus.ids[Vertical.MEDIA])
    hashtags, places = len(corpus.ids[Vertical.HASHTAG]), len(corpus.ids[Vertical.PLACE])

    def put(name: str, lists: Lists) -> None:
        np.save(directory / f"{name}.offsets.npy", lists.offsets)
        np.save(directory / f"{name}.values.npy", lists.values)

    def both(name: str, fact: Pairs, rows: int, flipped: str, columns: int) -> None:
        put(name, grouped(fact.left, fact.right, rows))
        put(flipped, grouped(fact.right, fact.left, columns))

    for vertical, ids in corpus.ids.items():
        np.save(directory / f"{vertical}.id.npy", ids)
    for name, column in (("owner", corpus.owner), ("place", corpus.place), ("type", corpus.content_type)):
        np.save(directory / f"{name}.npy", column)
    _texts(corpus, "user.username", directory)
    _texts(corpus, "hashtag.name", directory)
    both("followed_by", corpus.pairs["follows"](), users, "follower", users)
    both("liker", corpus.pairs["likes"](), users, "likers_of_media", media)
    both("hashtag", corpus.pairs["hashtags"](), hashtags, "hashtags_of_media", media)
    numbers = np.arange(media, dtype=np.uint32)
    put("owner", grouped(corpus.owner, numbers, users))
    city = corpus.postings["place.city"]()
    city_of_place = np.full(places + 1, NONE, dtype=np.uint32)
    city_of_place[city.docs] = city.term
    city_of_media = city_of_place[np.minimum(corpus.place, places)]
    np.save(directory / "city_of_media.npy", city_of_media)
    placed = np.flatnonzero(city_of_media != NONE).astype(np.uint32)
    put("city", grouped(city_of_media[placed], placed, len(city.terms)))
    caption = corpus.postings["media.caption"]()
    put("captions_of_media", grouped(caption.docs, caption.term, media))
    _prefixes(corpus, users, put, directory)
    two_words = _two_words(corpus)
    texts = {"city": list(city.terms), "two_words": two_words}
    (directory / "texts.json").write_text(json.dumps(texts), encoding="utf-8")


def _texts(corpus: Corpus, name: str, directory: Path) -> None:
    texts = corpus.texts[name]
    blob, offsets = texts.blob.tobytes(), texts.offsets.tolist()
    column = [blob[start:end].decode() for start, end in itertools.pairwise(offsets)]
    pl.DataFrame({"text": pl.Series(column, dtype=pl.String)}).write_parquet(directory / f"{name}.parquet")


def _prefixes(corpus: Corpus, users: int, put: Callable[[str, Lists], None], directory: Path) -> None:
    """Users by each prefix of a word of their names, up to `PREFIX_LETTERS` letters, and the prefixes of each user."""
    names = corpus.postings["user.name"]()
    code: dict[str, int] = {}
    keys, docs = [], []
    for letters in range(1, PREFIX_LETTERS + 1):
        of_term = np.array(
            [code.setdefault(term[:letters], len(code)) if len(term) >= letters else -1 for term in names.terms],
            dtype=np.int64,
        )[names.term]
        found = of_term >= 0
        keys.append(of_term[found].astype(np.uint32))
        docs.append(names.docs[found])
    key, doc = np.concatenate(keys), np.concatenate(docs)
    put("prefix", grouped(key, doc, len(code)))
    put("prefixes_of_user", grouped(doc, key, users))
    pl.DataFrame({"text": pl.Series(list(code), dtype=pl.String)}).write_parquet(directory / "prefix.parquet")


def _two_words(corpus: Corpus) -> list[tuple[str, str]]:
    """First and second word of some full names, folded: what people type ahead for."""
    from schemas.text import words

    texts = corpus.texts["user.fullname"]
    rng = np.random.default_rng(7)
    found = []
    for row in rng.permutation(len(texts))[:20_000].tolist():
        parts = words(texts[row])
        if len(parts) >= 2 and all(part.isalpha() for part in parts[:2]):
            found.append((parts[0], parts[1]))
    return found


class Facts:
    """The facts of a directory, mapped; lists and texts are read when first asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lists: dict[str, Lists] = {}

    def lists(self, name: str) -> Lists:
        """Lists by name, such as `followed_by`."""
        if name not in self._lists:
            self._lists[name] = Lists(self.array(f"{name}.offsets"), self.array(f"{name}.values"))
        return self._lists[name]

    def array(self, name: str) -> np.ndarray:
        """A column by name, such as `owner`."""
        return np.load(self.directory / f"{name}.npy", mmap_mode="r")

    def size(self, vertical: Vertical) -> int:
        """The number of documents."""
        return len(self.array(f"{vertical}.id"))

    def texts(self, name: str) -> list[str]:
        """A column of text, such as `user.username`."""
        return pl.read_parquet(self.directory / f"{name}.parquet")["text"].to_list()

    @cached_property
    def _small(self) -> dict[str, list]:
        return json.loads((self.directory / "texts.json").read_text(encoding="utf-8"))

    @property
    def cities(self) -> list[str]:
        """Folded names of cities; places in this list are the rows of `city`."""
        return self._small["city"]

    @property
    def two_words(self) -> list[tuple[str, str]]:
        """Pairs of words of names."""
        return [(one, other) for one, other in self._small["two_words"]]

    @cached_property
    def labels(self) -> dict[Vertical, tuple[list[int], list[str]]]:
        """Ids and names by document number, as Python lists: what every peer's results are turned into ids and names with."""
        users = self.texts("user.username")
        return {
            Vertical.USER: (self.array("user.id").tolist(), users),
            Vertical.MEDIA: (self.array("media.id").tolist(), [users[owner] for owner in self.array("owner").tolist()]),
        }


if __name__ == "__main__":
    make_facts(Path(sys.argv[1]), Path(sys.argv[2]))
