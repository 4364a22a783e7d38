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

WORDS = ["anna", "bob", "carla", "dora", "emil", "中国", "Émile", "ann"]


def graph_folder(path, *, typed=True, size=400, seed=1):
    """Circles of 20 who know each other well; ids are not places."""
    random = np.random.default_rng(seed)
    ids = random.permutation(size * 3)[:size] - 7
    near = [(a, b) for a in range(size) for b in range(a + 1, size) if a // 20 == b // 20 and random.random() < 0.5]
    links = np.array(near + [(int(a), int(b)) for a, b in random.integers(0, size, (300, 2))])
    names = [f"{WORDS[i % len(WORDS)]} {WORDS[random.integers(len(WORDS))]}{i}" for i in range(size - 2)] + ["...", ""]
    nodes = pl.DataFrame({"id": ids, "name": names} | ({"type": [f"t{i % 3}" for i in range(size)]} if typed else {}))
    nodes.write_parquet(path / "nodes.parquet")
    pl.DataFrame({"src": ids[links[:, 0]], "dst": ids[links[:, 1]]}).write_parquet(path / "edges.parquet")
    return path


def town_folder(path, names, *, seed=1, size=150):
    random = np.random.default_rng(seed)
    friends, visits = [], []
    for name in names:
        city = {} if name is None else {"city": name}
        ends = random.integers(1, size, (1500, 2))
        near = ends[ends[:, 0] // 10 == ends[:, 1] // 10]
        for snapshot, part in (("before", near[: len(near) // 2]), ("after", near)):
            friends += [city | {"snapshot": snapshot, "src": int(a), "dst": int(b)} for a, b in part]
        for _ in range(2000):
            user = int(random.integers(1, size))
            place = user // 10 * 5 + int(random.integers(5))
            visits.append(
                city
                | {
                    "user_id": user,
                    "place_id": place,
                    "hour_of_week": int(random.integers(1, 169)),
                    "category_id": place % 4,
                }
            )
    pl.DataFrame(friends).write_parquet(path / "friends.parquet")
    pl.DataFrame(visits).write_parquet(path / "checkins.parquet")
    return path


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
    assert any("low-pass" in line for line in recsys.report(tmp_path))


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
        ("edges", lambda t: t.with_columns(pl.col("src").cast(pl.String)), "not whole numbers"),
        ("edges", lambda t: t.with_columns(pl.lit(10**6).alias("dst")), "names node 1000000"),
        ("edges", lambda t: t.head(10), "at least 50"),
        ("nodes", lambda t: t.with_columns(pl.lit(None, pl.String).alias("name")), "nulls"),
        ("nodes", lambda t: t.with_columns(pl.lit(1).alias("id")), "not unique"),
        ("nodes", lambda t: t.head(0), "nodes.parquet has no rows"),
        ("edges", lambda t: t.head(0), "edges.parquet has no rows"),
        ("nodes", lambda t: t.with_columns(pl.lit("?!").alias("name")), "no name holds a letter"),
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
        ("checkins", lambda t: t.with_columns(pl.lit(-1).alias("user_id")), "less than 0"),
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


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda t: t.with_columns(pl.lit(None, pl.String).alias("city")), "column 'city' holds"),
        (lambda t: t.filter((pl.col("city") == "a") | (pl.col("snapshot") == "before")), "city 'b': friendships after"),
    ],
)
def test_an_unusable_city_is_named(tmp_path, edit, message):
    change(town_folder(tmp_path, ["a", "b"]), "friends", edit)
    with pytest.raises(InputError, match=message):
        suggestions.report(tmp_path, None, lambda _: None)


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
