"""The table of affinities: against a dictionary, on disk, in a viewer's world, and in a session that finds a new one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from api.session import Session
from index import open_index
from query import Request, Searcher
from ranking import AffinityTable
from schemas.catalogue import Vertical
from schemas.errors import DamagedError, InputError, QueryError
from schemas.ids import ExternalId
from tests.agreement import SETTINGS, build, built
from tests.oracle import write_world
from tests.service import site

FOLLOWS = [(1, 2), (1, 3), (1, 4), (2, 3), (3, 5), (4, 5), (2, 6)]
TABLES = {
    "users": [{"id": id_, "username": f"u{id_}"} for id_ in range(1, 8)],
    "follows": [{"follower_id": a, "followee_id": b, "created_at_ms": 1} for a, b in FOLLOWS],
    "blocks": [{"blocker_id": 4, "blocked_id": 1, "created_at_ms": 1}],
}
WHO = "(apply followed_by: followed_by:me :order hits :inner affinity)"


def i64(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_equals_a_dictionary():
    random = np.random.default_rng(3)
    pairs = np.unique(random.integers(-40, 40, (900, 2)), axis=0)
    pairs = pairs[random.permutation(len(pairs))]
    score = random.random(len(pairs)) + 0.01
    table = AffinityTable.of_edges(pairs[:, 0], pairs[:, 1], score)
    for follower in np.unique(pairs[:, 0]):
        mine = pairs[:, 0] == follower
        expected = score[mine] / score[mine].mean()
        median = np.sort(expected)[(len(expected) - 1) // 2]
        found = table.between(int(follower), np.append(pairs[mine, 1], 1_000))
        assert found == pytest.approx([*expected, median], rel=2e-3)
        assert table.between(int(follower), i64(1_000)).tolist() == [1.0], (
            "of nobody whom he follows now is anything known"
        )
    assert table.between(99, i64(1, 2)).tolist() == [1.0, 1.0]
    assert AffinityTable.of_edges(i64(), i64(), np.zeros(0)).between(1, i64(2)).tolist() == [1.0]


def test_only_follows_of_the_viewers_world_have_one():
    table = AffinityTable.of_edges(i64(1, 1, 1, 7), i64(2, 4, 6, 2), np.array([1.0, 9.0, 2.0, 1.0]))
    with built(TABLES) as segment:
        ids = segment.ids(Vertical.USER)
        everyone = np.arange(len(ids), dtype=np.uint32)

        def of(viewer: int | None) -> dict[int, float]:
            world = Searcher(segment, SETTINGS).world(None if viewer is None else ExternalId(viewer), is_operator=False)
            found = table.of(world, everyone)
            return {int(id_): float(value) for id_, value in zip(ids, found, strict=True) if not np.isnan(value)}

        assert of(1) == {2: 1.0, 3: 1.0}  # 3 came later; between 1 and 4 stands a block; 1 does not follow 6
        assert of(2) == {3: 1.0, 6: 1.0}  # of whom nothing is stored
        assert of(7) == {}
        assert of(None) == {}
        world = Searcher(segment, SETTINGS).world(ExternalId(1), is_operator=False)
        assert table.of(world, everyone[:0]).tolist() == []


@pytest.mark.parametrize("seed", range(8))
def test_what_left_the_viewers_world_leaves_nothing_in_the_affinity_to_others(seed):
    """Blocks and ended follows after the table was made: as if table and world had never held them, to the last bit."""
    random = np.random.default_rng(seed)
    follows = [(1, int(id_)) for id_ in random.permutation(np.arange(2, 30))[:20]]
    score = {pair: float(random.random()) + 0.01 for pair in follows}
    gone = set(random.permutation(follows)[:6, 1].tolist())
    blocked, left = {id_ for id_ in gone if id_ % 2}, {id_ for id_ in gone if not id_ % 2}
    kept = [pair for pair in follows if pair[1] not in gone]
    new = (1, 30)

    def world(users, follows, blocks):
        return {
            "users": [{"id": id_, "username": f"u{id_}", "is_private": id_ % 3 == 0} for id_ in users],
            "follows": [{"follower_id": a, "followee_id": b, "created_at_ms": 1} for a, b in follows],
            "blocks": [{"blocker_id": id_, "blocked_id": 1, "created_at_ms": 1} for id_ in blocks],
        }

    def table(pairs):
        ends = np.array(pairs)
        return AffinityTable.of_edges(ends[:, 0], ends[:, 1], np.array([score[pair] for pair in pairs]))

    def seen(tables, affinity):
        with built(tables) as segment:
            ids = segment.ids(Vertical.USER)
            world = Searcher(segment, SETTINGS).world(ExternalId(1), is_operator=False)
            found = affinity.of(world, np.arange(len(ids), dtype=np.uint32))
            return {int(id_): float(value) for id_, value in zip(ids, found, strict=True) if not np.isnan(value)}

    everyone = range(1, 31)
    now = world(everyone, [pair for pair in follows if pair[1] not in left] + [new], blocked)
    never = world([id_ for id_ in everyone if id_ not in blocked], [*kept, new], [])
    found = seen(now, table(follows))
    assert found == seen(never, table(kept))
    assert set(found) == {id_ for _, id_ in kept} | {30}
    assert np.mean([found[id_] for _, id_ in kept]) == pytest.approx(1, rel=1e-6)


def test_on_disk(tmp_path):
    assert AffinityTable.open(tmp_path) is None
    made = AffinityTable.of_edges(i64(1, 1, 2), i64(5, 4, 4), np.array([1.0, 3.0, 0.5]))
    place = made.store(tmp_path, "7")
    found = AffinityTable.open(tmp_path)
    assert found is not None
    assert found.version == "7"
    assert found.between(1, i64(4, 5)).tolist() == [1.5, 0.5]
    bytes_ = bytearray((place / "scores.npy").read_bytes())
    bytes_[-1] ^= 1
    (place / "scores.npy").write_bytes(bytes_)
    with pytest.raises(DamagedError, match=r"scores\.npy"):
        AffinityTable.open(tmp_path)
    (place / "scores.npy").unlink()
    with pytest.raises(DamagedError, match="no whole table"):
        AffinityTable.open(tmp_path)
    card = json.loads((place / "table.json").read_text())
    (place / "table.json").write_text(json.dumps(card | {"format": 99}))
    with pytest.raises(InputError, match="format 99"):
        AffinityTable.open(tmp_path)


def test_a_session_finds_a_new_table(tmp_path):
    write_world(TABLES, tmp_path / "warehouse")
    build(tmp_path / "warehouse", tmp_path / "index")
    session = Session(tmp_path / "index", SETTINGS)
    request = Request(text=WHO, viewer=ExternalId(1))
    with pytest.raises(QueryError, match="no affinity model"):
        session.run(request)
    assert not session.refresh()
    AffinityTable.of_edges(i64(1, 1), i64(2, 3), np.array([1.0, 3.0])).store(tmp_path / "index" / "models", "1")
    assert session.refresh()
    assert session.run(request).ids == [5, 3, 6]  # 5 by 3, then 3 and 6 by 2
    assert not session.refresh()
    AffinityTable.of_edges(i64(1, 1), i64(2, 3), np.array([3.0, 1.0])).store(tmp_path / "index" / "models", "2")
    assert session.refresh()
    assert session.run(request).ids == [3, 6, 5]
    assert open_index(tmp_path / "index").generation == session.generation


def test_over_http_a_new_table_ends_cursors(tmp_path):
    write_world(TABLES, tmp_path / "warehouse")
    build(tmp_path / "warehouse", tmp_path / "index")
    with site(tmp_path / "index", tmp_path) as service:
        asked = {"q": "(apply followed_by: followed_by:me :order hits :inner affinity)", "limit": 1}
        refused = service.get("/v1/search", 1, **asked)
        assert (refused.status_code, refused.json()["code"]) == (400, "no-affinity")
        AffinityTable.of_edges(i64(1, 1), i64(2, 3), np.array([1.0, 3.0])).store(tmp_path / "index" / "models", "1")
        assert service.service.session.refresh()
        first = service.search(asked["q"], 1, limit=1)
        assert [result["id"] for result in first["results"]] == ["5"]
        second = service.search(asked["q"], 1, limit=1, cursor=first["cursor"])
        assert [result["id"] for result in second["results"]] == ["3"]
        AffinityTable.of_edges(i64(1, 1), i64(2, 3), np.array([3.0, 1.0])).store(tmp_path / "index" / "models", "2")
        assert service.service.session.refresh()
        ended = service.get("/v1/search", 1, cursor=first["cursor"], **asked)
        assert (ended.status_code, ended.json()["code"]) == (410, "cursor-ended")
        assert [result["id"] for result in service.search(asked["q"], 1, limit=1)["results"]] == ["3"]
