"""The groups of a world: circles inside communities, about a topic of theirs, public or not, with media
of members.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import TOPICS
from ingest.worlds.media import Media
from ingest.worlds.sampling import (
    I64,
    after,
    chance,
    distinct_pairs,
    pick,
    scattered_ids,
    skewed,
    starts,
    stream,
)
from ingest.worlds.world import World

KINDS = ("club", "friends", "collective", "& beyond", "lovers", "meetup", "crew", "society")
_GROUPS_AT_ONCE = 2_048


def write_groups(world: World, media: Media, writer: WarehouseWriter) -> None:
    """Draw and write one group per hundred users; a fifth is not public."""
    users = len(world.people.ids)
    count = users // 100 + 1
    rng = stream(world.seed, "groups")
    home = world.communities.of_user[pick(rng, count, users)].astype(np.int64)
    ids = scattered_ids(count, world.seed, "group") >> 14
    founder = skewed(rng, world.communities.bounds[home], world.communities.sizes()[home], 2)
    founded = after(rng, world.people.created_ms[founder], 300)
    names = _names(rng, world, home)
    writer.add(
        "groups",
        {
            "id": ids,
            "name": names,
            "description": world.sentences.draw(rng, world.communities.country[home], pick(rng, count, 8)),
            "is_public": chance(rng, count, 0.8),
            "created_at_ms": founded,
        },
    )
    for number, low in enumerate(range(0, count, _GROUPS_AT_ONCE)):
        rng = stream(world.seed, "members", number)
        group, user = _members(rng, world, home[low : low + _GROUPS_AT_ONCE], founder[low : low + _GROUPS_AT_ONCE])
        group += low
        earliest = np.maximum(world.people.created_ms[user], founded[group])
        joined = after(rng, earliest, 200)
        writer.add(
            "group_members",
            {"group_id": ids[group], "user_id": world.people.ids[user], "joined_at_ms": joined},
        )
        rows, item = _shared(rng, media, user)
        writer.add(
            "group_media",
            {
                "group_id": ids[group[rows]],
                "media_id": media.ids(item),
                "added_by": world.people.ids[user[rows]],
                "added_at_ms": after(rng, np.maximum(joined[rows], media.created_ms[item]), 10),
            },
        )


def _names(rng: np.random.Generator, world: World, home: I64) -> pl.Series:
    count = len(home)
    topics = [topic.split() for topic in TOPICS]
    topic = world.communities.topics[home, pick(rng, count, 3, 2)]
    bounds = starts(np.array([len(words) for words in topics], np.int64))
    word = pl.Series([name for words in topics for name in words]).gather(
        skewed(rng, bounds[topic], np.diff(bounds)[topic], 2)
    )
    city = pl.Series([city.name for culture in cultures() for city in culture.cities])
    kind = pl.Series(KINDS).gather(pick(rng, count, len(KINDS)))
    shown = pl.Series(chance(rng, count, 0.75))
    place = (city.gather(world.communities.city[home]) + " ").set(~shown, "")
    return place + word + " " + kind


def _members(rng: np.random.Generator, world: World, home: I64, founder: I64) -> tuple[I64, I64]:
    """Distinct (group, user), the founder among them: of the community mostly, else of the country."""
    communities = world.communities
    users = len(world.people.ids)
    drawn = (20 * (1 + rng.pareto(1.1, len(home)))).astype(np.int64)
    size = np.minimum(np.minimum(drawn, 20_000), communities.sizes()[home] * 2)
    group = np.repeat(np.arange(len(home)), size)
    community = home[group]
    country = communities.country[community]
    near = skewed(rng, communities.bounds[community], communities.sizes()[community], 1)
    far = skewed(rng, communities.country_bounds[country], np.diff(communities.country_bounds)[country], 1)
    user = np.where(chance(rng, len(group), 0.75), near, far)
    return distinct_pairs(np.concatenate([group, np.arange(len(home))]), np.concatenate([user, founder]), users)


def _shared(rng: np.random.Generator, media: Media, user: I64) -> tuple[I64, I64]:
    """Rows of members and a media of theirs each, distinct by group: the row is the member's, who owns
    the media.
    """
    has = media.starts[user + 1] - media.starts[user]
    rows = np.repeat(np.arange(len(user)), np.minimum(rng.poisson(0.6, len(user)), has))
    item = skewed(rng, media.starts[user[rows]], has[rows], 1)
    visible = media.shared[item]
    return distinct_pairs(rows[visible], item[visible], max(len(media.owner), 1))
