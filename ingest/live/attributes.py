"""The attributes of documents: of which table each is, what kind of value it holds, and how lists are written as one text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from schemas.catalogue import Vertical
from schemas.tables import CONTENT_TYPES, VISIBILITIES

Kind = Literal["flag", "number", "float", "one_of", "ref", "text", "texts", "ids", "labels"]
SCALARS: tuple[Kind, ...] = ("flag", "number", "float", "one_of", "ref")
LISTS: tuple[Kind, ...] = ("texts", "ids", "labels")

_END = "\x1f"
_ESCAPE = "\x1b"
_BESIDE = "\x1e"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute, by the names of data-model.md §1; lists stand in a table of their own.

    `values` are those of a `one_of`, by code; `of` is the vertical of what a `ref` or the items of `ids` name.
    """

    vertical: Vertical
    name: str
    table: str
    kind: Kind
    values: tuple[str, ...] = ()
    of: Vertical | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether a value is one number (else it is a text)."""
        return self.kind in SCALARS


_U, _M, _P, _G = Vertical.USER, Vertical.MEDIA, Vertical.PLACE, Vertical.GROUP

_ALL = (
    Attribute(_U, "username", "users", "text"),
    Attribute(_U, "fullname", "users", "text"),
    Attribute(_U, "country", "users", "text"),
    Attribute(_U, "is_private", "users", "flag"),
    Attribute(_U, "is_verified", "users", "flag"),
    Attribute(_U, "created_at_ms", "users", "number"),
    Attribute(_M, "owner_id", "media", "ref", of=_U),
    Attribute(_M, "content_type", "media", "one_of", CONTENT_TYPES),
    Attribute(_M, "visibility", "media", "one_of", VISIBILITIES),
    Attribute(_M, "caption", "media", "text"),
    Attribute(_M, "place_id", "media", "ref", of=_P),
    Attribute(_M, "created_at_ms", "media", "number"),
    Attribute(_M, "hashtags", "media_hashtags", "texts"),
    Attribute(_M, "tags", "media_tags", "texts"),
    Attribute(_M, "tagged", "media_tagged_users", "ids", of=_U),
    Attribute(_M, "mentions", "media_mentions", "ids", of=_U),
    Attribute(_M, "autotags", "media_autotags", "labels"),
    Attribute(_P, "name", "places", "text"),
    Attribute(_P, "city", "places", "text"),
    Attribute(_P, "country", "places", "text"),
    Attribute(_P, "category", "places", "text"),
    Attribute(_P, "lat", "places", "float"),
    Attribute(_P, "lon", "places", "float"),
    Attribute(_G, "name", "groups", "text"),
    Attribute(_G, "description", "groups", "text"),
    Attribute(_G, "is_public", "groups", "flag"),
)
"""Faces and vectors are of no edge, so the live index keeps none."""

ATTRIBUTES: Mapping[tuple[Vertical, str], Attribute] = {(a.vertical, a.name): a for a in _ALL}
OF_VERTICAL: Mapping[Vertical, tuple[Attribute, ...]] = {v: tuple(a for a in _ALL if a.vertical is v) for v in Vertical}
TABLE_OF: Mapping[Vertical, str] = {_U: "users", _M: "media", _P: "places", _G: "groups"}
"""The table that says which documents of a vertical exist; hashtags have none."""


def _joined(items: tuple[str, ...]) -> str:
    if not items:
        return ""
    text = _END.join(items) + _END
    if _ESCAPE in text or text.count(_END) != len(items):
        escaped = (item.replace(_ESCAPE, _ESCAPE + "e").replace(_END, _ESCAPE + "n") for item in items)
        text = _END.join(escaped) + _END
    return text


def _joined_ids(ids: tuple[int, ...]) -> str:
    return ",".join(map(str, ids))


def _joined_labels(labels: tuple[tuple[str, float], ...]) -> str:
    return _joined(tuple(f"{confidence!r}{_BESIDE}{label}" for label, confidence in labels))


ENCODERS: Mapping[Kind, Callable[[Any], str]] = {"texts": _joined, "ids": _joined_ids, "labels": _joined_labels}
"""Tuples as one text, by kind of list; equal lists have equal texts."""


def decoded(kind: Kind, text: str) -> Any:
    """The value that was encoded: a text, or a tuple, which compare as the values of data-model.md §5 do."""
    match kind:
        case "text":
            return text
        case "ids":
            return tuple(map(int, text.split(","))) if text else ()
        case "labels":
            pairs = (item.partition(_BESIDE) for item in _split(text))
            return tuple((label, float(confidence)) for confidence, _, label in pairs)
        case _:
            return tuple(_split(text))


def _split(text: str) -> list[str]:
    if not text:
        return []
    items = text[:-1].split(_END)
    if _ESCAPE in text:
        return [item.replace(_ESCAPE + "n", _END).replace(_ESCAPE + "e", _ESCAPE) for item in items]
    return items
