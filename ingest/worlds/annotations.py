"""What hangs on a media besides its hashtags: tagged and mentioned friends, tags, machine tags,
autotags, faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.lexicon import AUTOTAGS, PLAIN_TAGS
from ingest.worlds.sampling import I32, I64, Bools, Ints, chance, distinct_pairs, pick
from ingest.worlds.world import World


@dataclass(frozen=True, slots=True)
class Posts:
    """One chunk of media: ids, owners, and their places where `located`."""

    ids: I64
    owner: I32
    place: I64
    located: Bools


def write_annotations(rng: np.random.Generator, world: World, posts: Posts, writer: WarehouseWriter) -> I64:
    """Write the tables of `posts`; the answer is the first user that each mentions, -1 for none."""
    ids, owner = posts.ids, posts.owner
    row, friend = _friends(rng, world, owner, 0.12, 3)
    writer.add("media_tagged_users", {"media_id": ids[row], "user_id": world.people.ids[friend]})
    row, friend = _friends(rng, world, owner, 0.08, 2)
    writer.add("media_mentions", {"media_id": ids[row], "user_id": world.people.ids[friend]})
    mention = np.full(len(ids), -1, np.int64)
    mention[row[::-1]] = friend[::-1]
    _write_tags(rng, world, posts, writer)
    _write_vision(rng, ids, writer)
    return mention


def _friends(rng: np.random.Generator, world: World, owner: Ints, share: float, most: int) -> tuple[I64, I64]:
    """Distinct (row, user) pairs for `share` of the media: people whom the owner follows, rarely
    somebody else.
    """
    users = len(world.people.ids)
    rows = np.flatnonzero(chance(rng, len(owner), share))
    row = np.repeat(rows, 1 + pick(rng, len(rows), most, 2))
    friend = world.graph.random_followee(rng, owner[row])
    anybody = pick(rng, len(row), users)
    friend = np.where(chance(rng, len(row), 0.05) | (friend < 0), anybody, friend)
    kept = friend != owner[row]
    return distinct_pairs(row[kept], friend[kept], users)


def _write_tags(rng: np.random.Generator, world: World, posts: Posts, writer: WarehouseWriter) -> None:
    """Plain tags on a fifth of the media, machine tags of the place on a tenth of the located ones,
    others rarely.
    """
    ids = posts.ids
    plain = pl.Series(PLAIN_TAGS.split("|"))
    rows = np.flatnonzero(chance(rng, len(ids), 0.20))
    row, tag = _pairs(rng, rows, len(plain))
    owners, tags = [ids[row]], [plain.gather(tag)]
    geotagged = np.flatnonzero(posts.located & chance(rng, len(ids), 0.10))
    where = posts.place[geotagged]
    for name, values in (
        ("geo:lat=", world.places.lat[where]),
        ("geo:lon=", world.places.lon[where]),
        ("osm:way=", world.places.ids[where] % 900_000_000),
    ):
        owners.append(ids[geotagged])
        tags.append(name + pl.Series(values).cast(pl.String))
    for name, share in (("lastfm:event=", 0.01), ("Flickr:user=", 0.01), ("upcoming:event=", 0.005)):
        rows = np.flatnonzero(chance(rng, len(ids), share))
        owners.append(ids[rows])
        tags.append(name + pl.Series(pick(rng, len(rows), 40_000, 3)).cast(pl.String))
    writer.add("media_tags", {"media_id": np.concatenate(owners), "tag": pl.concat(tags, rechunk=True)})


def _pairs(rng: np.random.Generator, rows: I64, width: int) -> tuple[I64, I64]:
    row = np.repeat(rows, 1 + pick(rng, len(rows), 4))
    return distinct_pairs(row, pick(rng, len(row), width, 2), width)


def _write_vision(rng: np.random.Generator, ids: I64, writer: WarehouseWriter) -> None:
    """Autotags with their confidence on half of the media, faces (fractions of the image) on a fifth."""
    labels = pl.Series(AUTOTAGS.split())
    rows = np.flatnonzero(chance(rng, len(ids), 0.5))
    row, label = _pairs(rng, rows, len(labels))
    writer.add(
        "media_autotags",
        {
            "media_id": ids[row],
            "label": labels.gather(label),
            "confidence": np.round(1 - 0.6 * rng.random(len(row)) ** 2, 4),
        },
    )
    rows = np.flatnonzero(chance(rng, len(ids), 0.2))
    row = np.repeat(rows, 1 + pick(rng, len(rows), 5, 3))
    width = 0.04 + 0.3 * rng.random(len(row))
    height = width * 1.25
    writer.add(
        "media_faces",
        {
            "media_id": ids[row],
            "x": np.round(rng.random(len(row)) * (1 - width), 4),
            "y": np.round(rng.random(len(row)) * (1 - height), 4),
            "width": np.round(width, 4),
            "height": np.round(height, 4),
        },
    )
