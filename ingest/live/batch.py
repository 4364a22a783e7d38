"""Mutations as columns: what the state is given, by external ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from index import I64, AnyArray
from ingest.firehose.mutations import AttributeRow, DocumentRow, FactKind, Mutations
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


@final
class Spoken:
    """Documents by id of which something was said, and when. Attributes that were said together share one."""

    __slots__ = ("ids", "times")

    def __init__(self, ids: I64, times: I64) -> None:
        self.ids = ids
        self.times = times


class AttributeBatch(NamedTuple):
    """Values of one attribute: numbers (codes of a `one_of`, ids of a `ref`), or texts (`attributes.encoded`)."""

    of: Spoken
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

    def times(self) -> Iterator[I64]:
        """The times of all that is said."""
        for facts in self.facts.values():
            yield facts.times
        for documents in self.documents.values():
            yield documents.times
        for said in {attribute.of for attribute in self.attributes.values()}:
            yield said.times
        if self.comments is not None:
            yield self.comments.times


def batch_of(mutations: Mutations) -> Batch:
    """The columns of a batch of mutations."""
    batch = Batch()
    for kind, facts in mutations.facts.items():
        if facts.left:
            batch.facts[kind] = FactBatch(
                _i64(facts.left), _i64(facts.right), _i64(facts.time_ms), np.array(facts.is_set, dtype=np.bool_)
            )
    documents: dict[Vertical, list[DocumentRow]] = {}
    for row in mutations.documents:
        documents.setdefault(row.vertical, []).append(row)
    for vertical, rows in documents.items():
        _, ids, times, exists = zip(*rows, strict=True)
        batch.documents[vertical] = DocumentBatch(_i64(ids), _i64(times), np.array(exists, dtype=np.bool_))
    shapes: dict[Vertical, list[tuple[tuple[str, ...], list[AttributeRow]]]] = {}
    for (vertical, names), rows_alike in mutations.attributes.items():
        shapes.setdefault(vertical, []).append((names, rows_alike))
    for vertical, alike in shapes.items():
        _columns(batch, vertical, alike)
    if mutations.comments:
        ids, users, media, times, exists = zip(*mutations.comments, strict=True)
        batch.comments = CommentBatch(
            _i64(ids), _i64(users), _i64(media), _i64(times), np.array(exists, dtype=np.bool_)
        )
    return batch


def _columns(batch: Batch, vertical: Vertical, shapes: list[tuple[tuple[str, ...], list[AttributeRow]]]) -> None:
    """Rows that carry the same attributes are turned into columns at once."""
    columns = [dict(zip(("id", "time_ms", *names), zip(*rows, strict=True), strict=True)) for names, rows in shapes]
    spoken: dict[tuple[int, ...], Spoken] = {}
    for attribute in OF_VERTICAL[vertical]:
        places = tuple(place for place, column in enumerate(columns) if attribute.name in column)
        if not places:
            continue
        if places not in spoken:
            ids, times = (_joined(columns[place][name] for place in places) for name in ("id", "time_ms"))
            spoken[places] = Spoken(_i64(ids), _i64(times))
        values = _values(attribute, _joined(columns[place][attribute.name] for place in places))
        batch.attributes[vertical, attribute.name] = AttributeBatch(spoken[places], values)


def _joined(parts: Iterable[tuple[Any, ...]]) -> list[Any]:
    return list(chain.from_iterable(parts))


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
