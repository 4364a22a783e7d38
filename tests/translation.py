"""What mutations say, in the oracle's words."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.firehose.mutations import Mutations
from tests.oracle.events import AUTOTAGS, LISTS, Register, Said

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


def said(mutations: Mutations) -> Iterator[tuple[Register, Said]]:
    """Every register that the rows set or clear; faces and vectors are in no answer."""
    for kind, columns in mutations.facts.items():
        for left, right, time_ms, is_set in zip(*columns, strict=True):
            key = (right, left) if kind == "members" else (left, right)
            yield Register(FACTS[kind], key), Said(time_ms, not is_set)
    for document in mutations.documents:
        register = Register(TABLES[document.vertical.value], (document.id,))
        yield register, Said(document.time_ms, not document.exists)
    for attributes in mutations.attributes:
        for column, value in attributes.values.items():
            name = NAMES.get(column, column)
            table = LISTS.get(name, AUTOTAGS if name == "autotags" else TABLES[attributes.vertical.value])
            if name not in SILENT:
                yield Register(table, (attributes.id,), name), Said(attributes.time_ms, False, value)
    for comment in mutations.comments:
        who = (comment.user, comment.media) if comment.exists else ()
        yield Register("comments", (comment.id,)), Said(comment.time_ms, not comment.exists, who)
