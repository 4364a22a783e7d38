"""Rankings of small seeded inputs reach what they reached: golden figures in `expected.txt`, each with its tolerance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from bench.quality import ltr, recsys, suggestions, typeahead
from bench.quality.expected import misses, read_expected
from ranking import TwoHop
from schemas.errors import InputError
from tests.conftest import shared_or_skip
from tests.quality.folders import graph_folder, town_folder

EXPECTED = read_expected(Path(__file__).with_name("expected.txt"))


def quiet(line: str) -> None:
    """Says nothing."""


def held(part: str, figures: dict[str, float]) -> None:
    """The figures of a part are as they were."""
    found = {f"{part}: {name}": value for name, value in figures.items()}
    print("\n".join(f"{name}  {value:.4f}" for name, value in found.items()))
    assert not misses(found, EXPECTED, f"{part}: ")


def test_typeahead_on_a_made_graph(tmp_path):
    held("made graph", typeahead.figures(typeahead.report(graph_folder(tmp_path), 1, 200, None, quiet)))


def test_suggestions_on_made_towns(tmp_path):
    held("made towns", suggestions.figures(suggestions.report(town_folder(tmp_path, ["a", "b"]), None, quiet)))


def test_suggestions_in_a_part_of_new_york(tmp_path):
    """Real friendships and visits of the first half of the users."""
    whole = shared_or_skip("data/checkins_foursquare_friends")
    for table, users in (("friends", ("src", "dst")), ("checkins", ("user_id",))):
        found = pl.read_parquet(whole / f"{table}.parquet").filter(pl.col("city") == "new_york")
        found.filter(pl.all_horizontal(pl.col(users) <= 1_900)).drop("city").write_parquet(
            tmp_path / f"{table}.parquet"
        )
    held("new york", suggestions.figures(suggestions.report(tmp_path, None, quiet)))


def test_media_by_likes_of_some_of_gowalla():
    """The first people and places alone, as a matrix of their own."""
    whole = shared_or_skip("data/recsys_gowalla_lightgcn")
    train, test = (recsys.likes(whole, name)[:2_000, :3_000] for name in ("train", "test"))
    found = recsys.measure(TwoHop.of(train), train, test)
    held("gowalla", {"Recall@20": found.recall.value, "NDCG@20": found.ndcg.value})


def test_lightgbms_example():
    held("ltr", ltr.figures(ltr.report(shared_or_skip("data/ltr_lightgbm_lambdarank"), quiet)))


@pytest.mark.parametrize(
    ("line", "value", "said"),
    [
        ("a: x  1.0  0.1  -", 1.05, ""),
        ("a: x  1.0  0.1  -", 1.2, "a: x: 1.2000, golden 1, 0.1 either way"),
        ("a: x  1.0  0.1  -", 0.85, "a: x: 0.8500, golden 1, 0.1 either way"),
        ("a: x  1.0  0.1  >= 0.95", 0.92, "a: x: 0.9200, less than the 0.95 wanted"),
        ("a: x  -  -  <= 20", 21, "a: x: 21.0000, more than the 20 wanted"),
        ("a: x  -  -  <= 20", 1, ""),
        ("a: x  1.0  0.1  -", np.nan, "a: x: nan, golden 1, 0.1 either way"),
        ("a: y  1.0  0.1  -", 1.0, "a: y: not measured"),
        ("b: y  1.0  0.1  -", 1.0, ""),
    ],
)
def test_a_figure_that_moves_is_missed(tmp_path, line, value, said):
    place = tmp_path / "expected.txt"
    place.write_text(f"# a remark\n\n{line}\n")
    assert misses({"a: x": value}, read_expected(place), "a: ") == ([said] if said else [])


@pytest.mark.parametrize("line", ["a: x  1.0", "a: x  1.0  0.1  about 3", "a: x  one  0.1  -"])
def test_a_line_that_is_no_figure_is_named(tmp_path, line):
    place = tmp_path / "expected.txt"
    place.write_text(line)
    with pytest.raises(InputError, match="line 1 is no figure"):
        read_expected(place)
