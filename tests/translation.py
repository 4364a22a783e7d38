"""What mutations say, in the oracle's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ingest.firehose.mutations import Mutations
from schemas.catalogue import Vertical
from tests.oracle.events import AUTOTAGS, ENUMS, LISTS, Register, Said

FACTS = {
    "follows": "follows",
    "blocks": "blocks",
    "likes": "likes",
    "members": "group_members",
    "group_media": "group_media",
}
TABLES = {"user": "users", "media": "media", "place": "places", "group": "groups"}
NAMES = {"tagged": "tagged_user_ids", "mentions": "mentioned_user_ids"}
SILENT = ("faces", "vector")


class Attributes(NamedTuple):
    """What mutations tell of a document."""

    vertical: Vertical
    id: int
    time_ms: int
    values: dict[str, Any]


def attribute_rows(mutations: Mutations) -> list[Attributes]:
    """All that is told of documents, row by row."""
    return [
        Attributes(vertical, of, time_ms, dict(zip(names, values, strict=True)))
        for (vertical, names), rows in mutations.attributes.items()
        for of, time_ms, *values in rows
    ]


def tell(mutations: Mutations, row: Attributes) -> None:
    """The other way round."""
    mutations.tell(row.vertical, tuple(row.values), (row.id, row.time_ms, *row.values.values()))


def spoken(name: str, value: Any) -> Any:
    """A value as it is on the wire."""
    return next((number for number, word in ENUMS.get(name, {}).items() if word == value), value)


def said(mutations: Mutations) -> Iterator[tuple[Register, Said]]:
    """Every register that the rows set or clear; faces and vectors are in no answer."""
    for kind, columns in mutations.facts.items():
        for left, right, time_ms, is_set in zip(*columns, strict=True):
            key = (right, left) if kind == "members" else (left, right)
            yield Register(FACTS[kind], key), Said(time_ms, not is_set)
    for document in mutations.documents:
        register = Register(TABLES[document.vertical.value], (document.id,))
        yield register, Said(document.time_ms, not document.exists)
    for attributes in attribute_rows(mutations):
        for column, value in attributes.values.items():
            name = NAMES.get(column, column)
            table = LISTS.get(name, AUTOTAGS if name == "autotags" else TABLES[attributes.vertical.value])
            if name not in SILENT:
                yield Register(table, (attributes.id,), name), Said(attributes.time_ms, False, spoken(name, value))
    for comment in mutations.comments:
        who = (comment.user, comment.media) if comment.exists else ()
        yield Register("comments", (comment.id,)), Said(comment.time_ms, not comment.exists, who)
