"""The warehouse tables of data-model.md §1 that edges are made from: columns, keys, times, references."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

REQUIRED = object()


@dataclass(frozen=True)
class Column:
    name: str
    dtype: Any
    default: Any


def _id(name: str) -> Column:
    return Column(name, pl.Int64, REQUIRED)


def _time(name: str = "created_at_ms") -> Column:
    return Column(name, pl.Int64, 0)


def _text(name: str, default: Any = "") -> Column:
    return Column(name, pl.String, default)


def _flag(name: str, default: bool) -> Column:
    return Column(name, pl.Boolean, default)


def _number(name: str) -> Column:
    return Column(name, pl.Float64, 0.0)


def _reference(name: str) -> Column:
    return Column(name, pl.Int64, None)


@dataclass(frozen=True)
class Table:
    """Columns in the order of the page; the key; the time column; references, whose rows must exist."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    time: str | None
    references: Mapping[str, str]


# Documents stand before what refers to them: this is also the order of cleaning.
TABLES: dict[str, Table] = {
    "users": Table(
        (
            _id("id"),
            _text("username", REQUIRED),
            _text("fullname"),
            _flag("is_private", False),
            _flag("is_verified", False),
            _text("country"),
            _time(),
        ),
        ("id",),
        "created_at_ms",
        {},
    ),
    "places": Table(
        (
            _id("id"),
            _text("name", REQUIRED),
            _text("city"),
            _text("country"),
            _text("category"),
            _number("lat"),
            _number("lon"),
        ),
        ("id",),
        None,
        {},
    ),
    "groups": Table(
        (_id("id"), _text("name", REQUIRED), _text("description"), _flag("is_public", True), _time()),
        ("id",),
        "created_at_ms",
        {},
    ),
    "media": Table(
        (
            _id("id"),
            _id("owner_id"),
            _text("content_type", "photo"),
            _text("visibility", "public"),
            _text("caption"),
            _reference("place_id"),
            Column("created_at_ms", pl.Int64, REQUIRED),
        ),
        ("id",),
        "created_at_ms",
        {"owner_id": "users"},
    ),
    "follows": Table(
        (_id("follower_id"), _id("followee_id"), _time()),
        ("follower_id", "followee_id"),
        "created_at_ms",
        {"follower_id": "users", "followee_id": "users"},
    ),
    "blocks": Table(
        (_id("blocker_id"), _id("blocked_id"), _time()),
        ("blocker_id", "blocked_id"),
        "created_at_ms",
        {"blocker_id": "users", "blocked_id": "users"},
    ),
    "media_hashtags": Table(
        (_id("media_id"), _text("hashtag", REQUIRED)), ("media_id", "hashtag"), None, {"media_id": "media"}
    ),
    "media_tagged_users": Table(
        (_id("media_id"), _id("user_id")),
        ("media_id", "user_id"),
        None,
        {"media_id": "media", "user_id": "users"},
    ),
    "media_mentions": Table(
        (_id("media_id"), _id("user_id")),
        ("media_id", "user_id"),
        None,
        {"media_id": "media", "user_id": "users"},
    ),
    "media_tags": Table((_id("media_id"), _text("tag", REQUIRED)), ("media_id", "tag"), None, {"media_id": "media"}),
    "media_autotags": Table(
        (_id("media_id"), _text("label", REQUIRED), _number("confidence")),
        ("media_id", "label"),
        None,
        {"media_id": "media"},
    ),
    "media_faces": Table(
        (_id("media_id"), _number("x"), _number("y"), _number("width"), _number("height")),
        ("media_id", "x", "y", "width", "height"),
        None,
        {"media_id": "media"},
    ),
    "likes": Table(
        (_id("liker_id"), _id("media_id"), _time()),
        ("liker_id", "media_id"),
        "created_at_ms",
        {"liker_id": "users", "media_id": "media"},
    ),
    "comments": Table(
        (_id("id"), _id("commenter_id"), _id("media_id"), _text("text"), _time()),
        ("id",),
        "created_at_ms",
        {"commenter_id": "users", "media_id": "media"},
    ),
    "group_members": Table(
        (_id("group_id"), _id("user_id"), _time("joined_at_ms")),
        ("group_id", "user_id"),
        "joined_at_ms",
        {"group_id": "groups", "user_id": "users"},
    ),
    "group_media": Table(
        (_id("group_id"), _id("media_id"), _reference("added_by"), _time("added_at_ms")),
        ("group_id", "media_id"),
        "added_at_ms",
        {"group_id": "groups", "media_id": "media"},
    ),
    "rank_counts": Table(
        (_text("vertical", REQUIRED), _id("id"), Column("count", pl.Int64, 0)), ("vertical", "id"), None, {}
    ),
}
