"""From simulated people to rankers in force: simulate, train, evaluate, experiment report, as commands on one small world."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from api.cli.main import commands
from ranking import TASKS, Exposure, ExposureLog, Rankers, ServedLog, read_served
from ranking.simulator.attention import Attention
from ranking.simulator.chance import normals


def run(*words):
    return CliRunner().invoke(commands, [str(word) for word in words])


def ok(*words):
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A world of 800 people, its index, and ten days of searches."""
    directory = tmp_path_factory.mktemp("learning")
    ok("generate", "--users", 800, "--warehouse", directory / "world")
    ok("build", "--warehouse", directory / "world", "--index", directory / "index")
    shown = ok(
        *("simulate", "--index", directory / "index", "--log", directory / "log"),
        *("--sessions", 450, "--people", 60, "--seed", 3),
    )
    assert "typeahead" in shown
    return directory


@pytest.fixture(scope="module")
def log(place):
    return pl.read_parquet(place / "log" / "search_log" / "simulated-3-000001.parquet")


def test_simulated_people_look_at_the_top_more_and_find_what_they_want(log):
    lists = log.filter(pl.col("surface") == "typeahead")
    rates = lists.group_by("position").agg(pl.col("clicked").mean()).sort("position")["clicked"].to_list()
    assert rates[0] > 3 * rates[2]
    assert (lists.group_by("request_id").agg(pl.col("clicked").sum())["clicked"] <= 1).all(), "a choice ends a list"
    sessions = lists.group_by("session_id").agg(pl.col("clicked").any())
    assert sessions["clicked"].mean() > 0.5
    assert set(lists.filter("clicked")["vertical"]) >= {"user", "hashtag", "place"}
    assert set(log["surface"]) == {"typeahead", "explore", "hashtag_top", "place_top"}
    follows = log.filter("followed")
    assert follows.height > 0
    assert follows["clicked"].all()
    assert set(follows["vertical"]) == {"user"}
    texts = lists.sort("ts_ms", "position").group_by("session_id").agg(pl.col("query").unique(maintain_order=True))
    assert all(later.startswith(one) for own in texts["query"] for one, later in pairwise(own))


def test_every_slot_of_the_log_has_its_features_as_served(place, log):
    found = read_served(place / "log", TASKS["blend"].schema)
    served = set(zip(found.requests.tolist(), found.positions.tolist(), strict=True))
    assert found.counts["damaged"] == found.counts["other_schema"] == 0
    shown = log.filter(pl.col("surface") == "typeahead")
    assert served == set(shown.select("request_id", "position").iter_rows())


def test_the_same_seed_makes_the_same_log(place):
    logs = []
    for name in ("one", "two"):
        ok("simulate", "--index", place / "index", "--log", place / name, "--sessions", 25, "--people", 8, "--seed", 9)
        logs.append(pl.read_parquet(place / name / "search_log" / "simulated-9-000001.parquet"))
    assert logs[0].equals(logs[1])
    assert (place / "one/served/simulated-9.log").read_bytes() == (place / "two/served/simulated-9.log").read_bytes()
    again = run("simulate", "--index", place / "index", "--log", place / "one", "--seed", 9)
    assert again.exit_code == 2
    assert "holds a simulated log of seed 9" in again.output


def test_the_box_learns_from_a_log_and_is_judged_on_later_days(place):
    asked = ("train", "--index", place / "index", "--log", place / "log", "--task", "blend")
    shown = ok(*asked)
    assert "NDCG@10 of blend/new over as shown" in shown
    assert "choices of the vertical user over blend/by-hand: " in shown
    assert ("kept, not in force, as " in shown) == (Rankers(place / "index" / "models").version("blend") is None)
    assert "in force: " in ok(*asked, "--regardless")
    rankers = Rankers(place / "index" / "models")
    version = rankers.version("blend")
    assert rankers.scorer(TASKS["blend"]).name == f"blend/{version}"
    card = json.loads((place / "index/models/blend" / version / "model.json").read_text())["card"]
    assert card["schema_hash"] == TASKS["blend"].schema.hash
    assert card["window"][1] < version or version.startswith(card["window"][1])
    assert card["metrics"]["ndcg@10 blend/new"] > 0
    shown = ok("evaluate", "--index", place / "index", "--log", place / "log", "--task", "blend")
    assert f"NDCG@10 of blend/{version} over blend/by-hand" in shown
    for word in ("one word", "1 letters", "keystrokes"):
        assert word in shown


def test_a_blend_is_not_learnt_from_lists_that_were_served_under_other_intents(place, tmp_path):
    asked = ("train", "--index", place / "index", "--log", place / "log", "--out", tmp_path, "--task")
    assert "values from" in ok(*asked, "intent")
    refused = run(*asked, "blend")
    assert refused.exit_code == 2
    assert "were blended under intents like those now in force" in refused.output


def test_what_is_wrong_is_said(place, tmp_path):
    asked = ("train", "--index", place / "index")
    for words, code, says in [
        ((*asked, "--log", tmp_path, "--task", "blend"), 2, "holds no search log"),
        ((*asked, "--log", tmp_path / "none", "--task", "blend"), 2, "holds no search log"),
        ((*asked, "--log", place / "log", "--task", "blendd"), 2, "there is no task 'blendd'"),
        (("experiment", "report", "--log", place / "log"), 2, "nobody was exposed to any experiment"),
    ]:
        result = run(*words)
        assert (result.exit_code, says in result.output) == (code, True), result.output


def test_features_of_another_time_are_no_reason_to_guess(place, tmp_path):
    log_ = tmp_path / "log"
    (log_ / "search_log").mkdir(parents=True)
    rows = pl.read_parquet(place / "log" / "search_log" / "simulated-3-000001.parquet")
    rows.write_parquet(log_ / "search_log" / "a.parquet")
    with ServedLog(log_, "none"):
        pass
    result = run("train", "--index", place / "index", "--log", log_, "--task", "blend")
    assert result.exit_code == 2
    assert "no lines at all" in result.output


def test_an_experiment_without_effect_is_reported_as_such(place, log, tmp_path):
    viewers = sorted(set(log["viewer_id"].to_list()))
    start = int(log["ts_ms"].median())
    with ExposureLog(tmp_path, "service") as exposures:
        for number, viewer in enumerate(viewers):
            exposures.write(start, str(viewer), "r", [Exposure("same", ("control", "other")[number % 2], 0.5)])
    shown = ok("experiment", "report", "--log", place / "log", "--exposures", tmp_path)
    assert "fair" in shown
    assert "searches with a choice" in shown
    with ExposureLog(tmp_path, "broken") as exposures:
        for viewer in range(400):
            exposures.write(start, f"x{viewer}", "r", [Exposure("same", "other", 0.5)])
    result = run("experiment", "report", "--log", place / "log", "--exposures", tmp_path, "--name", "same")
    assert result.exit_code == 1
    assert "BROKEN" in result.output


def test_remembered_chance_is_normal_stays_and_is_of_its_own_for_everybody():
    things = np.random.default_rng(1).integers(0, 2**62, 20_000).tolist()
    found = normals(1, 5, things)
    assert abs(found.mean()) < 0.03
    assert abs(found.std() - 1) < 0.03
    assert (normals(1, 5, things[:50]) == found[:50]).all()
    for other in (normals(1, 6, things), normals(2, 5, things)):
        assert abs(np.corrcoef(found, other)[0, 1]) < 0.03


def test_attention_falls_with_position_and_one_choice_ends_a_list():
    random = np.random.default_rng(2)
    attention = Attention(1.0)
    liked = np.full(5, 0.5)
    many = np.array([attention.choose_many(liked, random) for _ in range(20_000)])
    assert np.allclose(many.mean(axis=0), 0.5 / np.arange(1, 6), atol=0.02)
    one = np.array([attention.choose_one(liked, random) for _ in range(5_000)])
    assert (one.sum(axis=1) <= 1).all()
    assert one[:, 0].mean() == pytest.approx(0.5, abs=0.03)


def test_affinity_is_learnt_put_in_force_and_read_by_queries(place):
    follows = pl.read_parquet(place / "world" / "follows")
    viewer = follows.group_by("follower_id").len().sort("len", "follower_id")["follower_id"][-1]
    query = ("query", "--index", place / "index", "--viewer", viewer)
    text = "(apply followed_by: followed_by:me :limit 5 :inner affinity)"
    assert "no affinity model yet" in run(*query, text).output
    asked = ("train", "--index", place / "index", "--task")
    for words, says in [
        (("affinity",), "give --warehouse"),
        (("affinity", "--warehouse", place / "nowhere"), "is no directory"),
        (("blend",), "give --log"),
    ]:
        refused = run(*asked, *words)
        assert (refused.exit_code, says in refused.output) == (2, True), refused.output
    shown = ok(*asked, "affinity", "--warehouse", place / "world", "--log", place / "log")
    assert "follows; in force" in shown
    assert "NDCG@10" in shown
    assert "by affinity" in ok(*query, text)
