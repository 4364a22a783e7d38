"""The traits of media (`index/traits.py`) that are made from tables of their own: what a vision model saw, and captions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from index import NONE, U8, BulkIdMap, hash_texts, traits
from ingest.cleaning import kept_batches
from ingest.facts import MediaRows
from ingest.sidecar import text_column
from ingest.terms import TermTable
from ingest.text_terms import whole
from ingest.warehouse import Warehouse

_TOPICS = 255
_CONFIDENCE = 65_535


@dataclass(frozen=True, slots=True)
class TraitsSource:
    """Reads traits; `media` gives the document number of an id."""

    warehouse: Warehouse
    media: BulkIdMap
    rows: MediaRows

    def columns(self) -> dict[str, U8]:
        """All but commenters, by name."""
        labels, topic = self._labels()
        return {
            traits.TOPIC: topic,
            traits.SIGHT: self._sight(),
            traits.TELLING: traits.pack_telling(self._letters(), labels),
        }

    @property
    def _size(self) -> int:
        return len(self.rows.numbers)

    def _letters(self) -> NDArray[np.int64]:
        letters = np.zeros(self._size, dtype=np.int64)
        start = 0
        for batch in kept_batches(self.warehouse, "media", ["caption"], self.rows.kept.rows):
            numbers = self.rows.numbers[start : start + batch.height]
            letters[numbers] = batch["caption"].str.len_chars().to_numpy()
            start += batch.height
        return letters

    def _sight(self) -> U8:
        """Of faces with one place and size, one counts."""
        frames = [pl.DataFrame(schema={"doc": pl.UInt32, **dict.fromkeys(_FACE, pl.Float64)})]
        for batch in self.warehouse.read("media_faces", ["media_id", *_FACE]):
            docs = self.media.numbers(batch["media_id"].to_numpy())
            frames.append(batch.select(pl.Series("doc", docs), *_FACE).filter(docs != NONE))
        faces = pl.concat(frames).unique()
        docs = faces["doc"].to_numpy()
        largest = np.zeros(self._size)
        np.maximum.at(largest, docs, np.clip((faces["width"] * faces["height"]).to_numpy(), 0, 1))
        return traits.pack_sight(np.bincount(docs, minlength=self._size), largest)

    def _labels(self) -> tuple[NDArray[np.int64], U8]:
        """How many labels each media has, and its topic: the surest label; of equally sure ones the larger topic."""
        table = TermTable(whole)
        codes, docs = [np.empty(0, dtype=np.uint32)], [np.empty(0, dtype=np.uint32)]
        surety = [np.empty(0, dtype=np.uint64)]
        for batch in self.warehouse.read("media_autotags", ["media_id", "label", "confidence"]):
            numbers = self.media.numbers(batch["media_id"].to_numpy())
            coded = table.add(batch["label"])
            docs.append(numbers[coded.rows])
            codes.append(coded.codes)
            surety.append(
                np.rint(np.clip(batch["confidence"].to_numpy()[coded.rows], 0, 1) * _CONFIDENCE).astype(np.uint64)
            )
        doc, code, sure = np.concatenate(docs), np.concatenate(codes), np.concatenate(surety)
        there = doc != NONE
        wide = doc[there].astype(np.uint64) << np.uint64(32)
        labels = np.unique(wide | code[there]) >> np.uint64(32)
        topics = np.append(_topics(table.terms), np.uint8(0))
        ranked = np.sort(wide | sure[there] << np.uint64(8) | topics[code[there]])
        topic = np.zeros(self._size, dtype=np.uint8)
        topic[(ranked >> np.uint64(32)).astype(np.intp)] = ranked.astype(np.uint8)  # the last of a media stands
        return np.bincount(labels.astype(np.intp), minlength=self._size), topic


_FACE = ("x", "y", "width", "height")


def _topics(labels: list[str]) -> U8:
    """A topic for each label, from 1, the same in every build."""
    texts = text_column(pl.Series(labels, dtype=pl.String))
    hashes = hash_texts(texts.blob, texts.offsets.astype(np.int64))
    return (hashes % np.uint64(_TOPICS) + np.uint64(1)).astype(np.uint8)
