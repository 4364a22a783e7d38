"""Sentences of captions and comments: common words of a country's language, some English, an emoji now
and then.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import EMOJI, WORDS
from ingest.worlds.sampling import I64, Ints, chance, pick, skewed, starts


class Sentences:
    """Draws sentences by country number; holds the word lists as one column."""

    def __init__(self) -> None:
        lists = [culture.words for culture in cultures()]
        english = WORDS["en"].split()
        self._bounds = starts(np.array([*map(len, lists), len(english)], np.int64))
        self._english = len(lists)
        self._words = pl.Series([word for words in lists for word in words] + english)
        self._emoji = pl.Series(EMOJI.split())

    def draw(self, rng: np.random.Generator, country: I64, lengths: Ints) -> pl.Series:
        """One sentence of `lengths` words per row, '' where that is 0."""
        count = len(country)
        language = np.where(chance(rng, count, 0.2), self._english, country)
        low, size = self._bounds[language], np.diff(self._bounds)[language]
        first, stride = skewed(rng, low * 0, size, 2), 1 + pick(rng, count, 5)
        columns = []
        for position in range(int(lengths.max(initial=0))):
            present = pl.Series(position < lengths)
            index = pl.Series(low + (first + position * stride) % size).set(~present, None)
            columns.append(self._words.gather(index).alias(str(position)))
        marked = pl.Series(chance(rng, count, 0.12) & (lengths > 0))
        mark = pl.Series(pick(rng, count, len(self._emoji), 2)).set(~marked, None)
        columns.append(self._emoji.gather(mark).alias("mark"))
        return pl.DataFrame(columns).select(text=pl.concat_str(pl.all(), separator=" ", ignore_nulls=True))["text"]
