"""Hashtags: their numbers by text, and how many media carry each that are there, and that everybody may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from index import I64, U32
from ingest.live.base import Base
from ingest.live.columns import Column
from ingest.live.documents import Documents
from schemas.catalogue import Vertical
from schemas.ids import hashtag_id
from schemas.text import hashtag

NO_HASHTAG = -1


@final
class Hashtags:
    """Numbers and counts. `names` are the texts of late hashtags, by number behind the base's."""

    def __init__(self, base: Base, documents: Documents) -> None:
        self._documents = documents
        self._numbers: dict[str, int] = {}
        self.names: list[str] = []
        size = base.size(Vertical.HASHTAG)
        carried = base.segment.lists("media.hashtag").sizes(np.arange(size, dtype=np.uint32), None)
        self.live = Column(carried.astype(np.int64), 0)
        self.public = Column(base.segment.column("hashtag.public_media"), 0)
        documents.with_column(self.live.grow)
        documents.with_column(self.public.grow)

    def number(self, raw: str) -> int:
        """The document number of a hashtag as it was written, `NO_HASHTAG` where nothing is left of it."""
        number = self._numbers.get(raw)
        if number is None:
            text = hashtag(raw)
            number = NO_HASHTAG
            if text:
                known = len(self._documents)
                number = int(self._documents.numbers(np.array([hashtag_id(text)], dtype=np.int64))[0])
                if number == known:
                    self.names.append(text)
            self._numbers[raw] = number
        return number

    def count(self, hashtags: U32, live: I64, public: I64) -> None:
        """Add to the counts of hashtags; one may come several times."""
        np.add.at(self.live.data, hashtags, live)
        np.add.at(self.public.data, hashtags, public)

    def load(self, names: Sequence[str], docs: U32, live: I64, public: I64) -> None:
        """Take up late hashtags that are numbered, and counts as they were last."""
        self.names += names
        self.live.data[docs] = live
        self.public.data[docs] = public
