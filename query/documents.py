"""Document numbers → what people see: ids and names."""

from __future__ import annotations

from index import U32, AnySegment, layout
from schemas.catalogue import Vertical


def external_ids(segment: AnySegment, vertical: Vertical, docs: U32) -> list[int]:
    """The external ids of documents, in their order."""
    ids: list[int] = segment.ids_of(vertical, docs).tolist()
    return ids


def names(segment: AnySegment, vertical: Vertical, docs: U32) -> list[str]:
    """The names of documents: username, `#hashtag`, place or group name; of a media, the owner's username."""
    if vertical is Vertical.MEDIA:
        docs = segment.values(layout.OWNER_COLUMN, docs)
        vertical = Vertical.USER
    texts = segment.names(vertical).of(docs)
    return [f"#{text}" for text in texts] if vertical is Vertical.HASHTAG else texts
