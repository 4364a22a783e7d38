"""What events change, as values: the vocabulary between `translate`, which knows meaning, and the live index, which keeps state.

All of it is last-writer-wins (data-model.md §5): each row carries the server time of its event, in milliseconds. Rows of one
batch may come in any order and be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Literal, NamedTuple

from schemas.catalogue import Vertical

FactKind = Literal["follows", "blocks", "likes", "members", "group_media"]
"""Facts between two documents; `left` and `right` as in `index.PairFact`: follower followee, blocker blocked, user media,
user group, group media."""
FACT_KINDS: tuple[FactKind, ...] = ("follows", "blocks", "likes", "members", "group_media")


class FactRows(NamedTuple):
    """Facts of one kind as columns, external ids: `left[i]` with `right[i]` is set or cleared at `time_ms[i]`."""

    left: list[int]
    right: list[int]
    time_ms: list[int]
    is_set: list[bool]


class DocumentRow(NamedTuple):
    """The existence of a document."""

    vertical: Vertical
    id: int
    time_ms: int
    exists: bool


Shape = tuple[Vertical, tuple[str, ...]]
"""Which attributes of a document are told, by the names of the warehouse columns.

user: username, fullname, is_private, is_verified, country, created_at_ms. media: owner_id, content_type and visibility (as in
the table), caption, place_id, created_at_ms, and as tuples, each replaced as a whole: hashtags and tags (raw texts), tagged
and mentions (user ids), autotags ((label, confidence), …), faces ((x, y, width, height), …), vector (floats).
place: name, city, country, category, lat, lon. group: name, description, is_public.
"""
AttributeRow = tuple[Any, ...]
"""The id of a document, the time, and the values of the attributes of the row's shape, none of them None."""


class CommentRow(NamedTuple):
    """One comment, told apart by its id; the fact comment(user, media) holds while at least one of theirs exists."""

    id: int
    user: int
    media: int
    time_ms: int
    exists: bool


def _fact_columns() -> dict[FactKind, FactRows]:
    return {kind: FactRows([], [], [], []) for kind in FACT_KINDS}


@dataclass(slots=True)
class Mutations:
    """A batch under construction."""

    facts: dict[FactKind, FactRows] = field(default_factory=_fact_columns)
    documents: list[DocumentRow] = field(default_factory=list)
    attributes: dict[Shape, list[AttributeRow]] = field(default_factory=dict)
    comments: list[CommentRow] = field(default_factory=list)

    def tell(self, vertical: Vertical, names: tuple[str, ...], row: AttributeRow) -> None:
        """Add what is told of a document; a value that is None is absent."""
        if None in row:
            names, row = _present(names, row)
            if not names:
                return
        rows = self.attributes.get((vertical, names))
        if rows is None:
            rows = self.attributes[vertical, names] = []
        rows.append(row)


def _present(names: tuple[str, ...], row: AttributeRow) -> tuple[tuple[str, ...], AttributeRow]:
    is_told = [value is not None for value in row]
    return tuple(compress(names, is_told[2:])), tuple(compress(row, is_told))
