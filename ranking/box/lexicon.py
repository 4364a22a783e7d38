"""The words of one edge in one viewer's world, found by likeness: near in letters, or alike in sound in another script.

Which words are given depends on the viewer's world alone: a word counts as often as documents of that world have it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple, final
from weakref import WeakKeyDictionary

import numpy as np

from index import U8, U32, TermDictionary, TermRun, Terms
from query import World
from schemas.catalogue import Edge

MOST = 8
"""Words that are given for one that was typed."""


@final
class Sounds:
    """Dictionaries in Latin letters, made once for each; shared between threads."""

    def __init__(self, latin: Callable[[str], str]) -> None:
        self._latin = latin
        self._tables: WeakKeyDictionary[TermDictionary, _Table] = WeakKeyDictionary()
        self._kept: WeakKeyDictionary[Terms, tuple[tuple[TermRun, _Table], ...]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, terms: Terms) -> tuple[tuple[TermRun, _Table], ...]:
        """The runs of an edge that have terms in other letters, and these by how they sound."""
        with self._lock:
            found = self._kept.get(terms)
            if found is None:
                tables = [(run, self._table(run.terms)) for run in terms.runs]
                found = self._kept[terms] = tuple([(run, table) for run, table in tables if table.sounds])
            return found

    def _table(self, terms: TermDictionary) -> _Table:
        found = self._tables.get(terms)
        if found is None:
            found = self._tables[terms] = self._make(terms)
        return found

    def _make(self, terms: TermDictionary) -> _Table:
        blob, offsets = terms.terms.blob, terms.terms.offsets
        foreign = np.flatnonzero(blob >= 0x80)
        rows = np.unique(np.searchsorted(offsets, foreign, side="right") - 1)
        sounding = sorted((sound, row) for row in rows.tolist() if (sound := self._latin(terms[row])))
        return _Table([sound for sound, _ in sounding], np.array([row for _, row in sounding], dtype=np.uint32))


class _Table(NamedTuple):
    sounds: list[str]
    rows: U32

    def range(self, sound: str, *, is_open: bool) -> U32:
        """The rows of the terms that sound so, or with `is_open` begin so."""
        low = bisect_left(self.sounds, sound)
        high = bisect_left(self.sounds, sound + chr(0x7F) if is_open else sound + "\0")
        return self.rows[low:high]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of a `name` edge in a world."""

    world: World
    edge: Edge
    sounds: Sounds

    def near(self, word: str, most: int, *, is_open: bool) -> list[str]:
        """The words at most `most` edits away that are not the word itself, nearest first, then the most frequent."""
        return self._best(self._near(word, most, is_open))

    def sounding(self, word: str, *, is_open: bool) -> list[str]:
        """The words of other scripts that sound so, the most frequent first."""
        return self._best(self._sounding(word, is_open))

    def _near(self, word: str, most: int, is_open: bool) -> Iterator[tuple[TermDictionary, U32 | None, U32, U8]]:
        for terms, keys in self.world.segment.terms(self.edge.key).runs:
            rows, edits = terms.near(word, most, is_open=is_open)
            if len(rows):
                far = edits > 0
                yield terms, keys, rows[far], edits[far]

    def _sounding(self, word: str, is_open: bool) -> Iterator[tuple[TermDictionary, U32 | None, U32, U8]]:
        for (terms, keys), table in self.sounds.of(self.world.segment.terms(self.edge.key)):
            rows = table.range(word, is_open=is_open)
            yield terms, keys, rows, np.zeros(len(rows), dtype=np.uint8)

    def _best(self, found: Iterator[tuple[TermDictionary, U32 | None, U32, U8]]) -> list[str]:
        lists, mask = self.world.segment.lists(self.edge.key), self.world.mask(self.edge.vertical)
        ranked: list[tuple[int, int, str]] = []
        for terms, keys, rows, edits in found:
            if len(rows) == 0:
                continue
            best, sizes = lists.largest(rows if keys is None else keys[rows], edits, mask, MOST)
            ranked += [
                (int(edits[i]), -size, terms[int(rows[i])])
                for i, size in zip(best.tolist(), sizes.tolist(), strict=True)
            ]
        return [word for _, _, word in sorted(ranked)[:MOST]]
