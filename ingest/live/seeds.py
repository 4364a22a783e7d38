"""What a base holds of documents that are not there, as a batch: it waits for them, below every event."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from index import I64, AnyArray, Strings
from ingest.firehose.mutations import FactKind
from ingest.live.attributes import ATTRIBUTES, ENCODERS
from ingest.live.base import Base
from ingest.live.batch import AttributeBatch, Batch, CommentBatch, DocumentBatch, FactBatch, Spoken
from ingest.live.lists import OF_MEDIA
from schemas.catalogue import Vertical
from schemas.tables import CONTENT_TYPES, VISIBILITIES

_M = Vertical.MEDIA
_FACTS: dict[FactKind, tuple[str, str, str]] = {
    "follows": ("follows", "follower_id", "followee_id"),
    "blocks": ("blocks", "blocker_id", "blocked_id"),
    "likes": ("likes", "liker_id", "media_id"),
    "members": ("group_members", "user_id", "group_id"),
    "group_media": ("group_media", "group_id", "media_id"),
}
_LISTS = {
    "hashtags": ("media_hashtags", "hashtag"),
    "tags": ("media_tags", "tag"),
    "tagged": ("media_tagged_users", "user_id"),
    "mentions": ("media_mentions", "user_id"),
    "autotags": ("media_autotags", "label"),
}


def seeds(base: Base) -> Batch:
    """The rows that wait, by `LiveState.apply` with `is_seed`."""
    batch = Batch()
    for kind, (table, left, right) in _FACTS.items():
        lefts = _numbers(base, table, left)
        if lefts is not None:
            batch.facts[kind] = FactBatch(lefts, _numbers_of(base, table, right), _no_times(lefts), _all(lefts))
    _media(base, batch)
    for name, (table, column) in _LISTS.items():
        media = _numbers(base, table, "media_id")
        if media is not None:
            _list(base, batch, name, media, _values(base, table, column))
    comments = _numbers(base, "comments", "id")
    if comments is not None:
        users, media = _numbers_of(base, "comments", "commenter_id"), _numbers_of(base, "comments", "media_id")
        batch.comments = CommentBatch(comments, users, media, _no_times(comments), _all(comments))
    return batch


def _media(base: Base, batch: Batch) -> None:
    """Media whose owner is not there, and the places of media that are not there."""
    placed = [part for part in (_numbers(base, "media_place", "media_id"),) if part is not None]
    places = [_numbers_of(base, "media_place", "place_id")] if placed else []
    ids = _numbers(base, "media", "id")
    if ids is not None:
        batch.documents[_M] = DocumentBatch(ids, _no_times(ids), _all(ids))
        codes = {
            name: np.array([values.index(text) for text in _texts(base, "media", name)], dtype=np.int64)
            for name, values in (("content_type", CONTENT_TYPES), ("visibility", VISIBILITIES))
        }
        numbers = {name: _numbers_of(base, "media", name) for name in ("owner_id", "created_at_ms")}
        for name, values in (codes | numbers).items():
            batch.attributes[_M, name] = AttributeBatch(Spoken(ids, _no_times(ids)), values)
        batch.attributes[_M, "caption"] = AttributeBatch(
            Spoken(ids, _no_times(ids)), list(_texts(base, "media", "caption"))
        )
        has_place = base.sidecar.get("waiting.media.has_place_id", np.ones(len(ids), dtype=np.uint8)) != 0
        placed.append(ids[has_place])
        places.append(_numbers_of(base, "media", "place_id")[has_place])
    if placed:
        media = np.concatenate(placed)
        batch.attributes[_M, "place_id"] = AttributeBatch(Spoken(media, _no_times(media)), np.concatenate(places))


def _list(base: Base, batch: Batch, name: str, media: I64, items: Iterable[str | int]) -> None:
    """Lists as a whole: what waits, and what the base holds of a media that is there."""
    encode = ENCODERS[ATTRIBUTES[_M, name].kind]
    held: dict[int, list[str | int]] = {}
    for of, item in zip(media.tolist(), items, strict=True):
        held.setdefault(of, []).append(item)
    if name in ("tagged", "mentions"):
        users = base.segment.ids(Vertical.USER)
        for of, list_ in held.items():
            doc = base.segment.idmap(_M).find(of)  # type: ignore[arg-type]
            if doc is not None:
                _, numbers = base.lists(OF_MEDIA[name], np.array([doc], dtype=np.uint32))
                list_ += users[numbers].tolist()
    ids = np.array(list(held), dtype=np.int64)
    if name == "autotags":
        texts = [encode(tuple((label, 0.0) for label in labels)) for labels in held.values()]
    else:
        texts = [encode(tuple(list_)) for list_ in held.values()]
    batch.attributes[_M, name] = AttributeBatch(Spoken(ids, _no_times(ids)), texts)


def _values(base: Base, table: str, column: str) -> Iterable[str | int]:
    numbers = _numbers(base, table, column)
    return numbers.tolist() if numbers is not None else list(_texts(base, table, column))


def _numbers(base: Base, table: str, column: str) -> I64 | None:
    return base.sidecar.get(f"waiting.{table}.{column}")


def _numbers_of(base: Base, table: str, column: str) -> I64:
    numbers = _numbers(base, table, column)
    assert numbers is not None
    return numbers


def _texts(base: Base, table: str, column: str) -> Iterable[str]:
    name = f"waiting.{table}.{column}"
    strings = Strings(base.sidecar[f"{name}.blob"], base.sidecar[f"{name}.offsets"])
    return (strings[row] for row in range(len(strings)))


def _no_times(rows: AnyArray) -> I64:
    return np.zeros(len(rows), dtype=np.int64)


def _all(rows: AnyArray) -> NDArray[np.bool_]:
    return np.ones(len(rows), dtype=np.bool_)
