"""Draws a whole world, stage by stage, and streams it into a warehouse.

The same (users, seed) gives the same tables, whatever the machine's clock, load or number of cores. Memory
grows with the graph (some hundred bytes a user and twenty a follow); all other tables pass through one
chunk of users at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.communities import make_communities
from ingest.worlds.engagement import write_engagement
from ingest.worlds.follows import make_follows, write_blocks, write_follows
from ingest.worlds.groups import write_groups
from ingest.worlds.media import make_media
from ingest.worlds.people import make_people
from ingest.worlds.places import make_places
from ingest.worlds.sampling import END_MS
from ingest.worlds.tags import make_tags
from ingest.worlds.texts import Sentences
from ingest.worlds.world import World
from schemas.errors import InputError

MAX_USERS = 50_000_000
STAGES = ("people", "follows", "places", "media", "likes", "groups", "publish")

Progress = Callable[[str, int, int], None]
"""Told the name of the stage that begins, how many are done, how many there are."""


def generate(users: int, seed: int, out: Path, *, progress: Progress | None = None) -> dict[str, int]:
    """Write the world of (users, seed) to the warehouse `out`; the answer is the rows of each table.

    Errors: `InputError` `users` or `seed` for numbers out of range, and those of the writer. Whatever
    happens, `out` holds the whole world or is as it was.
    """
    if not 1 <= users <= MAX_USERS:
        raise InputError("users", f"cannot make a world of {users} users", hint=f"give 1 to {MAX_USERS:,}")
    if not 0 <= seed < 2**64:
        raise InputError("seed", f"the seed {seed} is out of range", hint="give 0 to 2^64 - 1")

    def begin(stage: str) -> None:
        if progress is not None:
            progress(stage, STAGES.index(stage), len(STAGES))

    with WarehouseWriter(out) as writer:
        begin("people")
        communities = make_communities(users, seed)
        people = make_people(users, seed, communities, writer)
        begin("follows")
        graph = make_follows(users, seed, communities, people)
        write_follows(seed, graph, people, writer)
        write_blocks(seed, graph, communities, people, writer)
        begin("places")
        places = make_places(users, seed, communities, writer)
        vocabulary, events = make_tags(users, seed, communities, places)
        world = World(seed, communities, people, graph, places, vocabulary, events, Sentences())
        begin("media")
        media = make_media(world, writer)
        begin("likes")
        write_engagement(world, media, writer)
        begin("groups")
        write_groups(world, media, writer)
        begin("publish")
        tables = sorted(writer.rows)
        writer.add("snapshot", {"table": pl.Series(tables), "as_of_ms": np.full(len(tables), END_MS)})
    if progress is not None:
        progress("publish", len(STAGES), len(STAGES))
    return writer.rows
