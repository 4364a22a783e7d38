"""The key under which a message stands in Kafka: the id of the document that the event changes."""

from __future__ import annotations

from operator import attrgetter

from ingest.firehose.wire import DecodeError, decode

_CHANGED = {
    "user": attrgetter("user.id"),
    "like": attrgetter("media_id"),
    "unlike": attrgetter("media_id"),
    "comment": attrgetter("media_id"),
    "follow": attrgetter("followee_id"),
    "unfollow": attrgetter("followee_id"),
    "block": attrgetter("blocked_id"),
    "media": attrgetter("media.id"),
    "media_vision": attrgetter("media_id"),
    "place": attrgetter("place.id"),
    "view": attrgetter("media_id"),
    "group": attrgetter("group_id"),
    "group_member": attrgetter("group_id"),
    "group_media": attrgetter("group_id"),
    "search": attrgetter("viewer_id"),
}


def key_of(message: bytes) -> bytes | None:
    """The id in 8 bytes, big-endian, signed; None for a message that is no event, which may stand anywhere."""
    try:
        event = decode(message)
    except DecodeError:
        return None
    changed: int = _CHANGED[event.kind](event.body)
    return changed.to_bytes(8, "big", signed=True)
