"""Last.fm tags: posts about artists with their tags as hashtags, listeners as likers, tags as groups."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ingest.importers.sources import mutual, read
from ingest.warehouse_writer import WarehouseWriter

FILES = (
    "friends.parquet",
    "user_artists.parquet",
    "tag_assignments.parquet",
    "artists.parquet",
    "tags.parquet",
)
PEOPLE_PER_GROUP = 5


def import_lastfm(source: Path, writer: WarehouseWriter) -> None:
    """One post per (user, artist, day), numbered from 1 by day, user, artist; users and tags keep their
    numbers.

    Users are all who occur, named `user<number>`; groups are the tags that at least `PEOPLE_PER_GROUP`
    people used. A post about an artist without a row has an empty caption. Days before 1970 stay as they
    are.
    """
    friends = read(source, FILES[0], {"src": "integer", "dst": "integer"})
    listens = read(source, FILES[1], {"user_id": "integer", "artist_id": "integer"})
    uses = read(
        source,
        FILES[2],
        {"user_id": "integer", "artist_id": "integer", "tag_id": "integer", "date": "day"},
    )
    artists = read(source, FILES[3], {"artist_id": "integer", "name": "text"}).unique("artist_id", keep="first")
    tags = read(source, FILES[4], {"tag_id": "integer", "name": "text"}).unique("tag_id", keep="first")

    columns = [friends["src"], friends["dst"], listens["user_id"], uses["user_id"]]
    users = pl.concat([column.alias("id") for column in columns]).unique().sort()
    writer.add("users", {"id": users, "username": "user" + users.cast(pl.String)})
    writer.add("follows", mutual(friends).to_dict())

    posts = _posts(uses)
    captions = posts.join(artists, on="artist_id", how="left", maintain_order="left")["name"].fill_null("")
    writer.add(
        "media",
        {
            "id": posts["id"],
            "owner_id": posts["user_id"],
            "caption": captions,
            "created_at_ms": posts["date"],
        },
    )
    carried = uses.join(posts, on=["user_id", "artist_id", "date"]).select("id", "user_id", "tag_id", "date")
    carried = carried.unique().sort("id", "tag_id")
    _write_tags(carried, tags, writer)
    _write_likes(listens, posts, writer)
    _write_groups(carried, tags, writer)


def _posts(uses: pl.DataFrame) -> pl.DataFrame:
    distinct = uses.select("user_id", "artist_id", "date").unique().sort("date", "user_id", "artist_id")
    return distinct.with_columns(id=pl.int_range(1, pl.len() + 1))


def _write_tags(carried: pl.DataFrame, tags: pl.DataFrame, writer: WarehouseWriter) -> None:
    named = carried.join(tags, on="tag_id", maintain_order="left").select("id", "name").unique(maintain_order=True)
    writer.add("media_hashtags", {"media_id": named["id"], "hashtag": named["name"]})
    writer.add("media_tags", {"media_id": named["id"], "tag": named["name"]})


def _write_likes(listens: pl.DataFrame, posts: pl.DataFrame, writer: WarehouseWriter) -> None:
    """Who listens to an artist likes the first post about it, at its time: listening has no date of its
    own.
    """
    earliest = posts.sort("id").unique("artist_id", keep="first").select("artist_id", "id", "date")
    likes = listens.unique().join(earliest, on="artist_id").sort("user_id", "id")
    writer.add("likes", {"liker_id": likes["user_id"], "media_id": likes["id"], "created_at_ms": likes["date"]})


def _write_groups(carried: pl.DataFrame, tags: pl.DataFrame, writer: WarehouseWriter) -> None:
    members = carried.group_by("tag_id", "user_id").agg(pl.col("date").min()).sort("tag_id", "user_id")
    groups = (
        members.group_by("tag_id")
        .agg(pl.len().alias("people"), pl.col("date").min())
        .filter(pl.col("people") >= PEOPLE_PER_GROUP)
        .join(tags, on="tag_id")
        .sort("tag_id")
    )
    writer.add("groups", {"id": groups["tag_id"], "name": groups["name"], "created_at_ms": groups["date"]})
    members = members.join(groups.select("tag_id"), on="tag_id", how="semi", maintain_order="left")
    writer.add(
        "group_members",
        {"group_id": members["tag_id"], "user_id": members["user_id"], "joined_at_ms": members["date"]},
    )
    shared = carried.join(groups.select("tag_id"), on="tag_id", how="semi").sort("tag_id", "id")
    writer.add(
        "group_media",
        {
            "group_id": shared["tag_id"],
            "media_id": shared["id"],
            "added_by": shared["user_id"],
            "added_at_ms": shared["date"],
        },
    )
