"""What people do to media: likes, and in their wake comments and a sample of views. Streams one chunk of
likers at a time.

Most likes go to the media of people whom the liker follows, some to the community, some to what is viral; a
media of a private account or for followers is liked by followers only, a private media by nobody.
"""

from __future__ import annotations

import numpy as np

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.media import Media
from ingest.worlds.sampling import I64, after, chance, chunks, distinct_pairs, pick, skewed, stream, timed_ids
from ingest.worlds.world import World

MEAN_DRAWN = 58.0
MOST_LIKES = 20_000
VIRAL_SHARE = 0.02
COMMENT_SHARE = 0.07
VIEW_SHARE = 0.03
_LIKERS_AT_ONCE = 1 << 13


def write_engagement(world: World, media: Media, writer: WarehouseWriter) -> None:
    """Draw and write likes, comments, views."""
    viral = _viral(world, media)
    serial = 0
    for number, low, high in chunks(len(world.people.ids)):
        rng = stream(world.seed, "likes", number)
        liker, liked = _likes(rng, world, media, viral, range(low, high))
        earliest = np.maximum(media.created_ms[liked], world.people.created_ms[liker])
        when = after(rng, earliest, 4)
        ids = media.ids(liked)
        writer.add("likes", {"liker_id": world.people.ids[liker], "media_id": ids, "created_at_ms": when})
        rows = np.flatnonzero(chance(rng, len(liker), COMMENT_SHARE))
        rows = np.repeat(rows, 1 + pick(rng, len(rows), 2, 3))
        written = after(rng, when[rows], 0.05)
        country = world.communities.country[world.communities.of_user[liker[rows]]]
        writer.add(
            "comments",
            {
                "id": timed_ids(written, np.arange(serial, serial + len(rows))),
                "commenter_id": world.people.ids[liker[rows]],
                "media_id": ids[rows],
                "text": world.sentences.draw(rng, country, 1 + pick(rng, len(rows), 5, 2)),
                "created_at_ms": written,
            },
        )
        serial += len(rows)
        rows = np.flatnonzero(chance(rng, len(liker), VIEW_SHARE))
        writer.add(
            "views",
            {
                "viewer_id": world.people.ids[liker[rows]],
                "media_id": ids[rows],
                "viewed_at_ms": np.maximum(when[rows] - 1 - pick(rng, len(rows), 60_000), earliest[rows]),
            },
        )


def _viral(world: World, media: Media) -> I64:
    """Numbers of the open media that everybody sees, the most viral first; stars have more of them."""
    open_media = np.flatnonzero(media.open)
    if not len(open_media):
        return open_media
    rng = stream(world.seed, "viral")
    boost = np.where(np.isin(media.owner[open_media], world.people.stars, kind="table"), 8.0, 1.0)
    score = rng.random(len(open_media)) / boost
    count = max(1, int(len(open_media) * VIRAL_SHARE))
    top = np.argpartition(score, count - 1)[:count]
    return open_media[top[np.argsort(score[top], kind="stable")]]


def _likes(rng: np.random.Generator, world: World, media: Media, viral: I64, likers: range) -> tuple[I64, I64]:
    """Distinct (liker, media) of `likers`; a few people like thousands."""
    drawn = rng.lognormal(np.log(MEAN_DRAWN) - 0.845, 1.3, len(likers))
    each = np.minimum(drawn, min(MOST_LIKES, len(media.owner) * 0.5)).astype(np.int64)
    pairs = []
    for first in range(0, len(likers), _LIKERS_AT_ONCE):
        some = likers[first : first + _LIKERS_AT_ONCE]
        liker = np.repeat(np.arange(some.start, some.stop), each[first : first + _LIKERS_AT_ONCE])
        liked = _liked(rng, world, media, viral, liker)
        pairs.append(distinct_pairs(liker[liked >= 0], liked[liked >= 0], max(len(media.owner), 1)))
    return np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])


def _liked(rng: np.random.Generator, world: World, media: Media, viral: I64, liker: I64) -> I64:
    """A media for each like, or -1 where there is none that the liker may see."""
    nothing = np.full(len(liker), -1, np.int64)
    if not len(media.owner) or not len(liker):
        return nothing
    kind = rng.random(len(liker))
    followee = world.graph.random_followee(rng, liker)
    again = world.graph.random_followee(rng, liker)
    has = np.diff(media.starts)
    followee = np.where((followee >= 0) & (has[followee] == 0), again, followee)
    friends = skewed(rng, media.starts[followee], has[followee], 2)
    home = world.communities.of_user[liker]
    bounds = media.starts[world.communities.bounds]
    near = skewed(rng, bounds[home], np.diff(bounds)[home], 1)
    from_friend = (kind < 0.70) & (followee >= 0) & (has[followee] > 0)
    at_home = (kind >= 0.70) & (kind < 0.84) & (np.diff(bounds)[home] > 0)
    anywhere = viral[pick(rng, len(liker), len(viral), 3)] if len(viral) else nothing
    liked = np.select([from_friend, at_home], [friends, near], anywhere)
    visible = np.where(from_friend, media.shared[liked], media.open[liked])
    own = media.owner[liked] == liker
    return np.where((liked >= 0) & visible & (~own | chance(rng, len(liker), 0.1)), liked, -1)
