"""What answers are kept under: while it is the same, nothing that an answer shows was hidden; it outlives what hides nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from api.http.epochs import Epochs
from index import AnySegment
from ingest.firehose.wire import Event
from ingest.live import LiveWriter
from query import World
from query.documents import external_ids
from schemas.catalogue import EDGES, Vertical
from schemas.gen.ttypes import BlockEvent, FollowEvent, LikeEvent, Media, MediaEvent, UnfollowEvent, User, UserEvent
from schemas.ids import ExternalId
from tests.agreement import build
from tests.histories import random_history
from tests.live_law import stages
from tests.oracle.random_cases import random_viewers
from tests.service import Site, site
from tests.test_cli import build as build_index
from tests.test_http_live import await_state
from tests.test_ingest_cli import NOW

SEEDS = range(9_300, 9_312)


class Sight(NamedTuple):
    """What a viewer may see: documents by vertical, and whom he and those he follows follow."""

    documents: frozenset[tuple[Vertical, int]]
    follows: frozenset[tuple[int, int]]


def sight(segment: AnySegment, viewer: int | None) -> Sight:
    world = World(segment, None if viewer is None else ExternalId(viewer), is_operator=False)

    def seen(vertical: Vertical) -> np.ndarray:
        return world.seen(vertical, np.arange(segment.size(vertical), dtype=np.uint32))

    documents = {(v, id_) for v in Vertical for id_ in external_ids(segment, v, seen(v))}
    follows: set[tuple[int, int]] = set()
    if world.viewer is not None:
        edge = EDGES[Vertical.USER, "followed_by"]
        near = [world.viewer, *_followees(world)]
        for user in near:
            for cut in world.cut(edge, np.array([user], dtype=np.uint32)):
                for key in cut.keys.tolist():
                    found = cut.lists.of(key).within(0, segment.size(Vertical.USER)).docs()
                    shown = [doc for doc in found.tolist() if cut.mask is None or cut.mask[doc >> 6] >> (doc & 63) & 1]
                    follows |= {(key, other) for other in shown}
    return Sight(frozenset(documents), frozenset(follows))


def _followees(world: World) -> list[int]:
    assert world.viewer is not None
    lists = world.segment.lists("user.followed_by").of(world.viewer)
    return lists.within(0, world.segment.size(Vertical.USER)).docs().tolist()


def test_under_one_key_nothing_goes_out_of_sight(tmp_path: Path) -> None:
    """Random histories; each key ever met against all that was seen under it before."""
    met = again = 0
    for seed in SEEDS:
        rng, epochs = Random(f"epochs {seed}"), Epochs()
        seen: dict[tuple[object, ...], Sight] = {}
        viewers: list[int | None] = []
        for _, _, engine, live in stages(random_history(seed), tmp_path / str(seed), rng):
            segment = engine.segment()
            viewers = viewers or [*random_viewers(live.world(), rng, 4), None]
            epoch = epochs.of(segment)
            assert epoch is not None
            for viewer in viewers:
                world = World(segment, None if viewer is None else ExternalId(viewer), is_operator=False)
                key = (segment.generation, epoch, world.ties, viewer)
                now = sight(segment, viewer)
                met += 1
                if key in seen:
                    again += 1
                    assert seen[key].documents <= now.documents, (seed, viewer)
                    assert seen[key].follows <= now.follows, (seed, viewer)
                seen[key] = now
    assert met > 100, met
    assert again > 3  # or nothing was tried


def user(id_: int, *, is_private: bool = False, is_deleted: bool = False) -> UserEvent:
    return UserEvent(User(id_, f"u{id_}", f"U {id_}", is_private), is_deleted)


WORLD = {
    "users": [{"id": id_, "username": f"u{id_}", "created_at_ms": 1} for id_ in range(1, 8)],
    "follows": [
        {"follower_id": a, "followee_id": b, "created_at_ms": 1} for a, b in ((1, 2), (2, 3), (2, 4), (5, 6), (6, 7))
    ],
    "media": [{"id": 10, "owner_id": 6, "created_at_ms": 1}],
}
LEAVES = (
    ("like", LikeEvent(4, 10, 6)),
    ("follow", FollowEvent(5, 7)),
    ("unfollow", UnfollowEvent(5, 6)),
    ("user", user(99)),
    ("media", MediaEvent(Media(11, 6, 1, created_at_millis=5))),
    ("block", BlockEvent(5, 6, True)),
)
ENDS = (
    ("unfollow", UnfollowEvent(2, 3)),
    ("unfollow", UnfollowEvent(1, 2)),
    ("follow", FollowEvent(1, 5)),
    ("block", BlockEvent(3, 1, True)),
    ("block", BlockEvent(1, 4, True)),
    ("user", user(7, is_private=True)),
    ("user", user(7, is_deleted=True)),
    ("media", MediaEvent(Media(10, 6, 1, created_at_millis=1, visibility=2))),
    ("media", MediaEvent(Media(10, 6, 1, created_at_millis=1), is_deleted=True)),
)


def apply(index: Path, time_ms: int, kind: str, body: object) -> None:
    from ingest.firehose.mutations import Mutations
    from ingest.firehose.translate import translate

    writer = LiveWriter.open(index, now_ms=NOW)
    try:
        mutations = Mutations()
        translate(Event(time_ms, kind, body), mutations)
        writer.apply(mutations)
        writer.flush({"offset": time_ms})
        writer.checkpoint()
    finally:
        writer.close()


def asked(here: Site) -> tuple[bool, object]:
    """Whether the answer was kept, and the answer."""
    before = here.service.cache.hits
    answer = here.get("/v1/users/me/suggested", 1)
    assert answer.status_code == 200
    return here.service.cache.hits > before, answer.json()["results"]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    from tests import oracle

    oracle.write_world(WORLD, tmp_path / "warehouse")
    build(tmp_path / "warehouse", tmp_path / "index")
    return tmp_path / "index"


def test_what_is_none_of_the_viewers_leaves_kept_answers_and_what_is_ends_them(index: Path, tmp_path: Path) -> None:
    apply(index, NOW, "like", LikeEvent(3, 10, 6))
    with site(index, tmp_path) as here:
        asked(here)
        for number, (kind, body) in enumerate(LEAVES, 1):
            apply(index, NOW + number, kind, body)
            await_state(here, index)
            assert asked(here)[0], (kind, body)
        for number, (kind, body) in enumerate(ENDS, 100):
            assert asked(here)[0]
            apply(index, NOW + number, kind, body)
            await_state(here, index)
            assert not asked(here)[0], (kind, body)


def test_an_older_state_is_not_kept(index: Path) -> None:
    from index import open_index

    epochs = Epochs()
    first = open_index(index)
    assert epochs.of(first) == 0
    apply(index, NOW, "user", user(7, is_deleted=True))
    second = open_index(index, before=first)
    assert epochs.of(second) == second.state[1] > 0
    assert epochs.of(first) is None
    assert epochs.of(second) == second.state[1]


def test_an_answer_is_kept_only_where_its_worker_has_seen_what_the_front_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The front hides something from sequence 1 on; a worker that is still at 0 answers, and its answer is for the asker alone."""
    with site(build_index(tmp_path), tmp_path) as here:
        hits = here.service.metrics.total

        def hit(ahead: int) -> bool:
            monkeypatch.setattr(Epochs, "of", lambda _, segment: segment.state[1] + ahead)
            before = hits("monoceros_cache_total", "hit")
            for _ in range(2):
                assert here.get("/v1/explore", 1).status_code == 200
            return hits("monoceros_cache_total", "hit") > before

        assert not hit(ahead=1)
        assert hit(ahead=0)
