"""Rankings and generations that a request names, and what operators learn of experiments and models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from api.keys import Scope
from ranking import EXPLORE, read_exposures, read_served
from tests.service import SCOPES, Site, signed, site, target_of, write_keys
from tests.test_cli import build, run
from tests.test_explore import keep_dislike
from tests.test_http_api import problem
from tests.test_http_operations import post

ANN = 1
EXPERIMENTS = """
[experiments.exploring]
layer = "pages"
traffic = [0, 100]
salt = "not to be told"
arms.control.weight = 1
arms.hand = { weight = 3, parameters = { "explore.scorer" = "hand" } }

[experiments.tops]
layer = "tops"
traffic = [0, 0.01]
arms.control.weight = 1
arms.learned = { weight = 1, parameters = { "hashtag_top.scorer" = "learned" } }
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A service with two versions of a model of Explore, one in force; everybody explores under an experiment."""
    keep_dislike(tmp_path / "models", "2", is_in_force=False)
    keep_dislike(tmp_path / "models", "1")
    (tmp_path / "experiments.toml").write_text(EXPERIMENTS)
    rows = (
        {"id": "all"},
        {"id": "page", "scopes": ["typeahead", "explore"]},
        {"id": "raw", "scopes": ["explore", "raw"]},
    )
    options = {"experiments": tmp_path / "experiments.toml", "logs": tmp_path / "logs", "models": tmp_path / "models"}
    with site(build(tmp_path), tmp_path, keys=write_keys(tmp_path / "keys.json", *rows), **options) as running:
        yield running


def by_key(here: Site, key: str, path: str, viewer: int | None = ANN, **params: object) -> object:
    target = target_of(path, **params)
    return here.client.get(target, headers=signed("GET", target, viewer=viewer, key=key))


def shown(here: Site, path: str = "/v1/explore", viewer: int | None = ANN, **params: object) -> list[str]:
    answer = here.get(path, viewer, **params)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["results"]]


# -- rankers and arms --------------------------------------------------------------------------------------------------


def test_a_request_names_its_ranker_whatever_is_in_force(here: Site) -> None:
    by_hand, learned = shown(here, ranker="hand"), shown(here, ranker="learned")
    assert sorted(by_hand) == sorted(learned)
    assert by_hand != learned
    assert shown(here, ranker="explore/2") == shown(here, ranker="explore/1") == learned
    assert shown(here, arm="exploring/hand") == by_hand
    assert shown(here, arm="exploring/control") == learned
    assert shown(here, "/v1/hashtags/golden/top", ranker="learned") == ["10", "11"]
    for path, q in (("/v1/typeahead", {"q": "a"}), ("/v1/search", {"text": "a"})):
        for named in ({"ranker": "hand"}, {"ranker": "learned"}, {"arm": "tops/learned"}):
            assert here.get(path, ANN, **q, **named).status_code == 200


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"ranker": "explore/3"}, "no-ranker"),
        ({"ranker": "explore/../explore/1"}, "no-ranker"),
        ({"ranker": "moon/1"}, "no-ranker"),
        ({"ranker": "explore"}, "no-ranker"),
        ({"arm": "exploring/moon"}, "no-experiment"),
        ({"arm": "exploring"}, "no-experiment"),
        ({"ranker": "hand", "arm": "exploring/hand"}, "bad-parameter"),
    ],
)
def test_rankings_that_there_are_not(here: Site, named: dict[str, str], code: str) -> None:
    problem(here.get("/v1/explore", ANN, **named), 400, code)


def test_a_query_has_no_ranker_and_words_no_generation(here: Site) -> None:
    problem(here.get("/v1/search", ANN, q="name:*", ranker="hand"), 400, "bad-parameter")
    problem(here.get("/v1/search", ANN, text="a", generation="000001"), 400, "bad-parameter")


def test_a_named_ranking_takes_the_scope_raw_even_where_it_is_kept(here: Site) -> None:
    for named in ({"ranker": "hand"}, {"arm": "exploring/hand"}):
        assert here.get("/v1/explore", ANN, **named).status_code == 200
        problem(by_key(here, "page", "/v1/explore", **named), 403, "no-scope")
        problem(by_key(here, "page", "/v1/typeahead", q="a", **named), 403, "no-scope")
        assert by_key(here, "raw", "/v1/explore", **named).status_code == 200


def test_whoever_names_a_ranking_is_exposed_to_nothing_and_nothing_is_learnt(here: Site, tmp_path: Path) -> None:
    for named in ({"ranker": "hand"}, {"arm": "exploring/hand"}):
        shown(here, **named)
    exploring, _ = here.get("/v1/admin/experiments", ANN).json()["experiments"]
    assert [arm["exposures"] for arm in exploring["arms"]] == [0, 0]
    shown(here)
    for queue in here.service.queues:
        queue.close()
    exposed = list(read_exposures(tmp_path / "logs", Counter()))
    assert [(one.unit, one.exposure.experiment) for one in exposed] == [("1", "exploring")]
    assert len(set(read_served(tmp_path / "logs", EXPLORE).requests)) == 1


def test_a_draft_of_explore_is_logged_with_its_teams(tmp_path: Path) -> None:
    keep_dislike(tmp_path / "models", "1")
    (tmp_path / "experiments.toml").write_text(
        '[experiments.e]\narms.control.weight = 1\narms.drafted = { weight = 1e9, parameters = { "explore.draft" = "hand" } }\n'
    )
    options = {"experiments": tmp_path / "experiments.toml", "logs": tmp_path / "logs", "models": tmp_path / "models"}
    with site(build(tmp_path), tmp_path, **options) as here:
        lists = [
            shown(here, limit=limit) for limit in range(2, 12)
        ]  # each another question, so that none is a kept answer
        (experiment,) = here.get("/v1/admin/experiments", ANN).json()["experiments"]
        assert [arm["exposures"] for arm in experiment["arms"]] == [0, 10]
    exposed = list(read_exposures(tmp_path / "logs", Counter()))
    assert [len(one.teams) for one in exposed] == [len(one) for one in lists]
    assert {one.teams[0] for one in exposed} == {"a", "b"}


# -- what operators learn ----------------------------------------------------------------------------------------------


def test_experiments_are_listed_with_the_viewers_arm_and_without_salts(here: Site) -> None:
    answer = here.get("/v1/admin/experiments", ANN)
    assert "not to be told" not in answer.text
    exploring, tops = answer.json()["experiments"]
    assert (exploring["name"], exploring["layer"], exploring["traffic"]) == ("exploring", "pages", [0, 100])
    assert exploring["arm"] in ("control", "hand")
    assert [(arm["name"], arm["share"], arm["parameters"]) for arm in exploring["arms"]] == [
        ("control", 0.25, {}),
        ("hand", 0.75, {"explore.scorer": "hand"}),
    ]
    assert (tops["traffic"], tops["arm"]) == ([0, 0.01], None)
    assert [one["arm"] for one in here.get("/v1/admin/experiments").json()["experiments"]] == [None, None]
    shown(here)
    assert post(here, "/v1/experiments/exploring/exposures", {}).json()["arm"] == exploring["arm"]
    met = {arm["name"]: arm["exposures"] for arm in here.get("/v1/admin/experiments").json()["experiments"][0]["arms"]}
    assert met == {"control": 0, "hand": 0} | {exploring["arm"]: 2}
    problem(by_key(here, "raw", "/v1/admin/experiments"), 403, "no-scope")


def test_rankers_are_listed_by_task(here: Site) -> None:
    found = {one["task"]: one for one in here.get("/v1/admin/rankers").json()["rankers"]}
    assert found["explore"] == {"task": "explore", "in_force": "1", "kept": ["1", "2"]}
    assert found["blend"] == {"task": "blend", "in_force": None, "kept": []}


# -- generations -------------------------------------------------------------------------------------------------------


@pytest.fixture
def twice(tmp_path: Path) -> Iterator[Site]:
    """Two generations: in the newer one dan (4) is private, and bob (2) has blocked ann."""
    index, warehouse = build(tmp_path), tmp_path / "warehouse"
    users = pl.read_parquet(warehouse / "users.parquet")
    users.with_columns(is_private=pl.col("is_private") | (pl.col("id") == 4)).write_parquet(warehouse / "users.parquet")
    blocks = pl.read_parquet(warehouse / "blocks.parquet")
    pl.concat([blocks, pl.DataFrame({"blocker_id": [2], "blocked_id": [1]})]).write_parquet(
        warehouse / "blocks.parquet"
    )
    assert run("build", "--warehouse", warehouse, "--index", index).exit_code == 0
    scopes = [scope for scope in SCOPES if scope != Scope.OPERATOR]
    keys = write_keys(tmp_path / "keys.json", {"id": "all"}, {"id": "admin", "scopes": scopes})
    with site(index, tmp_path, keys=keys) as running:
        yield running


def test_an_older_generation_is_the_operators_alone(twice: Site) -> None:
    """To everybody else it is no matter whether it is there: what it shows of today's hidden things is for nobody else."""
    for name in ("000001", "000002", "000009"):
        refused = problem(by_key(twice, "admin", "/v1/search", q="name:*", generation=name), 403, "no-scope")
        assert "000" not in refused["detail"]
    path = "/v1/viewer-tokens"
    token = post(twice, path, {"viewer": "1"}).json()["token"]
    target = target_of("/v1/search", q="name:*", generation="000001")
    problem(twice.client.get(target, headers={"authorization": f"Bearer {token}"}), 403, "no-scope")


def test_two_generations_side_by_side(twice: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "monoceros.operator")
    q = "(apply followed_by: followed_by:me)"
    now, before = twice.search(q, ANN), twice.search(q, ANN, generation="000001", explain="true")
    assert [hit["name"] for hit in before["results"]] == ["ann", "dan"]
    assert now["results"] == [], "bob is out of sight, and dan, who is private, by way of nobody"
    assert "estimate" not in before["explain"]
    assert twice.search(q, ANN, generation="000002") | {"took_ms": 0} == now | {"took_ms": 0}
    assert [line for line in caplog.messages if "generation=000001" in line and "by key all" in line]
    assert twice.search("name:*", generation="000001", operator="true")["total"] > 0
    problem(twice.get("/v1/search", q="name:*", generation="000009"), 400, "no-generation")
    problem(twice.get("/v1/search", q="name:*", generation=".."), 400, "no-generation")


def test_paging_stays_in_its_generation(twice: Site) -> None:
    whole = [hit["id"] for hit in twice.search("name:*", ANN, generation="000001")["results"]]
    page = twice.search("name:*", ANN, generation="000001", limit=2)
    problem(twice.get("/v1/search", ANN, q="name:*", limit=2, cursor=page["cursor"]), 400, "bad-cursor")
    found = [hit["id"] for hit in page["results"]]
    while "cursor" in page:
        page = twice.search("name:*", ANN, generation="000001", limit=2, cursor=page["cursor"])
        found += [hit["id"] for hit in page["results"]]
    assert found == whole


def test_a_generation_that_is_removed_is_let_go(twice: Site, tmp_path: Path) -> None:
    twice.search("name:*", ANN, generation="000001")
    assert run("build", "--warehouse", tmp_path / "warehouse", "--index", tmp_path / "index").exit_code == 0
    twice.service.session.refresh()
    problem(twice.get("/v1/search", q="name:*", generation="000001"), 400, "no-generation")
    assert twice.search("name:*", ANN, generation="000002")["total"] > 0
