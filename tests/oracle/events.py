"""What each event of the firehose says (data-model.md §5): registers set or cleared at its server time. Keeps no state.

A register is the existence of a document, one attribute of it, one fact, or one comment, and belongs to one
warehouse table, whose snapshot time governs it. Lists (the hashtags of a media, …) are one register each, of the table
that holds them; they stand for sets, of which the larger is the one whose sorted values are. Faces and vectors are in no
answer, so they are left out, and so are views and searches.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Fields = Mapping[str, Any]

EXISTS = ""
"""The attribute that stands for the existence of a document, a fact or a comment."""

LISTS = {
    "hashtags": "media_hashtags",
    "tags": "media_tags",
    "tagged_user_ids": "media_tagged_users",
    "mentioned_user_ids": "media_mentions",
}
"""Fields of a media that are lists, and the tables that hold them."""

AUTOTAGS = "media_autotags"

CONTENT_TYPES = {1: "photo", 2: "video", 3: "album"}
VISIBILITIES = {1: "public", 2: "followers", 3: "private"}
ENUMS: Mapping[str, Mapping[int, str]] = {"content_type": CONTENT_TYPES, "visibility": VISIBILITIES}
"""Attributes whose values are numbers on the wire, of which the larger stands (of visibilities the narrower), words in tables."""


class Register(NamedTuple):
    """The table that governs it, the key there (an id, or the ids of a pair), and the attribute."""

    table: str
    key: tuple[int, ...]
    attribute: str = EXISTS


class Said(NamedTuple):
    """What is said of a register: the greater of two stands: later, then clearing, then the larger value."""

    time_ms: int
    clears: bool
    value: Any = ()


@dataclass(frozen=True)
class Event:
    """One message: server time, kind (the union's field) and the fields that were set, nested ones as mappings."""

    time_ms: int
    kind: str
    fields: Fields


Changes = Iterator[tuple[Register, Said]]


def changes(event: Event) -> Changes:
    """All that one event says."""
    return KINDS[event.kind](event.time_ms, event.fields)


def _set(time_ms: int, register: Register, value: Any = ()) -> tuple[Register, Said]:
    return register, Said(time_ms, False, value)


def _fact(time_ms: int, table: str, key: tuple[int, ...], is_set: bool, value: Any = ()) -> Changes:
    yield Register(table, key), Said(time_ms, not is_set, value if is_set else ())


def _attributes(time_ms: int, table: str, of: int, fields: Fields, columns: Mapping[str, str]) -> Changes:
    """What the fields carry, under the names of the columns; what is not carried is not said."""
    for name, column in columns.items():
        if fields.get(name) is not None:
            yield _set(time_ms, Register(table, (of,), column), fields[name])


USER = {
    "username": "username",
    "fullname": "fullname",
    "is_verified": "is_verified",
    "country": "country",
    "created_at_millis": "created_at_ms",
}
PLACE = {
    "name": "name",
    "city": "city",
    "country": "country",
    "category": "category",
    "latitude": "lat",
    "longitude": "lon",
}
GROUP = {"name": "name", "description": "description", "is_public": "is_public"}
MEDIA = {"owner_id": "owner_id", "caption": "caption", "created_at_millis": "created_at_ms"}


def _user_carried(time_ms: int, user: Fields | None) -> Changes:
    """A user inside another's event: attributes, but never existence or privacy."""
    if user is not None:
        yield from _attributes(time_ms, "users", user["id"], user, USER)


def _place(time_ms: int, place: Fields | None) -> Changes:
    """A place, carried or on its own: the document and its attributes."""
    if place is not None:
        yield _set(time_ms, Register("places", (place["id"],)))
        yield from _attributes(time_ms, "places", place["id"], place, PLACE)


def _media_carried(time_ms: int, media: Fields | None) -> Changes:
    """A media inside another's event: attributes and lists, its place, but never existence or visibility."""
    if media is None:
        return
    of = media["id"]
    yield from _attributes(time_ms, "media", of, media, MEDIA)
    yield _set(time_ms, Register("media", (of,), "content_type"), media["content_type"])
    for name, table in LISTS.items():
        if media.get(name) is not None:
            yield _set(time_ms, Register(table, (of,), name), tuple(sorted(set(media[name]))))
    if media.get("place") is not None:
        yield _set(time_ms, Register("media", (of,), "place_id"), media["place"]["id"])
        yield from _place(time_ms, media["place"])


def _user(time_ms: int, fields: Fields) -> Changes:
    user = fields["user"]
    yield from _fact(time_ms, "users", (user["id"],), not fields.get("is_deleted"))
    if not fields.get("is_deleted"):
        yield from _user_carried(time_ms, user)
        yield from _attributes(time_ms, "users", user["id"], user, {"is_private": "is_private"})


def _media(time_ms: int, fields: Fields) -> Changes:
    media = fields["media"]
    yield from _fact(time_ms, "media", (media["id"],), not fields.get("is_deleted"))
    if fields.get("is_deleted"):
        return
    yield from _media_carried(time_ms, media)
    if media.get("visibility") is not None:
        yield _set(time_ms, Register("media", (media["id"],), "visibility"), media["visibility"])
    yield from _user_carried(time_ms, fields.get("owner"))


def _media_vision(time_ms: int, fields: Fields) -> Changes:
    if fields.get("autotags") is not None:
        surest = dict(sorted((tag["label"], tag["confidence"]) for tag in fields["autotags"]))
        yield _set(time_ms, Register(AUTOTAGS, (fields["media_id"],), "autotags"), tuple(sorted(surest.items())))


def _group(time_ms: int, fields: Fields) -> Changes:
    of = fields["group_id"]
    yield from _fact(time_ms, "groups", (of,), not fields.get("is_deleted"))
    if not fields.get("is_deleted"):
        yield from _attributes(time_ms, "groups", of, fields, GROUP)


def _like(time_ms: int, fields: Fields) -> Changes:
    yield from _fact(time_ms, "likes", (fields["liker_id"], fields["media_id"]), True)
    yield from _media_carried(time_ms, fields.get("media"))
    yield from _user_carried(time_ms, fields.get("liker"))
    yield from _user_carried(time_ms, fields.get("media_owner"))


def _unlike(time_ms: int, fields: Fields) -> Changes:
    return _fact(time_ms, "likes", (fields["liker_id"], fields["media_id"]), False)


def _comment(time_ms: int, fields: Fields) -> Changes:
    """The comment, whose value is who wrote it under what."""
    who = (fields["commenter_id"], fields["media_id"])
    return _fact(time_ms, "comments", (fields["comment_id"],), not fields.get("is_deleted"), who)


def _follow(time_ms: int, fields: Fields) -> Changes:
    yield from _fact(time_ms, "follows", (fields["follower_id"], fields["followee_id"]), True)
    yield from _user_carried(time_ms, fields.get("follower"))
    yield from _user_carried(time_ms, fields.get("followee"))


def _unfollow(time_ms: int, fields: Fields) -> Changes:
    return _fact(time_ms, "follows", (fields["follower_id"], fields["followee_id"]), False)


def _block(time_ms: int, fields: Fields) -> Changes:
    return _fact(time_ms, "blocks", (fields["blocker_id"], fields["blocked_id"]), fields["is_blocked"])


def _group_member(time_ms: int, fields: Fields) -> Changes:
    return _fact(time_ms, "group_members", (fields["group_id"], fields["user_id"]), fields["is_member"])


def _group_media(time_ms: int, fields: Fields) -> Changes:
    return _fact(time_ms, "group_media", (fields["group_id"], fields["media_id"]), fields["is_added"])


def _nothing(time_ms: int, fields: Fields) -> Changes:
    return iter(())


KINDS: dict[str, Callable[[int, Fields], Changes]] = {
    "user": _user,
    "like": _like,
    "unlike": _unlike,
    "comment": _comment,
    "follow": _follow,
    "unfollow": _unfollow,
    "block": _block,
    "media": _media,
    "media_vision": _media_vision,
    "place": lambda time_ms, fields: _place(time_ms, fields["place"]),
    "view": _nothing,
    "group": _group,
    "group_member": _group_member,
    "group_media": _group_media,
    "search": _nothing,
}
