"""The benches of quality on any folder of their form: made worlds give tables, unusable ones an error that says what is wrong."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from bench.quality import ltr, recsys, suggestions, typeahead
from schemas.errors import InputError
from tests.quality.folders import graph_folder, town_folder


@pytest.mark.parametrize("typed", [True, False])
def test_typeahead_on_a_made_folder(tmp_path, typed):
    said = []
    found = typeahead.report(graph_folder(tmp_path, typed=typed), 1, 60, None, said.append)
    text = "\n".join(said)
    assert "model over mutual links" in text
    assert "success@5 by letters typed" in text
    assert (found.typed <= found.word).all()
    assert found.typed.max() <= 8
    assert all((ranks >= (name != typeahead.TANTIVY)).all() for name, ranks in found.by.items())
    same = typeahead.report(tmp_path, 1, 60, None, lambda _: None)
    assert all(np.array_equal(found.by[name], same.by[name]) for name in found.by), "a second run differs"


def test_tantivy_orders_by_popularity(tmp_path):
    pytest.importorskip("tantivy", reason="the extra 'bench' is not installed")
    found = typeahead.report(graph_folder(tmp_path), 1, 60, None, lambda _: None).by
    popular, tantivy = found[typeahead.POPULARITY], found[typeahead.TANTIVY]
    assert ((tantivy > 0) == (popular <= typeahead.TOP)).mean() > 0.95  # they break ties in their own ways


@pytest.mark.parametrize("names", [[None], ["a", "b"]])
def test_suggestions_on_a_made_folder(tmp_path, names):
    said = []
    found = suggestions.report(town_folder(tmp_path, names), None, said.append)
    assert [one.city for one in found] == [name or "all" for name in names]
    assert all(0 < one.model.value <= 1 and one.users > 0 for one in found)
    assert len(said) == 2 + len(names)
    assert "model over Adamic–Adar" in said[0]


def test_one_city_can_be_asked_for(tmp_path):
    folder = town_folder(tmp_path, ["a", "b"])
    assert [one.city for one in suggestions.report(folder, "b", lambda _: None)] == ["b"]
    with pytest.raises(InputError, match="no city 'c'") as error:
        suggestions.report(folder, "c")
    assert error.value.hint == "it has: a, b"


def test_recsys_on_a_made_folder(tmp_path):
    random = np.random.default_rng(1)
    for name in ("train", "test"):
        pl.DataFrame({"user": random.integers(0, 40, 500), "item": random.integers(0, 30, 500)}).write_parquet(
            tmp_path / f"{name}.parquet"
        )
    said = []
    assert 0 < recsys.report(tmp_path, said.append).recall.value < 1
    assert any("low-pass" in line for line in said)


def change(folder, table, edit):
    path = folder / f"{table}.parquet"
    edit(pl.read_parquet(path)).write_parquet(path)


def nothing_new(friends):
    before = friends.filter(pl.col("snapshot") == "before")
    return pl.concat([before, before.with_columns(pl.lit("after").alias("snapshot"))])


@pytest.mark.parametrize(
    ("table", "edit", "message"),
    [
        ("nodes", lambda t: t.drop("name"), "no column 'name'"),
        ("edges", lambda t: t.rename({"dst": "to"}), "no column 'dst'"),
        ("edges", lambda t: t.with_columns(pl.lit([1]).alias("src")), "ids are whole numbers or texts"),
        ("edges", lambda t: t.with_columns(pl.lit(1.5).alias("src")), "ids are whole numbers or texts"),
        ("edges", lambda t: t.with_columns(pl.lit(10**6).alias("dst")), "has 0 links between two different nodes"),
        ("edges", lambda t: t.with_columns(pl.col("src").alias("dst")), "has 0 links between two different nodes"),
        ("edges", lambda t: t.head(10), "at least 50"),
        ("edges", lambda t: t.with_columns(pl.lit(None, pl.Int64).alias("dst")), "no rows, but for such with nulls"),
        ("nodes", lambda t: t.with_columns(pl.lit(None, pl.String).alias("name")), "no name at the end"),
        ("nodes", lambda t: t.with_columns(pl.lit(1).alias("id")), "not unique"),
        ("nodes", lambda t: t.head(0), "nodes.parquet has no rows"),
        ("edges", lambda t: t.head(0), "edges.parquet has no rows"),
        ("nodes", lambda t: t.with_columns(pl.lit("?!").alias("name")), "holds a letter"),
    ],
)
def test_a_typeahead_folder_that_cannot_be_used(tmp_path, table, edit, message):
    change(graph_folder(tmp_path), table, edit)
    with pytest.raises(InputError, match=message):
        typeahead.report(tmp_path, 1, 10, None, lambda _: None)


@pytest.mark.parametrize(
    ("table", "edit", "message"),
    [
        ("friends", lambda t: t.drop("snapshot"), "no column 'snapshot'"),
        ("friends", lambda t: t.with_columns(pl.lit("then").alias("snapshot")), "neither 'before' nor 'after'"),
        ("friends", lambda t: t.filter(pl.col("snapshot") == "before"), "after are missing"),
        ("checkins", lambda t: t.drop("hour_of_week"), "no column 'hour_of_week'"),
        ("checkins", lambda t: t.with_columns(pl.lit("x").alias("city")), "only one of"),
        ("checkins", lambda t: t.with_columns(pl.lit(0.5).alias("user_id")), "ids are whole numbers or texts"),
        ("checkins", lambda t: t.with_columns(pl.lit("noon").alias("hour_of_week")), "not whole numbers"),
        ("checkins", lambda t: t.with_columns(pl.lit(169).alias("hour_of_week")), "holds 169, more than 168"),
        ("friends", lambda t: t.head(0), "friends.parquet has no rows"),
        ("checkins", lambda t: t.head(0), "checkins.parquet has no rows"),
        ("friends", nothing_new, "none is new"),
    ],
)
def test_a_suggestions_folder_that_cannot_be_used(tmp_path, table, edit, message):
    change(town_folder(tmp_path, [None]), table, edit)
    with pytest.raises(InputError, match=message):
        suggestions.report(tmp_path, None, lambda _: None)


def unusable_b(friends):
    return friends.filter((pl.col("city") == "a") | (pl.col("snapshot") == "before"))


def test_an_unusable_city_is_left_out_and_named(tmp_path):
    change(town_folder(tmp_path, ["a", "b"]), "friends", unusable_b)
    said = []
    assert [one.city for one in suggestions.report(tmp_path, None, said.append)] == ["a"]
    assert said[0].startswith("left out: ")
    assert "city 'b': friendships after are missing" in said[0]
    assert "trained on the other half of the people" in said[1]
    with pytest.raises(InputError, match="city 'b': friendships after are missing"):
        suggestions.report(tmp_path, "b", said.append)
    change(tmp_path, "friends", lambda t: t.filter(pl.col("snapshot") == "before"))
    with pytest.raises(InputError, match="no city has"):
        suggestions.report(tmp_path, None, said.append)


def test_rows_with_nulls_and_links_to_nobody_are_left_out_and_counted(tmp_path):
    clean = typeahead.load_folder(graph_folder(tmp_path))
    more = pl.DataFrame({"src": [None, 10**6], "dst": [3, 4]}, schema_overrides={"src": pl.Int64, "dst": pl.Int64})
    change(tmp_path, "edges", lambda t: pl.concat([t, more]))
    said = []
    assert typeahead.load_folder(tmp_path, said.append).links.tolist() == clean.links.tolist()
    assert any("1 of" in line and "have a null" in line for line in said)
    assert any("name a node that nodes.parquet lacks, such as 1000000" in line for line in said)


KINDS_OF_IDS = {
    "texts": lambda ids: ids.cast(pl.String).str.zfill(9),
    "categories": lambda ids: ids.cast(pl.String).cast(pl.Categorical),
    "floats": lambda ids: ids.cast(pl.Float64),
    "large": lambda ids: pl.Series([2**63 + 10 + one for one in ids.to_list()], dtype=pl.UInt64),
    "small": lambda ids: ids.cast(pl.Int16),
}


@pytest.mark.parametrize("kind", KINDS_OF_IDS)
def test_ids_of_other_types_are_ids(tmp_path, kind):
    ids = KINDS_OF_IDS[kind]
    graph_folder(tmp_path)
    town_folder(tmp_path, [None])

    def read():
        [(name, tables)] = suggestions.cities(tmp_path).items()
        return typeahead.load_folder(tmp_path), suggestions.known(tmp_path, name, *tables)

    graph, people = read()
    columns = {"nodes": ["id"], "edges": ["src", "dst"], "friends": ["src", "dst"], "checkins": ["user_id", "place_id"]}
    for table, names in columns.items():
        change(tmp_path, table, lambda t, names=names: t.with_columns(ids(t[name]).alias(name) for name in names))
    found, others = read()
    assert found.links.tolist() == graph.links.tolist()
    assert others.new.size == people.new.size
    if kind != "categories":  # in the order of their texts, ids stand in another order
        assert others.new.matrix.indices.tolist() == people.new.matrix.indices.tolist()
        assert others.people.visits.places.data.tolist() == people.people.visits.places.data.tolist()


def test_texts_and_numbers_are_compared_as_texts(tmp_path):
    before = typeahead.load_folder(graph_folder(tmp_path))
    change(tmp_path, "nodes", lambda t: t.with_columns(pl.col("id").cast(pl.String)))
    assert typeahead.load_folder(tmp_path).links.tolist() == before.links.tolist()


@pytest.mark.parametrize("size", [24, 40, 60])
def test_a_small_graph_is_measured(tmp_path, size):
    said = []
    found = typeahead.report(graph_folder(tmp_path, size=size), 2, 1_500, None, said.append)
    assert len(found.typed) > 0
    assert any(line.startswith("seed 1: ") and "of these asked about" in line for line in said)


@pytest.mark.parametrize(("seeds", "links"), [(0, 10), (1, 0)])
def test_nothing_asked_is_an_error(tmp_path, seeds, links):
    with pytest.raises(InputError, match="at least one"):
        typeahead.report(graph_folder(tmp_path), seeds, links)


@pytest.mark.parametrize(("module", "table"), [(typeahead, "edges"), (suggestions, "checkins")])
def test_a_file_of_no_bytes_cannot_be_read(tmp_path, module, table):
    (graph_folder if module is typeahead else lambda path: town_folder(path, [None]))(tmp_path)
    (tmp_path / f"{table}.parquet").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be read as parquet"):
        module.report(tmp_path)


@pytest.mark.parametrize("module", ["typeahead", "suggestions", "recsys", "ltr"])
def test_the_command_says_what_is_missing_in_one_line(tmp_path, module):
    done = subprocess.run(
        [sys.executable, "-m", f"bench.quality.{module}", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert "is not a folder (no-such-folder)" in done.stderr
    assert "Traceback" not in done.stderr


def test_lists_of_other_lengths_are_an_error(tmp_path):
    row = {"query_id": [1], "label": [0], "feature_ids": [[1, 2]], "feature_values": [[1.0]]}
    pl.DataFrame(row).write_parquet(tmp_path / "train.parquet")
    with pytest.raises(InputError, match="other numbers of feature_ids"):
        ltr.rows(tmp_path, "train")


def test_hits_are_averaged_over_the_orders_of_equal_scores():
    scores = np.array([3.0, 1.0, 1.0, 1.0, 0.0, -1.0])
    assert suggestions.expected_hits(scores, np.array([0, 2, 4]), 2) == pytest.approx(1 + 1 / 3)
    assert suggestions.expected_hits(scores, np.array([0, 2, 4]), 4) == 2
    assert suggestions.expected_hits(scores, np.array([1]), 20) == 1


def test_weeks_are_told_by_the_order_of_the_rows():
    hours = np.array([166, 167, 166, 0, 167, 1, 60, 120, 10])
    assert suggestions.since_first_week(hours).tolist() == [166, 167, 166, 168, 167, 169, 228, 288, 346]
    assert suggestions.since_first_week(hours[:0]).tolist() == []
