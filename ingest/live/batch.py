"""Mutations as columns: what the state is given, by external ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import I64, AnyArray
from ingest.firehose.mutations import AttributeRow, FactKind, Mutations
from ingest.live.attributes import ENCODERS, OF_VERTICAL, Attribute
from schemas.catalogue import Vertical

Flags = NDArray[np.bool_]
AttributeKey = tuple[Vertical, str]


class FactBatch(NamedTuple):
    """Facts of one kind."""

    left: I64
    right: I64
    times: I64
    is_set: Flags


class DocumentBatch(NamedTuple):
    """Existence of documents of one vertical."""

    ids: I64
    times: I64
    exists: Flags


class AttributeBatch(NamedTuple):
    """Values of one attribute: numbers (codes of a `one_of`, ids of a `ref`), or texts (`attributes.encoded`)."""

    ids: I64
    times: I64
    values: AnyArray | list[str]


class CommentBatch(NamedTuple):
    """Comments."""

    ids: I64
    users: I64
    media: I64
    times: I64
    exists: Flags


@dataclass(slots=True)
class Batch:
    """What is said, in any order, repetitions included; absent is what nothing is said of."""

    facts: dict[FactKind, FactBatch] = field(default_factory=dict)
    documents: dict[Vertical, DocumentBatch] = field(default_factory=dict)
    attributes: dict[AttributeKey, AttributeBatch] = field(default_factory=dict)
    comments: CommentBatch | None = None


def batch_of(mutations: Mutations) -> Batch:
    """The columns of a batch of mutations."""
    batch = Batch()
    for kind, facts in mutations.facts.items():
        if facts.left:
            batch.facts[kind] = FactBatch(
                _i64(facts.left), _i64(facts.right), _i64(facts.time_ms), np.array(facts.is_set, dtype=np.bool_)
            )
    for vertical in Vertical:
        rows = [row for row in mutations.documents if row.vertical is vertical]
        if rows:
            _, ids, times, exists = zip(*rows, strict=True)
            batch.documents[vertical] = DocumentBatch(_i64(ids), _i64(times), np.array(exists, dtype=np.bool_))
    by_vertical: dict[Vertical, list[AttributeRow]] = {}
    for row in mutations.attributes:
        by_vertical.setdefault(row.vertical, []).append(row)
    for vertical, said in by_vertical.items():
        _, ids, times, values = zip(*said, strict=True)
        _columns(batch, vertical, _i64(ids), _i64(times), values)
    if mutations.comments:
        ids, users, media, times, exists = zip(*mutations.comments, strict=True)
        batch.comments = CommentBatch(
            _i64(ids), _i64(users), _i64(media), _i64(times), np.array(exists, dtype=np.bool_)
        )
    return batch


def _columns(batch: Batch, vertical: Vertical, ids: I64, times: I64, rows: tuple[dict[str, Any], ...]) -> None:
    """Rows that carry the same attributes are turned into columns at once."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        alike.setdefault(tuple(row), []).append(place)
    places: dict[str, list[int]] = {}
    said: dict[str, list[Any]] = {}
    for names, at in alike.items():
        for name, values in zip(names, zip(*[rows[place].values() for place in at], strict=True), strict=True):
            places.setdefault(name, []).extend(at)
            said.setdefault(name, []).extend(values)
    for attribute in OF_VERTICAL[vertical]:
        if attribute.name in said:
            at = places[attribute.name]
            column = _values(attribute, said[attribute.name])
            batch.attributes[vertical, attribute.name] = AttributeBatch(ids[at], times[at], column)


def _values(attribute: Attribute, said: list[Any]) -> AnyArray | list[str]:
    match attribute.kind:
        case "float":
            return np.array(said, dtype=np.float64)
        case "flag" | "number" | "ref":
            return np.array(said, dtype=np.int64)
        case "one_of":
            codes = {value: code for code, value in enumerate(attribute.values)}
            return np.array([codes[value] for value in said], dtype=np.int64)
        case "text":
            return said
        case kind:
            encode = ENCODERS[kind]
            return [encode(value) for value in said]


def _i64(values: Any) -> I64:
    return np.array(values, dtype=np.int64)
