"""A believable stream of events over a generated world, from a seed: who does what after the world's end, encoded as on the wire.

What a chunk of events needs is drawn at once; the events are then made one after the other, so that each carries
its documents as they are at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ingest.firehose.sources import Sink
from ingest.firehose.wire import Event, encode
from ingest.parquet import ParquetWarehouse
from ingest.warehouse import Warehouse
from ingest.worlds.cast import Cast
from ingest.worlds.cultures import cultures
from ingest.worlds.sampling import END_MS, I64, pick, skewed, stream
from ingest.worlds.scenes import SCENES, Scene, Show
from ingest.worlds.stage import Stage, read_stage
from ingest.worlds.texts import Sentences

EVENTS_PER_S = 1_000
"""How many events the world has in a second of its own time."""
CHUNK = 4_096
_TOLD_EVENTS = 64 * CHUNK
"""How many events there are between two words of progress."""
FRIENDS_SHARE = 0.6
"""Of the media that people meet, the share that they meet at those whom they follow."""


@dataclass(frozen=True, slots=True)
class Draws:
    """One chunk of draws: a row for each event."""

    time_ms: I64
    scene: I64
    actor: I64
    other: I64
    """Whom the actor follows."""
    media: I64
    """A row, -1 for none: of `other` where `is_friends`, else one that everybody sees."""
    is_friends: I64
    chance: Any
    """Shape (events, 4), from 0 to 1."""
    text: list[str]


def generate_events(
    warehouse: Path, seed: int, count: int, sink: Sink, *, progress: Callable[[int], None] | None = None
) -> None:
    """Append `count` events over the world in this warehouse to a stream. Raises the `InputError`s of reader and sink."""
    messages = event_stream(ParquetWarehouse(warehouse), seed, count)
    done = 0
    while batch := list(islice(messages, CHUNK)):
        sink.append(batch)
        done += len(batch)
        if progress is not None and (done == count or done % _TOLD_EVENTS == 0):
            progress(done)


def event_stream(warehouse: Warehouse, seed: int, count: int) -> Iterator[bytes]:
    """`count` messages in the order of their server times, all of them after the world's end.

    The same warehouse and seed give the same stream, of which a shorter one is the beginning. Raises the `InputError`s
    of the reader.
    """
    stage = read_stage(warehouse, seed)
    show = Show(stage, Cast(stage), seed, warehouse.rows("users"), warehouse.rows("places"), warehouse.rows("groups"))
    plays = [(kind, play) for _, kind, play in SCENES.values()]
    director = _Director(stage, seed)
    clock = float(END_MS)
    for number, low in enumerate(range(0, count, CHUNK)):
        draws, clock = director.draw(number, clock)
        show.cast.load(np.concatenate([draws.actor, draws.other]), draws.media[draws.media >= 0])
        columns = (draws.time_ms, draws.scene, draws.actor, draws.other, draws.media, draws.is_friends, draws.chance)
        rows = zip(*(column.tolist() for column in columns), draws.text, strict=True)
        for (time_ms, scene, *rest), _ in zip(rows, range(count - low), strict=False):
            show.time_ms = time_ms
            kind, play = plays[scene]
            body = play(show, Scene(*rest))
            if body is None:  # the scene cannot be played: somebody looks for somebody
                kind, play = plays[-1]
                body = play(show, Scene(*rest))
            yield encode(Event(time_ms, kind, body))


class _Director:
    """Draws who meets what."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._stage = stage
        self._seed = seed
        self._sentences = Sentences()
        codes = {culture.country: number for number, culture in enumerate(cultures())}
        self._country = np.array([codes.get(code, 0) for code in stage.users["country"].to_list()], np.int64)
        self._shares = np.cumsum([share for share, _, _ in SCENES.values()])

    def draw(self, number: int, clock: float) -> tuple[Draws, float]:
        """The chunk of this number, which begins after `clock`, and when it ends."""
        rng = stream(self._seed, "events", number)
        stage = self._stage
        steps = np.cumsum(rng.standard_exponential(CHUNK)) * (1_000 / EVENTS_PER_S) + clock
        follower, followee = stage.follows
        pair = pick(rng, CHUNK, max(len(follower), 1))
        if len(follower):
            actor, other = follower[pair], followee[pair]
        else:
            actor, other = pick(rng, CHUNK, stage.users.height), pick(rng, CHUNK, stage.users.height)
        theirs = np.diff(stage.starts)[other]
        friends = (rng.random(CHUNK) < FRIENDS_SHARE) & (theirs > 0)
        near = skewed(rng, stage.starts[other], theirs, 2)
        anywhere = np.full(CHUNK, -1, np.int64)
        if len(stage.open_media):
            anywhere = stage.open_media[pick(rng, CHUNK, len(stage.open_media), 3)]
        lengths = pick(rng, CHUNK, 8, 2)
        draws = Draws(
            time_ms=steps.astype(np.int64) + 1,
            scene=np.searchsorted(self._shares / self._shares[-1], rng.random(CHUNK), side="right"),
            actor=actor,
            other=other,
            media=np.where(friends, near, anywhere),
            is_friends=friends.astype(np.int64),
            chance=rng.random((CHUNK, 4)),
            text=self._sentences.draw(rng, self._country[actor], lengths).to_list(),
        )
        return draws, float(steps[-1])
