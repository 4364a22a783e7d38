"""What a stream of events speaks about: people, the newest media, places and groups of a generated world, samples of its facts.

Bounded whatever the world's size: at most `MOST_USERS`, `MOST_MEDIA` and `MOST_FACTS` of a kind are held.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from index import NONE, BulkIdMap
from ingest.warehouse import Warehouse
from ingest.worlds.sampling import I64, stream
from schemas.gen.ttypes import Place

MOST_USERS = 2_000_000
MOST_MEDIA = 1_000_000
MOST_FACTS = 500_000

USER_COLUMNS = ("id", "username", "fullname", "is_private", "is_verified", "country", "created_at_ms")
MEDIA_COLUMNS = ("id", "owner_id", "content_type", "visibility", "caption", "place_id", "created_at_ms")


@dataclass(frozen=True, slots=True)
class Stage:
    """Users and media by row; a user's media are the rows `starts[u] .. starts[u + 1]`."""

    users: pl.DataFrame
    """`USER_COLUMNS`."""
    media: pl.DataFrame
    """`MEDIA_COLUMNS`, and `hashtags` as they were written; sorted by owner."""
    owner: I64
    """Row of the owner of each media, -1 where he is not on stage."""
    starts: I64
    open_media: I64
    """Rows of the media that everybody sees, the newest first."""
    follows: tuple[I64, I64]
    """Rows of followers and followees."""
    likes: tuple[I64, I64]
    """Rows of likers and of media."""
    members: tuple[I64, I64]
    """Ids of groups, and rows of users."""
    places: list[Place]
    groups: I64
    """Ids."""


def read_stage(warehouse: Warehouse, seed: int) -> Stage:
    """The stage of the world in this warehouse. Raises the `InputError`s of the reader."""
    users = _read(warehouse, "users", USER_COLUMNS, _share(warehouse, seed, "users", MOST_USERS))
    user_rows = BulkIdMap(users["id"].to_numpy())
    media = _newest_media(warehouse)
    owner = _rows(user_rows, media["owner_id"])
    order = np.argsort(owner, kind="stable")
    media, owner = media[order], owner[order]
    media_rows = BulkIdMap(media["id"].to_numpy())
    media = media.with_columns(hashtags=_hashtags(warehouse, media_rows, media.height))
    private = np.append(users["is_private"].to_numpy(), True)
    is_open = (media["visibility"] == "public").to_numpy() & ~private[owner]
    created = media["created_at_ms"].to_numpy()
    open_media = np.flatnonzero(is_open)
    places = _read(warehouse, "places", ("id", "name", "city", "country", "category", "lat", "lon"), None)
    members = _facts(warehouse, seed, "group_members", ("group_id", "user_id"))
    member = _rows(user_rows, members["user_id"])
    groups = _read(warehouse, "groups", ("id",), None)["id"].to_numpy()
    return Stage(
        users=users,
        media=media,
        owner=owner,
        starts=np.searchsorted(owner, np.arange(users.height + 1)),
        open_media=open_media[np.argsort(-created[open_media], kind="stable")],
        follows=_pairs(_facts(warehouse, seed, "follows", ("follower_id", "followee_id")), user_rows, user_rows),
        likes=_pairs(_facts(warehouse, seed, "likes", ("liker_id", "media_id")), user_rows, media_rows),
        members=(members["group_id"].to_numpy()[member >= 0], member[member >= 0]),
        places=[Place(*row) for row in places.rows()],
        groups=groups,
    )


def _read(warehouse: Warehouse, table: str, columns: tuple[str, ...], rows: I64 | None) -> pl.DataFrame:
    """These columns of a table, of all rows or of these, which are ascending."""
    parts = []
    start = 0
    for batch in warehouse.read(table, columns):
        if rows is not None:
            low, high = rows.searchsorted([start, start + batch.height])
            start += batch.height
            batch = batch[rows[low:high] - start + batch.height]
        parts.append(batch)
    if not parts:
        return pl.DataFrame({column: [] for column in columns})
    return pl.concat(parts, rechunk=True)


def _share(warehouse: Warehouse, seed: int, table: str, most: int) -> I64 | None:
    """Which rows of a table to read, ascending; None for all."""
    count = warehouse.rows(table)
    if count <= most:
        return None
    return np.sort(stream(seed, "stage " + table).choice(count, most, replace=False, shuffle=False)).astype(np.int64)


def _facts(warehouse: Warehouse, seed: int, table: str, columns: tuple[str, str]) -> pl.DataFrame:
    return _read(warehouse, table, columns, _share(warehouse, seed, table, MOST_FACTS))


def _newest_media(warehouse: Warehouse) -> pl.DataFrame:
    """The newest media, those of one time by larger id."""
    newest = pl.DataFrame()
    for batch in warehouse.read("media", MEDIA_COLUMNS):
        newest = pl.concat([newest, batch]) if newest.height else batch
        if newest.height > 2 * MOST_MEDIA:
            newest = newest.top_k(MOST_MEDIA, by=["created_at_ms", "id"])
    if not newest.height:
        return _read(warehouse, "media", MEDIA_COLUMNS, None)
    return newest.sort(["created_at_ms", "id"], descending=True).head(MOST_MEDIA)


def _hashtags(warehouse: Warehouse, media: BulkIdMap, count: int) -> pl.Series:
    """The hashtags of each media, in the order of the table."""
    parts = [pl.DataFrame({"row": np.arange(count), "hashtag": pl.Series([None] * count, dtype=pl.String)})]
    for batch in warehouse.read("media_hashtags", ("media_id", "hashtag")):
        rows = _rows(media, batch["media_id"])
        parts.append(pl.DataFrame({"row": rows, "hashtag": batch["hashtag"]}).filter(rows >= 0))
    lists = pl.concat(parts).group_by("row", maintain_order=True).agg(pl.col("hashtag").drop_nulls())
    return lists.sort("row")["hashtag"]


def _pairs(facts: pl.DataFrame, left: BulkIdMap, right: BulkIdMap) -> tuple[I64, I64]:
    """Facts as rows, of which both are on stage."""
    one, other = _rows(left, facts.to_series(0)), _rows(right, facts.to_series(1))
    known = (one >= 0) & (other >= 0)
    return one[known], other[known]


def _rows(known: BulkIdMap, ids: pl.Series) -> I64:
    """The row of each id, -1 where it is not on stage."""
    found = known.numbers(ids.to_numpy()).astype(np.int64)
    found[found == int(NONE)] = -1
    return found
