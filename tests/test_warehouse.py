"""The reader and the cleaning of tables: layouts, types, defaults, named errors, and every count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from index.corpus import FOLLOWERS, NONE, Corpus
from ingest.documents import read_corpus
from ingest.parquet import ParquetWarehouse
from schemas.catalogue import Vertical
from schemas.errors import InputError

NOW_MS = 10_000
Tables = dict[str, dict[str, Any]]

USERS = {"id": [1, 2, 3], "username": ["ann", "bob", "cy"]}
MEDIA = {"id": [10, 11], "owner_id": [1, 2], "created_at_ms": [5, 6]}


def write(root: Path, tables: Tables) -> Path:
    root.mkdir(exist_ok=True)
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(root / f"{name}.parquet")
    return root


def read(root: Path, tables: Tables, **options: Any) -> Corpus:
    """The corpus of these tables, all facts loaded, so that its counts are complete."""
    corpus = read_corpus(write(root, tables), now_ms=NOW_MS, **options)
    for loader in (*corpus.pairs.values(), *corpus.postings.values()):
        loader()
    return corpus


def ids(corpus: Corpus, vertical: Vertical) -> list[int]:
    return corpus.ids[vertical].tolist()


def follows(*rows: tuple[int | None, int | None, int]) -> dict[str, Any]:
    return {
        "follower_id": pl.Series([r[0] for r in rows], dtype=pl.Int64),
        "followee_id": pl.Series([r[1] for r in rows], dtype=pl.Int64),
        "created_at_ms": [r[2] for r in rows],
    }


class TestLayout:
    def test_a_directory_of_parts_is_read_in_order_of_name(self, tmp_path: Path) -> None:
        (tmp_path / "users").mkdir()
        for name, user in (("b.parquet", 2), ("a.parquet", 1), ("c.txt", 9), (".d.parquet", 9)):
            pl.DataFrame({"id": [user], "username": ["u"]}).write_parquet(tmp_path / "users" / name)
        frames = list(ParquetWarehouse(tmp_path).read("users", ["id"]))
        assert [frame["id"].to_list() for frame in frames] == [[1], [2]]

    def test_names_are_no_patterns(self, tmp_path: Path) -> None:
        assert ids(read(tmp_path / "id=[7]*?", {"users": USERS}), Vertical.USER) == [1, 2, 3]

    def test_missing_tables_are_empty(self, tmp_path: Path) -> None:
        corpus = read(tmp_path, {"users": USERS})
        assert {v: len(ids(corpus, v)) for v in Vertical} == {v: 3 if v == "user" else 0 for v in Vertical}
        assert corpus.counts == {"users": {"rows": 3}}
        assert list(corpus.snapshot_ms) == ["users"]

    def test_empty_tables_are_empty(self, tmp_path: Path) -> None:
        empty = {"id": pl.Series([], dtype=pl.Int64), "username": pl.Series([], dtype=pl.String)}
        corpus = read(tmp_path, {"users": empty, "follows": follows()})
        assert ids(corpus, Vertical.USER) == []
        assert corpus.counts == {"users": {"rows": 0}, "follows": {"rows": 0}}

    def test_rows_stand_at_the_same_place_whatever_the_columns_and_the_batches(self, tmp_path: Path) -> None:
        names = ["a", None, "c", "d", None, "f", "g"]
        write(tmp_path, {"users": {"id": list(range(7)), "username": names, "extra": names}})
        warehouse = ParquetWarehouse(tmp_path, batch_rows=3)
        tally = Counter[str]()
        batches = list(warehouse.read("users", ["id"], tally))
        assert [batch["id"].to_list() for batch in batches] == [[0, 2], [3, 5], [6]]
        assert tally == {"rows": 7, "null_required": 2}
        assert [batch.height for batch in warehouse.read("users", ["country", "username"])] == [2, 2, 1]


def _as(dtype: pl.DataType | type[pl.DataType], values: list[Any]) -> pl.Series:
    return pl.Series(values, dtype=dtype, strict=False)


class TestTypes:
    @pytest.mark.parametrize("dtype", [pl.Int16, pl.UInt16, pl.Int32, pl.UInt32, pl.UInt64, pl.Int64])
    def test_whole_numbers_of_any_width(self, tmp_path: Path, dtype: type[pl.DataType]) -> None:
        corpus = read(tmp_path, {"users": {**USERS, "id": _as(dtype, [1, 2, 3]), "created_at_ms": _as(dtype, [7] * 3)}})
        assert ids(corpus, Vertical.USER) == [1, 2, 3]
        assert corpus.columns["user.created_at_ms"].tolist() == [7, 7, 7]

    @pytest.mark.parametrize("dtype", [pl.Boolean, pl.Int8, pl.UInt32, pl.Int64])
    def test_flags(self, tmp_path: Path, dtype: type[pl.DataType]) -> None:
        corpus = read(tmp_path, {"users": {**USERS, "is_private": _as(dtype, [1, None, 0])}})
        assert corpus.private.tolist() == [True, False, False]

    @pytest.mark.parametrize("dtype", [pl.Categorical(), pl.Enum(["fr", "us"]), pl.String()])
    def test_texts(self, tmp_path: Path, dtype: pl.DataType) -> None:
        corpus = read(tmp_path, {"users": {**USERS, "country": _as(dtype, ["fr", None, "us"])}})
        assert [corpus.texts["user.country"][i] for i in range(3)] == ["fr", "", "us"]

    @pytest.mark.parametrize("dtype", [pl.Int32, pl.Float32, pl.Float64])
    def test_numbers(self, tmp_path: Path, dtype: type[pl.DataType]) -> None:
        corpus = read(tmp_path, {"places": {"id": [1, 2], "name": ["a", "b"], "lat": _as(dtype, [4, None])}})
        assert corpus.columns["place.lat"].tolist() == [4.0, 0.0]

    def test_nan_is_null(self, tmp_path: Path) -> None:
        corpus = read(tmp_path, {"places": {"id": [1], "name": ["a"], "lat": [float("nan")], "lon": [1.5]}})
        assert (corpus.columns["place.lat"].tolist(), corpus.columns["place.lon"].tolist()) == ([0.0], [1.5])

    def test_a_column_of_the_null_type_is_a_column_of_nulls(self, tmp_path: Path) -> None:
        corpus = read(
            tmp_path, {"users": {**USERS, "is_private": [None] * 3}, "media": {**MEDIA, "place_id": [None] * 2}}
        )
        assert not corpus.private.any()
        assert corpus.place.tolist() == [NONE, NONE]

    @pytest.mark.parametrize("column", [{}, {"nulls": True}])
    def test_every_default(self, tmp_path: Path, column: dict[str, bool]) -> None:
        def optional(**columns: Any) -> dict[str, Any]:
            return {name: _as(dtype, [None]) for name, dtype in columns.items()} if column else {}

        corpus = read(
            tmp_path,
            {
                "users": {
                    "id": [1],
                    "username": ["ann"],
                    **optional(fullname=pl.String, is_private=pl.Boolean, is_verified=pl.Boolean),
                    **optional(country=pl.String, created_at_ms=pl.Int64),
                },
                "media": {
                    "id": [10],
                    "owner_id": [1],
                    "created_at_ms": [5],
                    **optional(content_type=pl.String, visibility=pl.String, caption=pl.String, place_id=pl.Int64),
                },
                "places": {
                    "id": [20],
                    "name": ["x"],
                    **optional(city=pl.String, country=pl.String, category=pl.String, lat=pl.Float64, lon=pl.Float64),
                },
                "groups": {
                    "id": [30],
                    "name": ["g"],
                    **optional(description=pl.String, is_public=pl.Boolean, created_at_ms=pl.Int64),
                },
            },
        )
        assert (corpus.private.tolist(), corpus.verified.tolist()) == ([False], [False])
        assert (corpus.level.tolist(), corpus.content_type.tolist(), corpus.place.tolist()) == ([0], [0], [NONE])
        assert corpus.group_public.tolist() == [True]
        assert {key: column.tolist() for key, column in corpus.columns.items()} == {
            "user.created_at_ms": [0],
            "media.created_at_ms": [5],
            "hashtag.public_media": [],
            "place.public_media": [0],
            "place.lat": [0.0],
            "place.lon": [0.0],
        }
        assert {key: text[0] for key, text in corpus.texts.items() if len(text)} == {
            "user.username": "ann",
            "user.fullname": "",
            "user.country": "",
            "place.name": "x",
            "place.city": "",
            "place.country": "",
            "place.category": "",
            "group.name": "g",
            "group.description": "",
        }


ERRORS: dict[str, tuple[str, Tables, tuple[str, ...]]] = {
    "required column": ("missing-column", {"users": {"id": [1]}}, ("users", "username", "users.parquet")),
    "id as text": ("bad-column", {"users": {**USERS, "id": ["1", "2", "3"]}}, ("users", "column id", "String")),
    "id as float": ("bad-column", {"media": {**MEDIA, "place_id": [1.0, 2.0]}}, ("media", "place_id", "Float64")),
    "text as number": ("bad-column", {"users": {**USERS, "username": [1, 2, 3]}}, ("users", "username")),
    "time as date": (
        "bad-column",
        {"users": {**USERS, "created_at_ms": _as(pl.Datetime, [None] * 3)}},
        ("users", "created_at_ms", "Datetime"),
    ),
    "flag as text": ("bad-column", {"users": {**USERS, "is_private": ["true"] * 3}}, ("users", "is_private")),
    "number as text": ("bad-column", {"places": {"id": [1], "name": ["a"], "lat": ["1"]}}, ("places", "lat")),
    "vector as number": ("bad-column", {"media_vectors": {"media_id": [1], "vector": [1.0]}}, ("vector",)),
    "flag of 2": ("bad-value", {"users": {**USERS, "is_private": [0, 2, 1]}}, ("users", "is_private", "2", "id 2")),
    "id beyond 64 bits": (
        "bad-value",
        {"users": {**USERS, "id": _as(pl.UInt64, [1, 2**63, 3])}},
        ("users", "column id", str(2**63)),
    ),
    "content type": (
        "bad-value",
        {"users": USERS, "media": {**MEDIA, "content_type": ["photo", "gif"]}},
        ("media", "content_type", "'gif'", "id 11"),
    ),
    "visibility": (
        "bad-value",
        {"users": USERS, "media": {**MEDIA, "visibility": ["secret", "public"]}},
        ("media", "visibility", "'secret'", "id 10"),
    ),
    "vertical of a count": (
        "bad-value",
        {"rank_counts": {"vertical": ["user", "blog"], "id": [1, 7], "count": [3, 4]}},
        ("rank_counts", "vertical", "'blog'", "id 7"),
    ),
}


class TestErrors:
    @pytest.mark.parametrize("case", ERRORS)
    def test_names_the_place(self, tmp_path: Path, case: str) -> None:
        code, tables, parts = ERRORS[case]
        with pytest.raises(InputError) as caught:
            read(tmp_path, tables)
        assert caught.value.code == code
        assert all(part in caught.value.message for part in parts), caught.value.message
        assert caught.value.hint

    @pytest.mark.parametrize(
        "make", [lambda root: None, Path.mkdir, Path.touch, lambda root: write(root, {"blogs": {"id": [1]}})]
    )
    def test_no_warehouse(self, tmp_path: Path, make: Callable[[Path], object]) -> None:
        make(tmp_path / "w")
        with pytest.raises(InputError) as caught:
            read_corpus(tmp_path / "w", now_ms=NOW_MS)
        assert caught.value.code == "no-warehouse"
        assert str(tmp_path / "w") in caught.value.message

    def test_a_table_that_is_there_twice(self, tmp_path: Path) -> None:
        write(tmp_path, {"users": USERS})
        (tmp_path / "users").mkdir()
        pl.DataFrame(USERS).write_parquet(tmp_path / "users" / "a.parquet")
        with pytest.raises(InputError, match=r"users is there twice: as .*users\.parquet and as .*users"):
            read_corpus(tmp_path, now_ms=NOW_MS)

    @pytest.mark.parametrize(
        "other", [{"id": _as(pl.Int32, [4])}, {"country": ["fr"]}, {"country": _as(pl.Null, [None])}]
    )
    def test_parts_may_differ_in_widths_and_in_what_has_a_default(self, tmp_path: Path, other: dict[str, Any]) -> None:
        (tmp_path / "users").mkdir()
        pl.DataFrame(USERS).write_parquet(tmp_path / "users" / "a.parquet")
        pl.DataFrame({"id": [4], "username": ["dee"], **other}).write_parquet(tmp_path / "users" / "b.parquet")
        corpus = read_corpus(tmp_path, now_ms=NOW_MS)
        at = corpus.ids[Vertical.USER].tolist().index(4)
        assert corpus.texts["user.username"][at] == "dee"
        assert corpus.texts["user.country"][at] == (other.get("country", [None])[0] or "")

    def test_each_part_needs_what_is_required(self, tmp_path: Path) -> None:
        (tmp_path / "users").mkdir()
        pl.DataFrame(USERS).write_parquet(tmp_path / "users" / "a.parquet")
        pl.DataFrame({"id": [4]}).write_parquet(tmp_path / "users" / "b.parquet")
        with pytest.raises(InputError, match=r"column username is missing in .*b\.parquet"):
            read_corpus(tmp_path, now_ms=NOW_MS)

    @pytest.mark.parametrize("keep", [0, 3, 100, -1, -9])
    def test_a_half_written_file(self, tmp_path: Path, keep: int) -> None:
        file = write(tmp_path, {"users": USERS}) / "users.parquet"
        file.write_bytes(file.read_bytes()[:keep])
        with pytest.raises(InputError, match=r"users\.parquet") as caught:
            read_corpus(tmp_path, now_ms=NOW_MS)
        assert caught.value.code == "bad-table"

    def test_a_damaged_page(self, tmp_path: Path) -> None:
        write(tmp_path, {"users": {"id": list(range(10_000)), "username": [f"u{i}" for i in range(10_000)]}})
        file = tmp_path / "users.parquet"
        damaged = bytearray(file.read_bytes())
        damaged[4:4_000] = bytes(3_996)
        file.write_bytes(damaged)
        with pytest.raises(InputError, match=r"users\.parquet") as caught:
            read_corpus(tmp_path, now_ms=NOW_MS)
        assert caught.value.code == "bad-table"

    def test_a_directory_in_the_place_of_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "users.parquet").mkdir()
        with pytest.raises(InputError, match=r"users\.parquet: it is no file"):
            read_corpus(tmp_path, now_ms=NOW_MS)


PAIR = {"media_id": [10, 10, 99, None], "user_id": [3, 3, 3, 3]}
COUNTS: dict[str, tuple[Tables, dict[str, dict[str, int]]]] = {
    "null in a required column": (
        {"users": {"id": [1, None, 3], "username": ["a", "b", None]}},
        {"users": {"rows": 3, "null_required": 2}},
    ),
    "follows": (
        {"follows": follows((1, 2, 1), (1, 2, 2), (1, 1, 1), (9, 9, 1), (1, 9, 1), (None, 1, 1))},
        {"follows": {"rows": 6, "null_required": 1, "dangling": 2, "self": 1}},
    ),
    "blocks": (
        {"blocks": {"blocker_id": [1, 2, 8], "blocked_id": [2, 2, 1]}},
        {"blocks": {"rows": 3, "self": 1, "dangling": 1}},
    ),
    "media": (
        {
            "media": {
                "id": [10, 11, 12, 12, None],
                "owner_id": [1, 9, 2, 2, 1],
                "created_at_ms": [1, 1, 1, 2, 1],
                "place_id": [77, 77, None, 77, None],
            }
        },
        {"media": {"rows": 5, "null_required": 1, "dangling": 1, "unknown_place": 2, "duplicate": 1}},
    ),
    "hashtags": (
        {"media_hashtags": {"media_id": [10, 10, 10, 99, 10], "hashtag": ["#a", "##", " ", "#", None]}},
        {"media_hashtags": {"rows": 5, "null_required": 1, "dangling": 1, "empty": 2}},
    ),
    "tags": (
        {"media_tags": {"media_id": [10, 10, 99], "tag": ["a:b=c", "!!", "!!"]}},
        {"media_tags": {"rows": 3, "dangling": 1, "empty": 1}},
    ),
    "autotags": (
        {"media_autotags": {"media_id": [10, 10, 99], "label": ["", "dog", ""]}},
        {"media_autotags": {"rows": 3, "dangling": 1, "empty": 1}},
    ),
    "tagged users": (
        {"media_tagged_users": PAIR},
        {"media_tagged_users": {"rows": 4, "null_required": 1, "dangling": 1}},
    ),
    "mentions": ({"media_mentions": PAIR}, {"media_mentions": {"rows": 4, "null_required": 1, "dangling": 1}}),
    "likes": (
        {"likes": {"media_id": PAIR["media_id"], "liker_id": [3, 8, 3, 3]}},
        {"likes": {"rows": 4, "null_required": 1, "dangling": 2}},
    ),
    "comments": (
        {
            "comments": {
                "id": [1, 1, 2, 3, None],
                "commenter_id": [1, 2, 9, 1, 1],
                "media_id": [10, 10, 10, 99, 10],
            }
        },
        {"comments": {"rows": 5, "null_required": 1, "dangling": 2, "duplicate": 1}},
    ),
    "groups": (
        {
            "groups": {"id": [30, 30, 31], "name": ["g", "h", None]},
            "group_members": {"group_id": [30, 31, 30], "user_id": [1, 1, 9]},
            "group_media": {"group_id": [30, 30, 31], "media_id": [10, 99, 10], "added_by": [99, None, 1]},
        },
        {
            "groups": {"rows": 3, "null_required": 1, "duplicate": 1},
            "group_members": {"rows": 3, "dangling": 2},
            "group_media": {"rows": 3, "dangling": 2},
        },
    ),
    "rank counts": (
        {"rank_counts": {"vertical": ["user", "user", "media"], "id": [1, 1, 1], "count": [1, 2, 3]}},
        {"rank_counts": {"rows": 3, "duplicate": 1}},
    ),
    "times later than the build": (
        {"blocks": {"blocker_id": [1, 2], "blocked_id": [2, 1], "created_at_ms": [NOW_MS, NOW_MS + 1]}},
        {"blocks": {"rows": 2, "later_than_build": 1}},
    ),
    "snapshot": (
        {"snapshot": {"table": ["users", "users", "blogs", None, "media"], "as_of_ms": [1, 2, 3, 4, NOW_MS + 1]}},
        {"snapshot": {"rows": 5, "null_required": 1, "dangling": 1, "duplicate": 1, "later_than_build": 1}},
    ),
}


@pytest.mark.parametrize("case", COUNTS)
def test_counts(tmp_path: Path, case: str) -> None:
    tables, expected = COUNTS[case]
    said: list[str] = []
    corpus = read(tmp_path, {"users": USERS, "media": MEDIA} | tables, progress=said.append)
    assert {table: corpus.counts[table] for table in tables} == expected
    for table in tables:
        assert any(line.startswith(f"{table}: ") for line in said)


def test_counts_stay_when_facts_are_loaded_again(tmp_path: Path) -> None:
    corpus = read(tmp_path, {"users": USERS, **COUNTS["follows"][0]})
    before = {table: dict(tally) for table, tally in corpus.counts.items()}
    assert corpus.pairs["follows"]().left.tolist() == corpus.pairs["follows"]().left.tolist() == [1, 1]
    assert corpus.counts == before


DUPLICATES: dict[str, tuple[dict[str, list[Any]], dict[str, Any]]] = {
    "the larger time": ({"created_at_ms": [9, 8], "caption": ["a", "z"]}, {"caption": ["a"], "time": 9}),
    "null time is 0": ({"created_at_ms": [1, 2], "caption": ["z", "a"]}, {"caption": ["a"], "time": 2}),
    "then the larger owner": ({"owner_id": [1, 2], "caption": ["z", "a"]}, {"caption": ["a"], "owner": 2}),
    "then the larger text": ({"visibility": ["followers", "private"]}, {"level": 2}),
    "then the caption": ({"caption": ["é", "z"]}, {"caption": ["e"]}),
    "a place is larger than none": ({"place_id": [None, 20]}, {"place": 20}),
    "an unknown place is none": ({"place_id": [20, 99]}, {"place": 20}),
    "the larger place": ({"place_id": [21, 20]}, {"place": 21}),
    "an unknown owner is no rival": ({"owner_id": [1, 9], "created_at_ms": [1, 2]}, {"owner": 1, "time": 1}),
}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("case", DUPLICATES)
def test_duplicates(tmp_path: Path, case: str, order: int) -> None:
    columns, expected = DUPLICATES[case]
    media: dict[str, list[Any]] = {"id": [10, 10], "owner_id": [1, 1], "created_at_ms": [5, 5]} | columns
    places = {"id": [20, 21], "name": ["p", "q"]}
    tables = {"users": USERS, "places": places, "media": {name: v[::order] for name, v in media.items()}}
    corpus = read(tmp_path, tables)
    assert ids(corpus, Vertical.MEDIA) == [10]
    found = {
        "caption": list(corpus.postings["media.caption"]().terms),
        "time": int(corpus.columns["media.created_at_ms"][0]),
        "owner": ids(corpus, Vertical.USER)[corpus.owner[0]],
        "level": int(corpus.level[0]),
        "place": None if corpus.place[0] == NONE else ids(corpus, Vertical.PLACE)[corpus.place[0]],
    }
    assert {name: found[name] for name in expected} == expected


def test_duplicates_of_users_and_comments(tmp_path: Path) -> None:
    tables = {
        "users": {"id": [1, 2, 1], "username": ["old", "bob", "new"], "is_private": [True, True, False]},
        "media": MEDIA,
        "comments": {
            "id": [5, 5, 6],
            "commenter_id": [2, 1, 1],
            "media_id": [10, 11, 10],
            "created_at_ms": [1, 2, 1],
        },
    }
    corpus = read(tmp_path, tables)
    assert [corpus.texts["user.username"][i] for i in range(2)] == ["old", "bob"]
    assert corpus.private.tolist() == [True, True]
    said = corpus.pairs["comments"]()
    media = [ids(corpus, Vertical.MEDIA)[m] for m in said.right]
    assert sorted(zip(said.left.tolist(), media, strict=True)) == [(0, 10), (0, 11)]


SNAPSHOTS: dict[str, tuple[Tables, int | None, dict[str, int]]] = {
    "the newest time, of media for its tables, of all for tables without times": (
        {
            "users": {**USERS, "created_at_ms": [3, 4, None]},
            "media": MEDIA,
            "media_tags": {"media_id": [10], "tag": ["a"]},
            "places": {"id": [1], "name": ["x"]},
            "follows": follows((1, 2, 50)),
            "views": {"viewer_id": [1], "media_id": [10], "viewed_at_ms": [70]},
        },
        None,
        {"users": 4, "media": 6, "media_tags": 6, "places": 70, "follows": 50, "views": 70},
    ),
    "table snapshot": (
        {"users": USERS, "media": MEDIA, "snapshot": {"table": ["users", "users", "likes"], "as_of_ms": [8, 7, 9]}},
        None,
        {"users": 8, "media": 6},
    ),
    "as of": (
        {"users": USERS, "media": MEDIA, "snapshot": {"table": ["users"], "as_of_ms": [8]}},
        33,
        {"users": 33, "media": 33},
    ),
    "as of a time to come": ({"users": USERS}, NOW_MS + 5, {"users": NOW_MS}),
    "never later than the build": (
        {"users": {**USERS, "created_at_ms": [1, 2, NOW_MS + 1]}, "groups": {"id": [1], "name": ["x"]}},
        None,
        {"users": NOW_MS, "groups": NOW_MS},
    ),
    "a snapshot later than the build": (
        {"users": USERS, "snapshot": {"table": ["users"], "as_of_ms": [NOW_MS + 1]}},
        None,
        {"users": NOW_MS},
    ),
    "no time at all": ({"users": USERS}, None, {"users": 0}),
}


@pytest.mark.parametrize("case", SNAPSHOTS)
def test_snapshot_times(tmp_path: Path, case: str) -> None:
    tables, as_of_ms, expected = SNAPSHOTS[case]
    assert read(tmp_path, tables, as_of_ms=as_of_ms).snapshot_ms == expected


def test_levels_are_numbered_as_the_corpus_says(tmp_path: Path) -> None:
    media = {**MEDIA, "visibility": ["followers", "public"], "content_type": ["album", "video"]}
    corpus = read(tmp_path, {"users": USERS, "media": media})
    assert ids(corpus, Vertical.MEDIA) == [11, 10]
    assert corpus.level.tolist() == [0, FOLLOWERS]
    assert corpus.content_type.tolist() == [1, 2]
