"""The rows of one vertical under construction: columns written in their places, in as few steps as there are kinds of column."""

from __future__ import annotations

from typing import final

import numpy as np

from index import EDITS, I64, MATCHED, POSITION, U32, WHOLE, AnyArray, Texts, Words, text_matches
from ranking.box.asked import Asked
from ranking.box.ties import Ties
from ranking.features.schema import F32, FeatureSchema
from ranking.kernels.rows import write_ages, write_lacked, write_logs
from schemas.catalogue import EDGES, Vertical

MOST_EDITS = 2
DAY_MS = 86_400_000


@final
class Rows:
    """[documents, features] of a schema, each feature its default until it is written."""

    def __init__(self, asked: Asked, schema: FeatureSchema, vertical: Vertical, docs: U32) -> None:
        self.matrix = schema.blank(len(docs))
        self._asked = asked
        self._schema = schema
        self._places = schema.places
        self._vertical = vertical
        self._docs = docs

    def put(self, name: str, values: AnyArray | float) -> None:
        """Write a column."""
        self.matrix[:, self._places[name]] = values

    def put_age(self, name: str, since_ms: AnyArray) -> None:
        """Write how many days ago each moment was."""
        write_ages(since_ms, self._asked.context.now_ms, DAY_MS, self.matrix, self._places[name])

    def put_lacked(self, name: str, words: Words) -> None:
        """Write 1 for each document that a bitset does not have."""
        write_lacked(words, self._docs, self.matrix, self._places[name])

    def put_held(self, name: str, edge_key: str, text: str) -> None:
        """Write 1 for each document that has a value of an edge with a dictionary."""
        segment = self._asked.world.segment
        key = segment.terms(edge_key).find(text)
        if key is None:
            self.put(name, 0)
        else:
            keys = np.empty(len(self._docs), dtype=np.uint32)
            keys.fill(key)
            self.put(name, segment.lists(edge_key).contains(keys, self._docs))

    def put_ties(self, ties: Ties, docs: U32 | None = None) -> None:
        """Write what ties say of the documents, or of others in their place."""
        ties.write(self._docs if docs is None else docs, self.matrix)

    def put_fit(self, fits: F32, words: int) -> None:
        """Write the features of `_FIT`, of which there are as many as columns of a match, in the same order."""
        fits[:, WHOLE : MATCHED + 1] *= np.float32(1 / max(words, 1))
        first = self._places["word_position"]
        self.matrix[:, first : first + fits.shape[1]] = fits

    def put_asked(self) -> None:
        """Write the features of `_ASKED`."""
        asked = self._asked
        self.put("typed_letters", len(asked.typed.text))
        self.put("typed_words", len(asked.typed.words))
        self.put("past_clicks", asked.times_chosen(self._vertical, self._docs))
        country = asked.context.country
        if country and (self._vertical, "country") in EDGES:
            self.put_held("in_country", EDGES[self._vertical, "country"].key, country)

    def put_logs(self, columns: I64) -> None:
        """Put log(1 + n) in the place of n in some columns that were written, which are given by their places."""
        write_logs(self.matrix, columns)


def matches(
    asked: Asked, texts: Texts, docs: U32, *, splits: bool = False, words: tuple[str, ...] | None = None
) -> F32:
    """[documents, 6] columns of the index's name matching of their texts; nothing fits where no word was typed."""
    wanted = asked.typed.words if words is None else words
    if not wanted:
        out = np.zeros((len(docs), 6), dtype=np.float32)
        out[:, POSITION] = np.nan
        out[:, EDITS] = MOST_EDITS + 1
        return out
    return text_matches(texts, docs, wanted, is_open=asked.typed.is_open, most=MOST_EDITS, splits=splits)
