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

    def numbers(self, raws: Sequence[str]) -> list[int]:
        """The document numbers of hashtags as they were written, `NO_HASHTAG` where nothing is left of one."""
        known = self._numbers
        if unknown := [raw for raw in dict.fromkeys(raws) if raw not in known]:
            self._learn(unknown)
        return [known[raw] for raw in raws]

    def _learn(self, raws: list[str]) -> None:
        texts = {raw: text for raw in raws if (text := hashtag(raw))}
        self._numbers |= dict.fromkeys(raws, NO_HASHTAG)
        ids = np.array([hashtag_id(text) for text in texts.values()], dtype=np.int64)
        numbers = self._documents.numbers(ids).tolist()
        for (raw, text), number in zip(texts.items(), numbers, strict=True):
            if number == self._documents.base + len(self.names):
                self.names.append(text)
            self._numbers[raw] = number

    def count(self, hashtags: U32, live: I64, public: I64) -> None:
        """Add to the counts of hashtags; one may come several times."""
        np.add.at(self.live.data, hashtags, live)
        np.add.at(self.public.data, hashtags, public)

    def load(self, names: Sequence[str], docs: U32, live: I64, public: I64) -> None:
        """Take up late hashtags that are numbered, and counts as they were last."""
        self.names += names
        self.live.data[docs] = live
        self.public.data[docs] = public
