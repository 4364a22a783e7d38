"""What affinity is learnt from: counted as a slow twin counts, nothing that the follower may not see; better than likes alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest

from ingest.opening import open_warehouse
from ingest.worlds import generate
from ranking import AffinityTable, Deeds, affinities, auc, learn_affinity, load, read_deeds, save
from ranking.affinity.features import AFFINITY, DAY_MS, LATELY_MS, engaged_between, features_at, follows_at
from schemas.errors import InputError
from schemas.ids import hashtag_id
from schemas.tables import TABLES
from tests import oracle
from tests.oracle.random_world import random_tables

NOW = 400 * DAY_MS
KINDS = {
    "liked": ("likes", "liker_id", "created_at_ms", False),
    "commented": ("comments", "commenter_id", "created_at_ms", False),
    "viewed": ("views", "viewer_id", "viewed_at_ms", False),
    "tagged": ("media_tagged_users", "user_id", None, True),
    "mentioned": ("media_mentions", "user_id", None, True),
    "liked_back": ("likes", "liker_id", "created_at_ms", True),
    "commented_back": ("comments", "commenter_id", "created_at_ms", True),
    "tagged_back": ("media_tagged_users", "user_id", None, False),
}


def read_of(tables: dict[str, list[dict[str, object]]]):
    """As a warehouse reads these rows: typed, with defaults, in batches."""

    def read(table: str, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        defaults = {name: TABLES[table].column(name).default for name in columns}
        rows = [
            {name: default if row.get(name) is None else row[name] for name, default in defaults.items()}
            for row in tables.get(table, [])
            if all(row.get(column.name) is not None for column in TABLES[table].columns if column.required)
        ]
        for start in range(0, len(rows), 5):
            yield pl.DataFrame(rows[start : start + 5], schema=dict.fromkeys(columns), infer_schema_length=None)

    return read


def spread_out(tables: dict[str, list[dict[str, object]]], rng: Random) -> dict[str, list[dict[str, object]]]:
    """The same rows with times over 400 days, some views and searches beside them."""
    times = ("created_at_ms", "viewed_at_ms")
    found = {
        table: [row | {name: rng.randrange(NOW) for name in times if name in row} for row in rows]
        for table, rows in tables.items()
    }
    users, media = [row["id"] for row in found["users"]], [row["id"] for row in found["media"]]
    if media:
        found["views"] = [
            {
                "viewer_id": rng.choice(users),
                "media_id": rng.choice(media),
                "viewed_at_ms": rng.randrange(NOW),
            }
            for _ in range(60)
        ]
    found["search_log"] = [
        {
            "request_id": f"r{number}",
            "position": 0,
            "viewer_id": rng.choice(users),
            "result_id": rng.choice(users),
            "ts_ms": rng.randrange(NOW),
            "vertical": rng.choice(("user", "user", "place")),
            "clicked": rng.random() < 0.5,
            "followed": rng.random() < 0.2,
        }
        for number in range(200)
    ]
    return found


def slow(tables: dict[str, list[dict[str, object]]], who: int, whom: int, at: int) -> dict[str, float]:
    """Some of the features of one follow, from rows of a world in which all is visible to `who`."""
    owners = {
        row["id"]: (row["owner_id"], row["created_at_ms"], row.get("visibility", "public")) for row in tables["media"]
    }
    found: dict[str, float] = {}
    for kind, (table, actor, ms, back) in KINDS.items():
        doer, owner = (whom, who) if back else (who, whom)
        times = [
            row[ms] if ms else owners[row["media_id"]][1]
            for row in tables.get(table, [])
            if row[actor] == doer and owners.get(row["media_id"], (None,))[0] == owner
        ]
        found[kind] = math.log1p(sum(t <= at for t in times))
        found[f"{kind}_lately"] = math.log1p(sum(math.exp((t - at) / LATELY_MS) for t in times if t <= at))
    rows = [r for r in tables["search_log"] if (r["viewer_id"], r["result_id"], r["vertical"]) == (who, whom, "user")]
    found["found"] = math.log1p(sum(r["ts_ms"] <= at and bool(r["clicked"] or r["followed"]) for r in rows))
    found["followed_found"] = math.log1p(sum(r["ts_ms"] <= at and bool(r["followed"]) for r in rows))
    posts = [ms for owner, ms, shown in owners.values() if owner == whom and shown != "private" and ms <= at]
    found["posts"] = math.log1p(len(posts))
    follows = [(r["follower_id"], r["followee_id"]) for r in tables["follows"] if r["created_at_ms"] <= at]
    found["follows_back"] = float((whom, who) in follows)
    found["followees"] = float(sum(one == who for one, _ in follows))
    return found


@pytest.mark.parametrize("seed", range(81_000, 81_012))
def test_features_are_those_of_the_viewers_world(seed):
    print(f"seed {seed}")
    rng = Random(seed)
    tables = spread_out(random_tables(seed), rng)
    world = oracle.make_world(tables, hashtag_id)
    whole = read_deeds(read_of(tables))
    at = rng.randrange(NOW // 2, NOW)
    for viewer in rng.sample(sorted(world.users), min(4, len(world.users))):
        reduced = oracle.visible_tables(world, viewer, hashtag_id)
        shown = {row["id"] for row in reduced["media"]}
        seen = reduced | {
            "views": [row for row in tables.get("views", []) if row["media_id"] in shown],
            "search_log": tables["search_log"],
        }
        mine = follows_at(whole, at).filter(pl.col("who") == viewer)
        alone = read_deeds(read_of(seen))
        assert follows_at(alone, at).filter(pl.col("who") == viewer)["whom"].to_list() == mine["whom"].to_list()
        matrix = features_at(whole, mine, at)
        np.testing.assert_array_equal(features_at(alone, mine, at), matrix)
        for row, whom in zip(matrix, mine["whom"].to_list(), strict=True):
            for name, value in slow(seen, viewer, whom, at).items():
                assert row[AFFINITY.names.index(name)] == pytest.approx(value, rel=1e-5), name


def test_labels_are_deeds_after_the_moment():
    tables = {
        "users": [{"id": id_, "username": f"u{id_}"} for id_ in range(1, 6)],
        "follows": [{"follower_id": 1, "followee_id": x, "created_at_ms": 1} for x in (2, 3, 4, 5)],
        "media": [{"id": 20 + x, "owner_id": x, "created_at_ms": 1} for x in (2, 3, 4, 5)],
        "likes": [
            {"liker_id": 1, "media_id": 22, "created_at_ms": 100},  # at the moment: no label
            {"liker_id": 1, "media_id": 23, "created_at_ms": 101},
            {"liker_id": 1, "media_id": 24, "created_at_ms": 201},  # past the horizon
        ],
        "search_log": [
            {
                "request_id": "a",
                "position": 2,
                "viewer_id": 1,
                "result_id": 5,
                "ts_ms": 150,
                "vertical": "user",
                "clicked": False,
                "followed": True,
            }
        ],
    }
    deeds = read_deeds(read_of(tables))
    follows = follows_at(deeds, 100)
    assert follows["whom"].to_list() == [2, 3, 4, 5]
    assert engaged_between(deeds, follows, 100, 200).tolist() == [0, 1, 0, 1]


@pytest.fixture(scope="module")
def deeds(tmp_path_factory: pytest.TempPathFactory) -> Deeds:
    place = tmp_path_factory.mktemp("affinity") / "warehouse"
    generate(2_500, 11, place)
    with open_warehouse(str(place)) as warehouse:
        return read_deeds(warehouse.read)


def test_later_deeds_are_foretold_better_than_by_likes(deeds: Deeds, tmp_path: Path):
    model, judged = learn_affinity(deeds)
    print(judged)
    assert judged.followers >= 100
    assert judged.ndcg.low > judged.ndcg_of_likes.high
    assert judged.auc > judged.auc_of_likes + 0.05
    assert learn_affinity(deeds)[0].booster.model_to_string() == model.booster.model_to_string()
    save(model, tmp_path / "model")
    assert load(tmp_path / "model", AFFINITY).card.metrics["auc"] == pytest.approx(judged.auc)
    table = affinities(model, deeds, "1")
    assert len(table.followees) == deeds.follows.height
    table.store(tmp_path, "1")
    found = AffinityTable.open(tmp_path)
    assert found is not None
    some = deeds.follows.filter(pl.col("who") == deeds.follows["who"][0])
    mine = found.between(int(some["who"][0]), some["whom"].to_numpy())
    assert mine.mean() == pytest.approx(1, abs=2e-3)
    assert mine.min() < mine.max()


def test_too_few_to_learn_from():
    tables = spread_out(random_tables(4), Random(4))
    with pytest.raises(InputError, match="learnt from 20 at least") as caught:
        learn_affinity(read_deeds(read_of(tables)))
    assert caught.value.code == "lopsided-log"
    with pytest.raises(InputError, match="learnt from 20 at least"):
        learn_affinity(read_deeds(read_of({})))


def test_auc_against_pairs():
    random = np.random.default_rng(2)
    scores, labels = random.integers(0, 5, 60).astype(float), random.integers(0, 2, 60)
    ones, zeros = scores[labels == 1], scores[labels == 0]
    pairs = [(a > b) + (a == b) / 2 for a in ones for b in zeros]
    assert auc(scores, labels) == pytest.approx(np.mean(pairs))
    assert math.isnan(auc(scores, np.zeros(60, dtype=np.int64)))
