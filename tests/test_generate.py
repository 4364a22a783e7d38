"""The generator: same seed same world, references hold, a believable shape, whole or nothing."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds import MAX_USERS, generate
from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import CATEGORIES
from ingest.worlds.sampling import END_MS, START_MS, scattered_ids, timed_ids
from schemas.errors import InputError
from schemas.tables import TABLES

USERS = 5_000
LEFT_OUT = {"media_vectors", "search_log", "rank_counts"}
SCRIPTS = (
    *("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI"),
    *("THAI", "CJK", "HIRAGANA", "HANGUL", "GEORGIAN", "ARMENIAN"),
)

Tables = dict[str, pl.DataFrame]


def load(warehouse: Path) -> Tables:
    return {path.name: pl.read_parquet(path / "*.parquet") for path in sorted(warehouse.iterdir())}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    out = tmp_path_factory.mktemp("worlds") / "w"
    rows = generate(USERS, 1, out)
    tables = load(out)
    assert rows == {name: frame.height for name, frame in tables.items()}
    return tables


def assert_references_hold(tables: Tables) -> None:
    ids = {name: tables[name]["id"] for name in ("users", "media", "places", "groups")}
    pointers = {"place_id": "places", "added_by": "users", "viewer_id": "users"}
    for name, frame in tables.items():
        for column in TABLES[name].columns:
            if target := column.references or pointers.get(column.name):
                named = frame[column.name].drop_nulls()
                assert named.is_in(ids[target].implode()).all(), (name, column.name)
            if column.name != "place_id":
                assert not frame[column.name].null_count(), (name, column.name)
            if column.one_of:
                assert set(frame[column.name].unique()) <= set(column.one_of)
            if column.kind == "time" and frame.height:
                assert START_MS <= int(frame[column.name].min()) <= int(frame[column.name].max()) <= END_MS  # type: ignore[arg-type]


@pytest.mark.parametrize("users", [1, 2, 50, 400])
def test_small_worlds_are_whole(users: int, tmp_path: Path) -> None:
    generate(users, 3, tmp_path / "w")
    tables = load(tmp_path / "w")
    assert tables.keys() == TABLES.keys() - LEFT_OUT
    assert tables["users"].height == users
    assert_references_hold(tables)


def test_seed_decides_everything(tmp_path: Path) -> None:
    for name, seed in (("a", 9), ("b", 9), ("c", 10)):
        generate(700, seed, tmp_path / name)
    a, b, c = (load(tmp_path / name) for name in "abc")
    assert all(a[name].equals(b[name]) for name in a)
    assert not a["users"].equals(c["users"])
    assert not set(a["users"]["id"]) & set(c["users"]["id"])


def test_references_hold(world: Tables) -> None:
    assert_references_hold(world)


def test_keys_are_distinct_but_for_the_spelling_of_tags(world: Tables) -> None:
    for name, frame in world.items():
        distinct = frame.select(pl.struct(TABLES[name].key).n_unique()).item() if frame.height else 0
        assert distinct >= frame.height * 0.99, name
    for name in ("users", "media", "places", "groups", "comments"):
        assert world[name]["id"].n_unique() == world[name].height
        assert int(world[name]["id"].min()) > 0  # type: ignore[arg-type]
    assert world["users"]["username"].n_unique() == USERS
    assert (world["follows"]["follower_id"] != world["follows"]["followee_id"]).all()
    assert (world["blocks"]["blocker_id"] != world["blocks"]["blocked_id"]).all()


def test_sizes_are_near_the_ratios(world: Tables) -> None:
    ratios = {"follows": (18, 36), "media": (2.4, 3.6), "likes": (28, 48), "media_hashtags": (7, 11)}
    for name, (low, high) in ratios.items():
        assert low <= world[name].height / USERS <= high, name


def test_privacy_and_verification(world: Tables) -> None:
    users = world["users"]
    assert 0.10 <= float(users["is_private"].mean()) <= 0.30  # type: ignore[arg-type]
    assert 0.003 <= float(users["is_verified"].mean()) <= 0.008  # type: ignore[arg-type]
    fans = world["follows"].group_by("followee_id").len().rename({"followee_id": "id"})
    joined = users.join(fans, on="id", how="left").with_columns(pl.col("len").fill_null(0))
    means = dict(joined.group_by("is_verified").agg(pl.col("len").mean()).rows())
    assert means[True] > 5 * means[False]


def test_degrees_are_skewed(world: Tables) -> None:
    fans = world["follows"].group_by("followee_id").len()["len"].sort(descending=True)
    assert fans[0] > 20 * float(fans.median())  # type: ignore[arg-type]
    assert fans.head(USERS // 100).sum() > 0.08 * float(fans.sum())
    given = world["likes"].group_by("liker_id").len()["len"]
    received = world["likes"].group_by("media_id").len()["len"]
    assert int(given.max()) > 10 * float(given.median())  # type: ignore[arg-type]
    assert int(received.max()) > 20 * float(received.median())  # type: ignore[arg-type]


def test_friends_of_friends_overlap_and_follow_back(world: Tables) -> None:
    follows = world["follows"].select("follower_id", "followee_id")
    back = follows.join(
        follows, left_on=["follower_id", "followee_id"], right_on=["followee_id", "follower_id"], how="semi"
    )
    assert 0.15 < back.height / follows.height < 0.6
    some = follows["follower_id"].unique().sort().gather_every(60)
    hops = follows.filter(pl.col("follower_id").is_in(some.implode())).join(
        follows, left_on="followee_id", right_on="follower_id"
    )
    reached = hops.group_by("follower_id", "followee_id_right").len()["len"]
    assert float(reached.mean()) > 1.3  # type: ignore[arg-type]
    assert (reached >= 3).sum() > 1_000


def test_names_come_from_many_scripts(world: Tables) -> None:
    letters = set("".join(world["users"]["fullname"].to_list() + world["places"]["name"].to_list()))
    found = {unicodedata.name(c, "").split(" ")[0] for c in letters if c.isalpha()}
    assert len(found & set(SCRIPTS)) >= len(SCRIPTS) - 2
    names = world["users"].select(pl.concat_str("username", "fullname", separator=" ").str.to_lowercase()).to_series()
    for start in ("jo", "sm", "mel", "maxime"):
        assert names.str.contains(rf"\b{start}").sum() > USERS // 1_000, start
    assert world["users"]["username"].str.contains(r"^[a-z0-9._]+$").all()
    assert set(world["places"]["category"].unique()) <= set(CATEGORIES)
    assert world["users"]["country"].n_unique() > 15


def test_a_community_leans_to_a_country(world: Tables) -> None:
    country = world["users"].select("id", "country")
    pairs = (
        world["follows"]
        .join(country, left_on="follower_id", right_on="id")
        .join(country, left_on="followee_id", right_on="id", suffix="_other")
    )
    assert (pairs["country"] == pairs["country_other"]).sum() > 0.6 * pairs.height


def test_media_have_places_tags_bursts_and_every_visibility(world: Tables) -> None:
    media = world["media"]
    assert 0.3 < 1 - media["place_id"].null_count() / media.height < 0.5
    shares = dict(media["visibility"].value_counts(normalize=True).rows())
    assert shares["public"] > 0.85
    assert 0.04 < shares["followers"] < 0.12
    assert 0.005 < shares["private"] < 0.04
    machine = world["media_tags"].filter(pl.col("tag").str.contains(r"^[A-Za-z]\w*:\w+=."))
    assert {"osm:way", "geo:lon", "Flickr:user"} <= set(machine["tag"].str.split("=").list.first())
    confidence = world["media_autotags"]["confidence"]
    assert confidence.is_between(0, 1).all()
    faces = world["media_faces"]
    assert (faces["x"] + faces["width"]).is_between(0, 1).all()
    located = media.drop_nulls("place_id").join(world["media_hashtags"], left_on="id", right_on="media_id")
    day = located.with_columns(day=pl.col("created_at_ms") // 86_400_000)
    bursts = day.group_by("place_id", "hashtag", "day").len()["len"]
    assert int(bursts.max()) >= 20  # type: ignore[arg-type]


def test_nobody_likes_what_is_private_or_for_others(world: Tables) -> None:
    media = world["media"].select(media_id="id", owner_id="owner_id", visibility="visibility")
    private = world["users"].select(owner_id="id", is_private="is_private")
    likes = world["likes"].join(media, on="media_id").join(private, on="owner_id")
    assert not (likes["visibility"] == "private").any()
    closed = likes.filter(pl.col("is_private") & (pl.col("liker_id") != pl.col("owner_id")))
    strangers = closed.join(
        world["follows"],
        left_on=["liker_id", "owner_id"],
        right_on=["follower_id", "followee_id"],
        how="anti",
    )
    assert strangers.is_empty()


def test_blocks_stand_between_friends_and_between_strangers(world: Tables) -> None:
    blocks, follows = world["blocks"], world["follows"]
    with_the_flow = blocks.join(
        follows, left_on=["blocker_id", "blocked_id"], right_on=["follower_id", "followee_id"], how="semi"
    )
    against = blocks.join(
        follows, left_on=["blocked_id", "blocker_id"], right_on=["follower_id", "followee_id"], how="semi"
    )
    assert 0 < with_the_flow.height < blocks.height
    assert 0 < against.height < blocks.height
    groups = dict(world["groups"]["is_public"].value_counts().rows())
    assert groups[True] > groups[False] > 0


def test_cultures_are_complete() -> None:
    for culture in cultures():
        assert len(culture.nouns) == len(CATEGORIES), culture.country
        assert all(name.handle.isascii() and name.handle.isalpha() for name in culture.first + culture.last)
        assert all(-90 <= city.lat <= 90 and -180 <= city.lon <= 180 for city in culture.cities)


def test_ids_are_distinct_and_show_no_order() -> None:
    ids = scattered_ids(200_000, 5, "user")
    assert len(np.unique(ids)) == len(ids)
    assert ids.min() > 0
    assert abs(np.corrcoef(np.arange(len(ids)), ids)[0, 1]) < 0.02
    same_moment = timed_ids(np.full(100_000, END_MS - 1), np.arange(100_000))
    assert len(np.unique(same_moment)) == 100_000


@pytest.mark.parametrize(
    ("users", "seed", "code"),
    [(0, 1, "users"), (-5, 1, "users"), (MAX_USERS + 1, 1, "users"), (5, -1, "seed")],
)
def test_numbers_out_of_range_are_refused(users: int, seed: int, code: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        generate(users, seed, tmp_path / "w")
    assert caught.value.code == code
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_an_occupied_target_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "mine").write_text("kept")
    for target in (tmp_path / "w", tmp_path / "w" / "mine"):
        with pytest.raises(InputError) as caught:
            generate(5, 1, target)
        assert caught.value.code == "exists"
    assert [path.name for path in tmp_path.rglob("*")] == ["w", "mine"]
    assert (tmp_path / "w" / "mine").read_text() == "kept"


def test_an_empty_target_and_missing_parents_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "a" / "b" / "c"):
        generate(5, 1, out)
        assert (out / "users" / "part-00000.parquet").is_file()
        assert [path for path in out.parent.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
@pytest.mark.parametrize("stage", ["people", "likes", "publish"])
def test_nothing_is_left_behind(error: type[BaseException], stage: str, tmp_path: Path) -> None:
    def stop(now: str, done: int, total: int) -> None:
        if now == stage:
            raise error

    with pytest.raises(error):
        generate(60, 1, tmp_path / "new" / "w", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_every_stage(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    generate(5, 1, tmp_path / "w", progress=lambda *step: told.append(step))
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert told[-1][1] == told[-1][2]


def test_the_writer_refuses_what_the_tables_do_not_have(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="followee_id"), WarehouseWriter(tmp_path / "w") as writer:
        writer.add("follows", {"follower_id": np.arange(2), "colour": np.arange(2)})
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as caught:
        generate(5, 1, tmp_path / "file" / "w")
    assert caught.value.code == "unwritable"
    assert (tmp_path / "file").read_text() == "x"
