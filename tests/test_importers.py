"""The adapters on the real data, with counts taken by hand from the sources, and on bad sources."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import polars as pl
import pytest

from ingest.importers import IMPORTERS, import_world
from ingest.importers.pages import handle
from ingest.warehouse_writer import WarehouseWriter
from schemas.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("MONOCEROS_SHARED", ROOT.parent / "shared")) / "data"
DIRECTORIES = {
    "gowalla": "checkins_gowalla_nyc",
    "lastfm": "tags_lastfm_hetrec2011",
    "pages": "names_facebook_pages",
    "github": "names_github_users",
}
COUNTS = {
    "gowalla": {"users": 7_115, "follows": 30_042, "places": 30_366, "media": 138_957},
    "lastfm": {
        "users": 1_892,
        "follows": 25_434,
        "media": 85_015,
        "media_hashtags": 186_478,
        "media_tags": 186_478,
        "likes": 86_608,
        "groups": 734,
        "group_members": 24_711,
        "group_media": 151_025,
    },
    "pages": {"users": 22_470, "follows": 341_646},
    "github": {"users": 37_700, "follows": 578_006},
}


def source(name: str) -> Path:
    directory = DATA / DIRECTORIES[name]
    if not directory.is_dir():
        pytest.skip(f"the data set {DIRECTORIES[name]} is not here; set MONOCEROS_SHARED to where data/ lies")
    return directory


def table(warehouse: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(warehouse / name / "*.parquet")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A writable copy of the smallest source."""
    target = tmp_path / "source"
    target.mkdir()
    for file in IMPORTERS["github"].files:
        shutil.copyfile(source("github") / file, target / file)
    return target


@pytest.mark.parametrize("name", list(IMPORTERS))
def test_counts_on_real_data(name: str, tmp_path: Path) -> None:
    assert import_world(name, source(name), tmp_path / "w") == COUNTS[name]
    users = table(tmp_path / "w", "users")
    assert users["id"].n_unique() == users["username"].n_unique() == users.height
    follows = table(tmp_path / "w", "follows")
    assert follows.n_unique() == follows.height
    assert set(follows["follower_id"]) == set(follows["followee_id"]) <= set(users["id"])
    assert (follows["follower_id"] != follows["followee_id"]).all()


@pytest.mark.parametrize("name", list(IMPORTERS))
def test_an_import_is_deterministic(name: str, tmp_path: Path) -> None:
    for out in ("a", "b"):
        import_world(name, source(name), tmp_path / out)
    for each in COUNTS[name]:
        assert table(tmp_path / "a", each).equals(table(tmp_path / "b", each))


def test_gowalla_keeps_all_but_the_unnamed_place(tmp_path: Path) -> None:
    import_world("gowalla", source("gowalla"), tmp_path / "w")
    media, places = table(tmp_path / "w", "media"), table(tmp_path / "w", "places")
    assert media["place_id"].null_count() == 26_567
    assert media["place_id"].drop_nulls().is_in(places["id"].implode()).all()
    assert media["id"].to_list() == list(range(1, 138_958))
    assert media["created_at_ms"].is_sorted()
    assert media["created_at_ms"].min() == 1_240_526_220_000
    assert "한주 Restaurant" in places["name"]


def test_lastfm_likes_go_to_the_earliest_post(tmp_path: Path) -> None:
    import_world("lastfm", source("lastfm"), tmp_path / "w")
    media, likes = table(tmp_path / "w", "media"), table(tmp_path / "w", "likes")
    assert (media["caption"] == "").sum() == 814
    assert media["created_at_ms"].min() == -428_716_800_000
    assert likes.n_unique() == likes.height
    liked = media.join(likes.select(id="media_id").unique(), on="id")
    named = liked.filter(pl.col("caption") != "")
    earliest = media.group_by("caption").agg(first=pl.col("created_at_ms").min())
    joined = named.join(earliest, on="caption")
    assert (joined["created_at_ms"] == joined["first"]).sum() == named.height


def test_lastfm_groups_are_the_tags_of_five_people(tmp_path: Path) -> None:
    import_world("lastfm", source("lastfm"), tmp_path / "w")
    members = table(tmp_path / "w", "group_members")
    sizes = members.group_by("group_id").len()["len"]
    assert sizes.min() == 5
    groups = dict(table(tmp_path / "w", "groups").select("name", "id").iter_rows())
    rock = table(tmp_path / "w", "group_media").filter(pl.col("group_id") == groups["rock"])
    tagged = table(tmp_path / "w", "media_hashtags").filter(pl.col("hashtag") == "rock")
    assert set(rock["media_id"]) == set(tagged["media_id"])


def test_pages_keep_their_names(tmp_path: Path) -> None:
    import_world("pages", source("pages"), tmp_path / "w")
    users = table(tmp_path / "w", "users")
    original = pl.read_parquet(source("pages") / "nodes.parquet").sort("id")
    assert users["fullname"].to_list() == original["name"].to_list()
    assert users["username"].str.contains(r"\s").sum() == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("L'OCCITANE en Provence", "loccitaneenprovence_7"),
        ("Grisbì", "grisbì_7"),
        ("서울", "서울_7"),
        ("!", "page_7"),
    ],
)
def test_handles(name: str, expected: str) -> None:
    assert handle(name, 7) == expected


def assert_refused(name: str, given: Path, out: Path, code: str, *texts: str) -> None:
    with pytest.raises(InputError) as caught:
        import_world(name, given, out)
    assert caught.value.code == code
    assert caught.value.hint
    for text in texts:
        assert text in caught.value.message + caught.value.hint
    assert not out.exists()
    assert not list(out.parent.glob(".*partial*"))


def test_an_unknown_name_gets_a_suggestion(tmp_path: Path) -> None:
    assert_refused("gowala", tmp_path, tmp_path / "w", "unknown-importer", "gowala", "did you mean gowalla?")
    assert_refused("zzz", tmp_path, tmp_path / "w", "unknown-importer", "zzz", "lastfm")


@pytest.mark.parametrize("name", list(IMPORTERS))
def test_a_source_without_files(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_refused(name, tmp_path / "none", tmp_path / "w", "missing-source", "none", IMPORTERS[name].files[0])
    assert_refused(name, tmp_path / "empty", tmp_path / "w", "missing-file", IMPORTERS[name].files[0])


def test_a_damaged_file(copy: Path, tmp_path: Path) -> None:
    whole = (copy / "edges.parquet").read_bytes()
    for damaged in (b"", b"not parquet", whole[: len(whole) // 2], b"PAR1" + b"\0" * 200 + b"PAR1"):
        (copy / "edges.parquet").write_bytes(damaged)
        assert_refused("github", copy, tmp_path / "w", "corrupt-file", "edges.parquet")


@pytest.mark.parametrize(
    ("frame", "code", "texts"),
    [
        (pl.DataFrame({"src": [1], "target": [2]}), "missing-column", ["edges.parquet", "dst", "target"]),
        (pl.DataFrame({"src": [1], "dst": ["2"]}), "wrong-type", ["edges.parquet", "dst", "integer"]),
        (pl.DataFrame({"src": [1, None], "dst": [2, 3]}), "null-value", ["edges.parquet", "src", "1"]),
    ],
)
def test_wrong_columns(frame: pl.DataFrame, code: str, texts: list[str], copy: Path, tmp_path: Path) -> None:
    frame.write_parquet(copy / "edges.parquet")
    assert_refused("github", copy, tmp_path / "w", code, *texts)


def test_an_occupied_target(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "mine").touch()
    with pytest.raises(InputError) as caught:
        import_world("github", tmp_path, tmp_path / "w")
    assert caught.value.code == "exists"
    assert [path.name for path in (tmp_path / "w").iterdir()] == ["mine"]


def test_ctrl_c_midway_leaves_nothing(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add = WarehouseWriter.add

    def interrupted(self: WarehouseWriter, name: str, columns: object) -> None:
        if name == "follows":
            raise KeyboardInterrupt
        add(self, name, columns)  # type: ignore[arg-type]

    monkeypatch.setattr(WarehouseWriter, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        import_world("github", copy, tmp_path / "w")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
