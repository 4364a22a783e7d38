"""From raw texts to terms and documents, the same as `schemas.text` says row by row, but each distinct text once.

Folding, and splitting into words, of a text that was cut to its first 256 code points can be done between its spaces:
NFKC, case folding and NFD look across no space, since a space starts a new combining sequence and composes with
nothing. So the words of captions and names are made from distinct tokens, of which there are few.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from index import U32, Postings
from ingest.text_terms import TermsOf
from schemas.text import MAX_CODE_POINTS

SLICE_ROWS = 250_000


class Coded(NamedTuple):
    """Term `codes[i]` stands in row `rows[i]`; rows ascend."""

    rows: NDArray[np.intp]
    codes: U32


class TermTable:
    """Gives every term a code, and remembers which raw text holds which terms.

    Tables that are given the same `codes` number their terms together.
    """

    def __init__(self, terms_of: TermsOf, codes: dict[str, int] | None = None) -> None:
        self._terms_of = terms_of
        self._codes: dict[str, int] = {} if codes is None else codes
        self._raws = pl.DataFrame(schema={"raw": pl.String, "at": pl.UInt32})
        self._held = array("I")
        self._starts = array("Q", [0])

    @property
    def terms(self) -> list[str]:
        """All terms; a term's place is its code."""
        return list(self._codes)

    def add(self, texts: pl.Series) -> Coded:
        """The terms of these texts, which hold no nulls; of one text in the order of `terms_of`."""
        frame = texts.rename("raw").to_frame()
        self._learn(frame.unique().join(self._raws, on="raw", how="anti"))
        at = frame.join(self._raws, on="raw", how="left", maintain_order="left")["at"].to_numpy()
        starts = np.frombuffer(self._starts, dtype=np.uint64).astype(np.intp)
        sizes = np.diff(starts)[at]
        rows = np.repeat(np.arange(len(at)), sizes)
        firsts = starts[at] - (np.cumsum(sizes) - sizes)
        places = np.arange(len(rows)) + np.repeat(firsts, sizes)
        return Coded(rows, np.frombuffer(self._held, dtype=np.uint32)[places])

    def _learn(self, fresh: pl.DataFrame) -> None:
        codes = self._codes
        for raw in fresh["raw"]:
            self._held.extend(codes.setdefault(term, len(codes)) for term in self._terms_of(raw))
            self._starts.append(len(self._held))
        known = self._raws.height
        at = pl.int_range(known, known + fresh.height, dtype=pl.UInt32, eager=True)
        self._raws = pl.concat([self._raws, fresh.select("raw", at=at)])


class TextBatch(NamedTuple):
    """Some texts without nulls, and the document of each."""

    docs: U32
    texts: pl.Series


def whole_postings(batches: Iterable[TextBatch], terms_of: TermsOf) -> tuple[Postings, int]:
    """Postings of the terms of whole texts, at most one of each, and how many texts gave none."""
    table = TermTable(terms_of)
    codes: list[U32] = []
    docs: list[U32] = []
    empty = 0
    for batch in batches:
        coded = table.add(batch.texts)
        empty += len(batch.texts) - len(coded.rows)
        codes.append(coded.codes)
        docs.append(batch.docs[coded.rows])
    return _sorted(table.terms, codes, docs), empty


def word_postings(*columns: tuple[Iterable[TextBatch], TermsOf]) -> Postings:
    """Postings of the words of all these columns together; their `terms_of` are `words` or `username_words`."""
    shared: dict[str, int] = {}
    codes: list[U32] = []
    docs: list[U32] = []
    for batches, terms_of in columns:
        table = TermTable(terms_of, shared)
        for batch in batches:
            for part in _sliced(batch):
                tokens, rows = _tokens(part.texts)
                coded = table.add(tokens)
                codes.append(coded.codes)
                docs.append(part.docs[rows[coded.rows]])
    return _sorted(list(shared), codes, docs)


def _sorted(terms: list[str], codes: list[U32], docs: list[U32]) -> Postings:
    """Postings with the terms in the order of their code points, which is that of their UTF-8 bytes."""
    column = pl.Series("term", terms, dtype=pl.String)
    order = column.arg_sort().to_numpy()
    place = np.empty(len(order), dtype=np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    return Postings(column.gather(order).to_list(), place[_joined(codes)], _joined(docs))


def _sliced(batch: TextBatch) -> Iterator[TextBatch]:
    for start in range(0, len(batch.docs), SLICE_ROWS):
        yield TextBatch(batch.docs[start : start + SLICE_ROWS], batch.texts.slice(start, SLICE_ROWS))


def _tokens(texts: pl.Series) -> tuple[pl.Series, NDArray[np.intp]]:
    """What stands between the spaces of the first 256 code points of each text, and the row of each."""
    lists = texts.str.head(MAX_CODE_POINTS).str.split(" ")
    rows = np.repeat(np.arange(len(lists)), lists.list.len().to_numpy())
    return lists.explode(), rows


def _joined(pieces: list[U32]) -> U32:
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.uint32)
