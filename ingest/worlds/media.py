"""The media of a world: who posted what, when and where, under which hashtags. Streams one chunk of
owners at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.annotations import Posts, write_annotations
from ingest.worlds.sampling import (
    DAY_MS,
    END_MS,
    I32,
    I64,
    Bools,
    chance,
    chunks,
    distinct_pairs,
    pick,
    skewed,
    starts,
    stream,
    timed_ids,
)
from ingest.worlds.world import World

MEAN_LAMBDA = 4.35
CONTENT_TYPES = ("photo", "video", "album")
VISIBILITIES = ("public", "followers", "private")


@dataclass(frozen=True, slots=True)
class Media:
    """What later stages need of each media, by media number; an owner's media are the run `starts[u] ..
    starts[u+1]`.
    """

    starts: I64
    owner: I32
    created_ms: I64
    shared: Bools
    """Not visibility `private`."""
    open: Bools
    """Visibility `public` and the owner not private."""

    def ids(self, numbers: I64) -> I64:
        """The ids of media, from their numbers."""
        return timed_ids(self.created_ms[numbers], numbers)


def media_counts(world: World) -> I64:
    """Media of each user: a third has none, most a few, stars many."""
    rng = stream(world.seed, "media counts")
    users = len(world.people.ids)
    rate = rng.lognormal(np.log(MEAN_LAMBDA) - 0.72, 1.2, users)
    rate[chance(rng, users, 0.35)] = 0
    rate[world.people.stars] += 60
    return rng.poisson(np.minimum(rate, 2_000)).astype(np.int64)


def make_media(world: World, writer: WarehouseWriter) -> Media:
    """Draw and write media, media_hashtags and all that hangs on a media but what others do to it."""
    users = len(world.people.ids)
    bounds = starts(media_counts(world))
    total = int(bounds[-1])
    media = Media(
        starts=bounds,
        owner=np.repeat(np.arange(users, dtype=np.int32), np.diff(bounds)),
        created_ms=np.zeros(total, np.int64),
        shared=np.zeros(total, np.bool_),
        open=np.zeros(total, np.bool_),
    )
    for chunk in chunks(users):
        _chunk(world, media, chunk, writer)
    return media


def _chunk(world: World, media: Media, chunk: tuple[int, int, int], writer: WarehouseWriter) -> None:
    rng = stream(world.seed, "media", chunk[0])
    low, high = int(media.starts[chunk[1]]), int(media.starts[chunk[2]])
    count = high - low
    owner = media.owner[low:high]
    home = world.communities.of_user[owner].astype(np.int64)
    country, city = world.communities.country[home], world.communities.city[home]
    joined = world.people.created_ms[owner]
    created = joined + ((1 - rng.random(count) * rng.random(count)) * (END_MS - joined - 1)).astype(np.int64)
    event, when = _events(rng, world, home, country, joined)
    created = np.where(event >= 0, when, created)
    place = world.places.pick(rng, country, city)
    located = chance(rng, count, 0.36)
    place = np.where(event >= 0, world.events.place[event], place)
    located |= event >= 0
    visibility = np.searchsorted([0.90, 0.98], rng.random(count), side="right")
    media.created_ms[low:high] = created
    media.shared[low:high] = visibility < 2
    media.open[low:high] = (visibility == 0) & ~world.people.private[owner]
    numbers = np.arange(low, high)
    ids = media.ids(numbers)
    row, hashtag = _hashtags(rng, world, home, event)
    writer.add(
        "media_hashtags",
        {"media_id": ids[row], "hashtag": _spelt(rng, world.vocabulary.names.gather(hashtag))},
    )
    mention = write_annotations(rng, world, Posts(ids, owner, place, located), writer)
    first_tag = np.full(count, -1, np.int64)
    first_tag[row[::-1]] = hashtag[::-1]
    kind = np.searchsorted([0.7, 0.9], rng.random(count), side="right")
    writer.add(
        "media",
        {
            "id": ids,
            "owner_id": world.people.ids[owner],
            "content_type": pl.Series(CONTENT_TYPES).gather(kind),
            "visibility": pl.Series(VISIBILITIES).gather(visibility),
            "caption": _caption(rng, world, country, first_tag, mention),
            "place_id": pl.Series(world.places.ids[place]).set(pl.Series(~located), None),
            "created_at_ms": created,
        },
    )


def _events(rng: np.random.Generator, world: World, home: I64, country: I64, joined: I64) -> tuple[I64, I64]:
    """The event at which each media was made, or -1, and the time there: an evening, more at its start."""
    events = world.events
    low = np.searchsorted(events.community, home)
    high = np.searchsorted(events.community, home, side="right")
    abroad = (high <= low) | chance(rng, len(home), 0.2)
    low = np.where(abroad, events.country_bounds[country], low)
    high = np.where(abroad, events.country_bounds[country + 1], high)
    event = np.minimum(skewed(rng, low, high - low, 2), len(events.start_ms) - 1)
    when = events.start_ms[event] + (rng.standard_exponential(len(home)) * 3 * 3_600_000).astype(np.int64) % DAY_MS
    there = chance(rng, len(home), 0.10) & (high > low) & (when > joined)
    return np.where(there, event, -1), when


def _hashtags(rng: np.random.Generator, world: World, home: I64, event: I64) -> tuple[I64, I64]:
    """Distinct (row, hashtag) pairs: none for a third of the media, about three each in the mean, at
    most thirty.
    """
    each = np.minimum(rng.geometric(0.208, len(home)) - 1, 29)
    each[chance(rng, len(home), 0.18)] = 0
    row = np.repeat(np.arange(len(home)), each)
    hashtag = world.vocabulary.pick(rng, home[row], world.communities)
    burst = np.flatnonzero(event >= 0)
    return distinct_pairs(
        np.concatenate([row, burst]),
        np.concatenate([hashtag, world.events.hashtag[event[burst]]]),
        len(world.vocabulary.names),
    )


def _spelt(rng: np.random.Generator, names: pl.Series) -> pl.Series:
    """As people type them: some with `#`, some with capitals."""
    drawn = pl.Series("drawn", rng.random(len(names)))
    hashed = pl.when(drawn < 0.04).then("#" + pl.col("name")).when(drawn > 0.95).then(pl.col("name").str.to_titlecase())
    return pl.DataFrame([names.alias("name"), drawn]).select(name=hashed.otherwise(pl.col("name")))["name"]


def _caption(rng: np.random.Generator, world: World, country: I64, hashtag: I64, mention: I64) -> pl.Series:
    """Up to nine words, the first hashtag of many, `@` the first mentioned."""
    count = len(country)
    lengths = 1 + pick(rng, count, 9)
    lengths[chance(rng, count, 0.15)] = 0
    text = world.sentences.draw(rng, country, lengths)
    shown = (hashtag >= 0) & chance(rng, count, 0.5)
    tag = world.vocabulary.names.gather(pl.Series(hashtag).set(pl.Series(~shown), None))
    named = world.people.usernames.gather(pl.Series(mention).set(pl.Series(mention < 0), None))
    frame = pl.DataFrame([text.alias("text"), ("#" + tag).alias("tag"), ("@" + named).alias("mention")])
    return frame.select(caption=pl.concat_str(pl.all(), separator=" ", ignore_nulls=True).str.strip_chars_start(" "))[
        "caption"
    ]
