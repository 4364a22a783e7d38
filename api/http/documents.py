"""Documents by id, with some of their fields, in the viewer's world."""

from __future__ import annotations

from typing import Any

from query import World, peek
from schemas.catalogue import Vertical
from schemas.ids import ExternalId

FIELDS: dict[Vertical, tuple[str, ...]] = {
    Vertical.USER: (
        "username",
        "fullname",
        "country",
        "is_private",
        "is_verified",
        "followers",
        "created_at_ms",
    ),
    Vertical.MEDIA: (
        "owner",
        "place",
        "content_type",
        "visibility",
        "hashtags",
        "tags",
        "created_at_ms",
    ),
    Vertical.HASHTAG: ("public_media",),
    Vertical.PLACE: ("city", "country", "category", "lat", "lon", "public_media"),
    Vertical.GROUP: ("description", "is_public", "members"),
}
"""The fields that a document has beside its id, vertical and name."""
ALL_FIELDS = tuple(sorted({name for names in FIELDS.values() for name in names}))
PLURALS: dict[str, Vertical] = {
    "users": Vertical.USER,
    "media": Vertical.MEDIA,
    "hashtags": Vertical.HASHTAG,
    "places": Vertical.PLACE,
    "groups": Vertical.GROUP,
}
_IDS = ("owner",)


def document(world: World, vertical: Vertical, id_: int, fields: tuple[str, ...] | None) -> dict[str, Any] | None:
    """Id, vertical, name and the fields (None: all that there are); None where the viewer's world has no such document."""
    found = peek(world, vertical, ExternalId(id_))
    if found is None:
        return None
    shown: dict[str, Any] = {"id": str(id_), "vertical": vertical.value, "name": found["name"]}
    return shown | _chosen(found, vertical, fields)


def some_fields(world: World, vertical: Vertical, id_: int, fields: tuple[str, ...]) -> dict[str, Any] | None:
    """The fields alone."""
    found = peek(world, vertical, ExternalId(id_))
    return None if found is None else _chosen(found, vertical, fields)


def _chosen(found: dict[str, Any], vertical: Vertical, fields: tuple[str, ...] | None) -> dict[str, Any]:
    names = FIELDS[vertical] if fields is None else [name for name in FIELDS[vertical] if name in fields]
    return {name: str(found[name]) if name in _IDS else found[name] for name in names}
