"""The warehouse tables of data-model.md §1: columns, kinds, defaults, keys and references. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "ref", "text", "bool", "int", "time", "float", "floats"]
Default = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column; null means `default`, in a `required` column it keeps the row out."""

    name: str
    kind: Kind
    required: bool = False
    default: Default = None
    references: str = ""
    """The table whose ids this column names; a row that names an unknown one is kept out."""
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table; of several rows with one `key` the one with the larger `time` stands, then the larger values."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    time: str = ""
    distinct: tuple[str, str] | None = None
    """Two columns that may not be equal (nobody follows himself)."""

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def _id(name: str, references: str = "") -> Column:
    return Column(name, "ref" if references else "id", required=True, references=references)


def _text(name: str, *, required: bool = False, default: str = "", one_of: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", required=required, default=None if required else default, one_of=one_of)


def _time(name: str, *, required: bool = False) -> Column:
    return Column(name, "time", required=required, default=None if required else 0)


def _flag(name: str, default: bool = False) -> Column:
    return Column(name, "bool", default=default)


def _number(name: str) -> Column:
    return Column(name, "float", default=0.0)


CONTENT_TYPES = ("photo", "video", "album")
VISIBILITIES = ("public", "followers", "private")

_ALL = (
    Table(
        "users",
        (
            _id("id"),
            _text("username", required=True),
            _text("fullname"),
            _flag("is_private"),
            _flag("is_verified"),
            _text("country"),
            _time("created_at_ms"),
        ),
        key=("id",),
        time="created_at_ms",
    ),
    Table(
        "follows",
        (_id("follower_id", "users"), _id("followee_id", "users"), _time("created_at_ms")),
        key=("follower_id", "followee_id"),
        time="created_at_ms",
        distinct=("follower_id", "followee_id"),
    ),
    Table(
        "blocks",
        (_id("blocker_id", "users"), _id("blocked_id", "users"), _time("created_at_ms")),
        key=("blocker_id", "blocked_id"),
        time="created_at_ms",
        distinct=("blocker_id", "blocked_id"),
    ),
    Table(
        "media",
        (
            _id("id"),
            _id("owner_id", "users"),
            _text("content_type", default="photo", one_of=CONTENT_TYPES),
            _text("visibility", default="public", one_of=VISIBILITIES),
            _text("caption"),
            Column("place_id", "ref"),
            _time("created_at_ms", required=True),
        ),
        key=("id",),
        time="created_at_ms",
    ),
    Table(
        "media_hashtags",
        (_id("media_id", "media"), _text("hashtag", required=True)),
        key=("media_id", "hashtag"),
    ),
    Table("media_tagged_users", (_id("media_id", "media"), _id("user_id", "users")), key=("media_id", "user_id")),
    Table("media_mentions", (_id("media_id", "media"), _id("user_id", "users")), key=("media_id", "user_id")),
    Table("media_tags", (_id("media_id", "media"), _text("tag", required=True)), key=("media_id", "tag")),
    Table(
        "media_autotags",
        (_id("media_id", "media"), _text("label", required=True), _number("confidence")),
        key=("media_id", "label"),
    ),
    Table(
        "media_faces",
        (_id("media_id", "media"), _number("x"), _number("y"), _number("width"), _number("height")),
        key=("media_id", "x", "y", "width", "height"),
    ),
    Table("media_vectors", (_id("media_id", "media"), Column("vector", "floats")), key=("media_id",)),
    Table(
        "likes",
        (_id("liker_id", "users"), _id("media_id", "media"), _time("created_at_ms")),
        key=("liker_id", "media_id"),
        time="created_at_ms",
    ),
    Table(
        "comments",
        (
            _id("id"),
            _id("commenter_id", "users"),
            _id("media_id", "media"),
            _text("text"),
            _time("created_at_ms"),
        ),
        key=("id",),
        time="created_at_ms",
    ),
    Table(
        "views",
        (_id("viewer_id", "users"), _id("media_id", "media"), _time("viewed_at_ms")),
        key=("viewer_id", "media_id", "viewed_at_ms"),
        time="viewed_at_ms",
    ),
    Table(
        "places",
        (
            _id("id"),
            _text("name", required=True),
            _text("city"),
            _text("country"),
            _text("category"),
            _number("lat"),
            _number("lon"),
        ),
        key=("id",),
    ),
    Table(
        "groups",
        (
            _id("id"),
            _text("name", required=True),
            _text("description"),
            _flag("is_public", True),
            _time("created_at_ms"),
        ),
        key=("id",),
        time="created_at_ms",
    ),
    Table(
        "group_members",
        (_id("group_id", "groups"), _id("user_id", "users"), _time("joined_at_ms")),
        key=("group_id", "user_id"),
        time="joined_at_ms",
    ),
    Table(
        "group_media",
        (
            _id("group_id", "groups"),
            _id("media_id", "media"),
            Column("added_by", "ref"),
            _time("added_at_ms"),
        ),
        key=("group_id", "media_id"),
        time="added_at_ms",
    ),
    Table(
        "search_log",
        (
            _time("ts_ms"),
            _text("request_id"),
            _text("session_id"),
            Column("viewer_id", "ref"),
            _text("country"),
            _text("surface"),
            _text("query"),
            Column("position", "int", default=0),
            _text("vertical"),
            Column("result_id", "ref"),
            _flag("clicked"),
            _flag("followed"),
        ),
        key=("request_id", "position"),
        time="ts_ms",
    ),
    Table(
        "snapshot",
        (_text("table", required=True), _time("as_of_ms", required=True)),
        key=("table",),
        time="as_of_ms",
    ),
    Table(
        "rank_counts",
        (_text("vertical", required=True), _id("id"), Column("count", "int", default=0)),
        key=("vertical", "id"),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _ALL}
