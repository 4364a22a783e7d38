"""Term dictionaries: the words of an edge in one sorted table; the place of a word is the key of its posting list.

Sorted by UTF-8 bytes, which is the order of code points, so the words that begin alike are one range. Terms that came with a
layer stand in a table beside, and say their keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, final

import numpy as np

from index.corpus import U8, U32, Strings
from index.kernels.near import fill_beginnings, near_rows, shared_letters
from index.kernels.terms import first_not_below, rows_that_begin


@final
class TermDictionary:
    """The sorted, distinct terms of one edge."""

    def __init__(self, terms: Strings) -> None:
        self.terms = terms
        self._count = len(terms)
        self._near: dict[tuple[str, int, bool], tuple[U32, U8]] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, key: int) -> str:
        return self.terms[key]

    def find(self, term: str) -> int | None:
        """The key of a term, None where it is unknown."""
        if self._count <= _FEW:
            return self._keys.get(term)
        encoded = _bytes(term)
        at = first_not_below(self.terms.blob, self.terms.offsets, encoded, False)
        if at == self._count or self.terms[at] != term:
            return None
        return int(at)

    def range(self, prefix: str) -> range:
        """The keys of the terms that begin so."""
        return range(*self.between(_bytes(prefix)))

    def between(self, encoded: U8) -> tuple[int, int]:
        """The first key of the terms that begin with these bytes, and the one behind the last."""
        first, stop = rows_that_begin(self.terms.blob, self.terms.offsets, encoded)
        return first, stop

    def near(self, word: str, most: int, *, is_open: bool) -> tuple[U32, U8]:
        """The keys of the terms at most `most` edits away, rising, and the edits; with `is_open` of those that begin so. What was
        asked last is kept: many make the same slip, letter after letter, and no viewer has a part in it."""
        key = (word, most, is_open)
        found = self._near.get(key)
        if found is None:
            if len(self._near) >= _MOST_NEAR:
                self._near.clear()
            found = self._near[key] = self._find_near(word, most, is_open=is_open)
        return found

    def _find_near(self, word: str, most: int, *, is_open: bool) -> tuple[U32, U8]:
        codes, beginnings = code_points(word), self._beginnings
        room = _ROOM
        while True:
            rows, edits = np.empty(room, dtype=np.uint32), np.empty(room, dtype=np.uint8)
            found = int(near_rows(self.terms.blob, self.terms.offsets, *beginnings, codes, most, is_open, rows, edits))
            if found <= room:
                return rows[:found].copy(), edits[:found].copy()
            room = found

    @cached_property
    def _keys(self) -> dict[str, int]:
        """The keys of a small dictionary, made when first asked for."""
        return {self.terms[key]: key for key in range(len(self))}

    @cached_property
    def _beginnings(self) -> tuple[U32, U8, U32, U32]:
        """The first levels of the trie that the table is, as `near_rows` takes them; made when first asked for."""
        blob, offsets = self.terms.blob, self.terms.offsets
        shared, lengths = np.empty(len(self), dtype=np.uint8), np.empty(len(self), dtype=np.uint8)
        nodes = int(shared_letters(blob, offsets, shared, lengths))
        codes, depths = np.empty(nodes, dtype=np.uint32), np.empty(nodes, dtype=np.uint8)
        rows, behind = np.empty(nodes + 1, dtype=np.uint32), np.empty(nodes, dtype=np.uint32)
        fill_beginnings(blob, offsets, shared, lengths, codes, depths, rows, behind)
        return codes, depths, rows, behind


class TermRun(NamedTuple):
    """Sorted terms and the key of each; None: a term's key is its place."""

    terms: TermDictionary
    keys: U32 | None


class TermRange(NamedTuple):
    """The terms of one run that begin alike, by code point, and their keys."""

    keys: U32
    terms: TermDictionary
    first: int

    def text(self, row: int) -> str:
        """A term."""
        return self.terms[self.first + row]


@final
class Terms:
    """All terms of an edge. No term stands in two runs, and no key."""

    def __init__(self, runs: Sequence[TermRun]) -> None:
        self.runs = runs

    def __len__(self) -> int:
        return sum(len(run.terms) for run in self.runs)

    def __getitem__(self, key: int) -> str:
        """The term of a key. A key that came with a layer is searched for."""
        for terms, keys in self.runs:
            if keys is None:
                if key < len(terms):
                    return terms[key]
            else:
                found = np.flatnonzero(keys == key)
                if len(found):
                    return terms[int(found[0])]
        raise KeyError(key)

    def find(self, term: str) -> int | None:
        """The key of a term, None where it is unknown."""
        for terms, keys in self.runs:
            place = terms.find(term)
            if place is not None:
                return place if keys is None else int(keys[place])
        return None

    def ranges(self, prefix: str) -> Iterator[TermRange]:
        """The terms that begin so, run by run."""
        encoded = _bytes(prefix)
        for terms, keys in self.runs:
            first, stop = terms.between(encoded)
            if first < stop:
                found = np.arange(first, stop, dtype=np.uint32) if keys is None else keys[first:stop]
                yield TermRange(found, terms, first)

    def keys(self, prefix: str) -> U32:
        """The keys of the terms that begin so, sorted."""
        found = [keys for keys, _, _ in self.ranges(prefix)]
        if not found:
            return np.empty(0, dtype=np.uint32)
        if len(self.runs) == 1 and self.runs[0].keys is None:
            return found[0]
        return np.sort(np.concatenate(found))


_FEW = 1_024
"""Up to so many terms are looked up in a table in memory: those of flags, countries and frequent prefixes."""
_MOST_NEAR = 1_024
"""Fuzzy look-ups that are kept."""
_ROOM = 1_024
"""Terms that a fuzzy look-up has room for at first."""


def code_points(text: str) -> U32:
    """The code points of a text."""
    return np.frombuffer(bytearray(text.encode("utf-32-le", "surrogatepass")), dtype=np.uint32)


def _bytes(text: str) -> U8:
    # half a surrogate pair is in no term, and sorts where no term is
    return np.frombuffer(bytearray(text.encode("utf-8", "surrogatepass")), dtype=np.uint8)
