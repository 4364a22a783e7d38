"""Who follows whom, and who blocks whom: communities, stars, closed triangles, followers followed back.

The graph is held once, as sorted keys `follower * users + followee` and their row starts: about 20 bytes a
follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.communities import Communities
from ingest.worlds.people import People
from ingest.worlds.sampling import I32, I64, Ints, after, chance, chunks, distinct_pairs, pick, skewed, stream

DIRECT_MEAN = 25.0
CLOSED_SHARE = 0.20
BACK_SHARE = 0.22
_EDGES_AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True)
class Graph:
    """Followees of every user, by user number, ascending: `followees[starts[u] : starts[u + 1]]`."""

    starts: I64
    followees: I32

    def random_followee(self, rng: np.random.Generator, users: Ints) -> I64:
        """A followee of each user, evenly; -1 for a user who follows nobody."""
        if not len(self.followees):
            return np.full(len(users), -1, np.int64)
        low = self.starts[users]
        degree = self.starts[np.asarray(users) + 1] - low
        place = np.minimum(skewed(rng, low, degree, 1), len(self.followees) - 1)
        return np.where(degree > 0, self.followees[place], -1)


def make_follows(users: int, seed: int, communities: Communities, people: People) -> Graph:
    """Draw all follows: distinct, and nobody follows himself."""
    fame = stream(seed, "fame").permutation(people.stars)
    direct = [_direct(seed, chunk, communities, people, fame) for chunk in chunks(users)]
    keys = np.concatenate(direct)
    direct.clear()
    graph = _graph(keys, users)
    extra = []
    for number, low in enumerate(range(0, len(keys), _EDGES_AT_ONCE)):
        rng = stream(seed, "closure", number)
        part = keys[low : low + _EDGES_AT_ONCE]
        follower, followee = part // users, part % users
        closing = chance(rng, len(part), CLOSED_SHARE)
        third = graph.random_followee(rng, followee[closing])
        origin = follower[closing]
        wanted = (third >= 0) & (third != origin)
        extra.append(origin[wanted] * users + third[wanted])
        back = chance(rng, len(part), BACK_SHARE) & ~np.isin(followee, people.stars, kind="table")
        extra.append(followee[back] * users + follower[back])
    del graph
    keys = np.concatenate([keys, *extra])
    extra.clear()
    keys.sort()
    return _graph(keys[np.append(keys[1:] != keys[:-1], True)] if len(keys) else keys, users)


def _direct(seed: int, chunk: tuple[int, int, int], communities: Communities, people: People, fame: I64) -> I64:
    """The follows that need no other follow, of one chunk of users, as sorted distinct keys.

    `fame` holds the stars of the world, the most famous first.
    """
    number, low, high = chunk
    users = len(people.ids)
    rng = stream(seed, "follows", number)
    drawn = rng.lognormal(np.log(DIRECT_MEAN) - 0.605, 1.1, high - low)
    degree = np.minimum(drawn + rng.random(high - low), min(7_500, users * 0.6)).astype(np.int64)
    follower = np.repeat(np.arange(low, high), degree)
    home = communities.of_user[follower]
    country = communities.country[home]
    size = communities.sizes()[home]
    kind = rng.random(len(follower))
    near = skewed(rng, communities.bounds[home], size, 2)
    national = skewed(rng, communities.country_bounds[country], np.diff(communities.country_bounds)[country], 1)
    star_bounds = np.searchsorted(people.stars, communities.country_bounds)
    star_count = np.diff(star_bounds)[country]
    famous = fame[pick(rng, len(follower), len(people.stars), 3)]
    local_star = people.stars[np.minimum(skewed(rng, star_bounds[country], star_count, 2), len(people.stars) - 1)]
    followee = np.select(
        [kind < 0.64, kind < 0.78, (kind < 0.88) & (star_count > 0)], [near, national, local_star], famous
    )
    keys = follower * users + followee
    return np.unique(keys[follower != followee])


def _graph(keys: I64, users: int) -> Graph:
    bounds = np.searchsorted(keys, np.arange(users + 1, dtype=np.int64) * users)
    followees = np.empty(len(keys), np.int32)
    for low in range(0, len(keys), _EDGES_AT_ONCE):
        followees[low : low + _EDGES_AT_ONCE] = keys[low : low + _EDGES_AT_ONCE] % users
    return Graph(bounds, followees)


def write_follows(seed: int, graph: Graph, people: People, writer: WarehouseWriter) -> None:
    """Write the graph; each follow came after both accounts."""
    for number, low, high in chunks(len(people.ids)):
        rng = stream(seed, "follow times", number)
        follower = np.repeat(np.arange(low, high), np.diff(graph.starts[low : high + 1]))
        followee = graph.followees[graph.starts[low] : graph.starts[high]]
        earliest = np.maximum(people.created_ms[follower], people.created_ms[followee])
        writer.add(
            "follows",
            {
                "follower_id": people.ids[follower],
                "followee_id": people.ids[followee],
                "created_at_ms": after(rng, earliest, 400),
            },
        )


def write_blocks(seed: int, graph: Graph, communities: Communities, people: People, writer: WarehouseWriter) -> None:
    """One block per fifty users: half between people of whom one follows the other, either way, half
    strangers.
    """
    rng = stream(seed, "blocks")
    users = len(people.ids)
    count = users // 50 + (users > 1)
    one = pick(rng, count, users)
    other = graph.random_followee(rng, one)
    home = communities.of_user[one]
    near = skewed(rng, communities.bounds[home], communities.sizes()[home], 1)
    other = np.where(chance(rng, count, 0.5) | (other < 0), near, other)
    turned = chance(rng, count, 0.5)
    blocker, blocked = np.where(turned, other, one), np.where(turned, one, other)
    apart = blocker != blocked
    blocker, blocked = distinct_pairs(blocker[apart], blocked[apart], users)
    earliest = np.maximum(people.created_ms[blocker], people.created_ms[blocked])
    writer.add(
        "blocks",
        {
            "blocker_id": people.ids[blocker],
            "blocked_id": people.ids[blocked],
            "created_at_ms": after(rng, earliest, 300),
        },
    )
