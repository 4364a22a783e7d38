"""Document numbers → what people see: ids and names."""

from __future__ import annotations

from index import U32, Segment, layout
from schemas.catalogue import Vertical


def external_ids(segment: Segment, vertical: Vertical, docs: U32) -> list[int]:
    """The external ids of documents, in their order."""
    ids: list[int] = segment.ids(vertical)[docs].tolist()
    return ids


def names(segment: Segment, vertical: Vertical, docs: U32) -> list[str]:
    """The names of documents: username, `#hashtag`, place or group name; of a media, the owner's username."""
    if vertical is Vertical.MEDIA:
        docs = segment.column(layout.OWNER_COLUMN)[docs]
    column = segment.text(
        Vertical.USER if vertical is Vertical.MEDIA else vertical,
        "username" if vertical in (Vertical.USER, Vertical.MEDIA) else "name",
    )
    starts = column.offsets[docs].tolist()
    ends = column.offsets[docs + 1].tolist()
    blob = column.blob.data
    texts = [str(blob[start:end], "utf-8") for start, end in zip(starts, ends, strict=True)]
    return [f"#{text}" for text in texts] if vertical is Vertical.HASHTAG else texts
