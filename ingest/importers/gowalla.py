"""Gowalla check-ins: friends → mutual follows, check-ins → media with owner, place and time, named places."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ingest.importers.sources import mutual, read
from ingest.warehouse_writer import WarehouseWriter

FILES = ("checkins.parquet", "places.parquet", "friends.parquet")


def import_gowalla(source: Path, writer: WarehouseWriter) -> None:
    """Every row of checkins is one media, numbered from 1 by time, user, place; users and places keep
    their numbers.

    Users are all who check in or have a friend, named `user<number>`. A check-in at a place without a name
    has none.
    """
    checkins = read(source, FILES[0], {"user_id": "integer", "place_id": "integer", "ts": "instant"})
    places = read(source, FILES[1], {"place_id": "integer", "name": "text", "lat": "float", "lon": "float"})
    friends = read(source, FILES[2], {"src": "integer", "dst": "integer"})
    everybody = pl.concat([checkins["user_id"], friends["src"].alias("user_id"), friends["dst"].alias("user_id")])
    users = everybody.unique().sort()
    writer.add("users", {"id": users, "username": "user" + users.cast(pl.String)})
    writer.add("follows", mutual(friends).to_dict())
    writer.add("places", places.sort("place_id").rename({"place_id": "id"}).to_dict())
    ordered = checkins.sort("ts", "user_id", "place_id")
    named = ordered.join(
        places.select("place_id").unique().with_columns(named=True),
        on="place_id",
        how="left",
        maintain_order="left",
    )
    writer.add(
        "media",
        {
            "id": pl.int_range(1, ordered.height + 1, eager=True),
            "owner_id": ordered["user_id"],
            "place_id": named.select(pl.when("named").then("place_id")).to_series(),
            "created_at_ms": ordered["ts"],
        },
    )
