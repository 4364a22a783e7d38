"""The sidecar of a base (`index/sidecar.py`) from the tables of a warehouse. Read after the facts: it goes by their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from index import (
    I64,
    NONE,
    AnyArray,
    BulkIdMap,
    Strings,
    caption_marks,
    comment_marks,
    hash_texts,
    new_words,
    set_bits,
    split_marks,
)
from ingest.cleaning import End, Kept, keep, kept_batches, load, pairs
from ingest.facts import MediaRows
from ingest.warehouse import Warehouse
from schemas.tables import TABLES

_SHIFT = np.uint64(32)
WAITING: Mapping[str, tuple[str, ...]] = {
    "follows": ("follower_id", "followee_id"),
    "blocks": ("blocker_id", "blocked_id"),
    "likes": ("liker_id", "media_id"),
    "group_members": ("user_id", "group_id"),
    "group_media": ("group_id", "media_id"),
    "comments": ("id", "commenter_id", "media_id"),
    "media_hashtags": ("media_id", "hashtag"),
    "media_tagged_users": ("media_id", "user_id"),
    "media_mentions": ("media_id", "user_id"),
    "media_tags": ("media_id", "tag"),
    "media_autotags": ("media_id", "label"),
    "media": ("id", "owner_id", "content_type", "visibility", "caption", "place_id", "created_at_ms"),
}
"""The columns of rows that wait."""
PLACELESS = "media_place"
"""Media that stand without their place, which is unknown: `media_id`, `place_id`."""


@dataclass(frozen=True, slots=True)
class SidecarSource:
    """What a sidecar is made from; `documents` by table, `counts` by table and reason, complete."""

    warehouse: Warehouse
    counts: Mapping[str, Mapping[str, int]]
    documents: Mapping[str, BulkIdMap]
    media_rows: MediaRows

    def arrays(self) -> dict[str, AnyArray]:
        """All arrays of the sidecar by name."""
        known = {table: self.documents[table] for table in ("users", "media")}
        comments = keep(self.warehouse, "comments", Counter(), known)
        return {
            **self._blocks(),
            **self._comments(comments),
            **self._captions(),
            **self._autotagged(),
            **self._waiting({"media": self.media_rows.kept.ids, "comments": comments.ids}),
        }

    def _blocks(self) -> dict[str, AnyArray]:
        users = self.documents["users"]
        found = pairs(self.warehouse, "blocks", End("blocker_id", users), End("blocked_id", users), Counter())
        return {"blocks": np.unique(found.left.astype(np.uint64) << _SHIFT | found.right)}

    def _comments(self, kept: Kept) -> dict[str, AnyArray]:
        ends = load(self.warehouse, "comments", ["commenter_id", "media_id"], kept.rows)
        users = self.documents["users"].numbers(ends["commenter_id"].to_numpy()).astype(np.uint64)
        media = self.documents["media"].numbers(ends["media_id"].to_numpy())
        codes = users << _SHIFT | media
        marks = comment_marks(kept.ids)
        order = np.argsort(marks)
        low, high = split_marks(marks[order], np.uint16)
        at = np.searchsorted(np.unique(codes), codes[order])
        return {"comments.low": low, "comments.high": high, "comments.at": at.astype(np.uint32)}

    def _captions(self) -> dict[str, AnyArray]:
        hashes = np.zeros(len(self.media_rows.numbers), dtype=np.uint64)
        start = 0
        for batch in kept_batches(self.warehouse, "media", ["caption"], self.media_rows.kept.rows):
            texts = text_column(batch["caption"])
            numbers = self.media_rows.numbers[start : start + batch.height]
            hashes[numbers] = hash_texts(texts.blob, texts.offsets.astype(np.int64))
            start += batch.height
        low, high = split_marks(caption_marks(hashes), np.uint8)
        return {"captions.low": low, "captions.high": high}

    def _autotagged(self) -> dict[str, AnyArray]:
        words = new_words(len(self.media_rows.numbers))
        for batch in self.warehouse.read("media_autotags", ["media_id"]):
            docs = self.documents["media"].numbers(batch["media_id"].to_numpy())
            set_bits(words, 0, docs[docs != NONE])
        return {"autotagged": words}

    def _waiting(self, kept: Mapping[str, I64]) -> dict[str, AnyArray]:
        """The rows that wait; `kept` holds the ids that stand, of tables with key `id`."""
        arrays: dict[str, AnyArray] = {}
        for table, columns in WAITING.items():
            if not self.counts.get(table, {}).get("dangling", 0):
                continue
            if table in kept:
                time = TABLES[table].time
                rows = pl.concat(self._dangling(table, list(dict.fromkeys((time, *columns)))))
                rows = _standing(rows, time, kept[table]).select(columns)
            else:
                rows = pl.concat(self._dangling(table, columns))
            arrays |= column_arrays(f"waiting.{table}", rows)
        if self.counts.get("media", {}).get("unknown_place", 0):
            arrays |= column_arrays(f"waiting.{PLACELESS}", pl.concat(self._placeless()))
        return arrays

    def _dangling(self, table: str, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        spec = TABLES[table]
        references = {
            column.name: column.references for column in spec.columns if column.references and column.required
        }
        for batch in self.warehouse.read(table, columns):
            lost = np.zeros(batch.height, dtype=np.bool_)
            for name, of in references.items():
                lost |= self.documents[of].numbers(batch[name].to_numpy()) == NONE
            if spec.distinct:
                lost &= (batch[spec.distinct[0]] != batch[spec.distinct[1]]).to_numpy()
            yield batch.filter(lost)

    def _placeless(self) -> Iterator[pl.DataFrame]:
        for batch in kept_batches(self.warehouse, "media", ["id", "place_id"], self.media_rows.kept.rows):
            placed = batch.filter(batch["place_id"].is_not_null())
            lost = self.documents["places"].numbers(placed["place_id"].to_numpy()) == NONE
            yield placed.filter(lost).rename({"id": "media_id"})


def _standing(rows: pl.DataFrame, time: str, kept: I64) -> pl.DataFrame:
    """Of several rows of one id that wait, the one that stands; none of an id that a kept row has."""
    by = ["id", time, *(name for name in rows.columns if name not in ("id", time))]
    standing = rows.sort(by, descending=True, nulls_last=True).unique("id", keep="first", maintain_order=True)
    taken = np.zeros(standing.height + 1, dtype=np.bool_)
    places = BulkIdMap(standing["id"].to_numpy()).numbers(kept)
    taken[np.minimum(places, standing.height)] = True
    return standing.filter(~taken[:-1])


def column_arrays(prefix: str, frame: pl.DataFrame) -> dict[str, AnyArray]:
    """The columns of a frame as arrays: whole numbers, and texts as blob and offsets. A null reference has no `has_…`."""
    arrays: dict[str, AnyArray] = {}
    for name in frame.columns:
        series = frame[name]
        if series.dtype == pl.String:
            texts = text_column(series)
            arrays[f"{prefix}.{name}.blob"], arrays[f"{prefix}.{name}.offsets"] = texts.blob, texts.offsets
            continue
        if series.null_count():
            arrays[f"{prefix}.has_{name}"] = series.is_not_null().to_numpy().astype(np.uint8)
        arrays[f"{prefix}.{name}"] = series.fill_null(0).to_numpy()
    return arrays


def text_column(texts: pl.Series) -> Strings:
    """The column of these texts, which hold no nulls."""
    offsets = np.zeros(len(texts) + 1, dtype=np.uint64)
    np.cumsum(texts.str.len_bytes().to_numpy(), out=offsets[1:], dtype=np.uint64)
    parts = (texts.slice(start, _BLOB_ROWS) for start in range(0, len(texts), _BLOB_ROWS))
    blob = b"".join(part.str.join().item().encode() for part in parts)
    return Strings(np.frombuffer(blob, dtype=np.uint8), offsets)


_BLOB_ROWS = 1_000_000
