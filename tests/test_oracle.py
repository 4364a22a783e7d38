"""The oracle against the conformance cases, the contract's small examples, and its own laws on random worlds."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.oracle import (
    Answer,
    OracleError,
    World,
    answer,
    load_world,
    make_world,
    visible,
    visible_tables,
    write_world,
)
from tests.oracle.coverage import Coverage, missing
from tests.oracle.malformed import MistakeMaker, malformed_query
from tests.oracle.random_cases import Case, random_cases, random_viewers
from tests.oracle.random_world import random_tables
from tests.oracle.text import clean_tag, fold, hashtag, machine_tag, username_words, words

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MONOCEROS_SHARED", ROOT.parent / "shared"))
CONFORMANCE = SHARED / "conformance"
Row = dict[str, Any]


def hashtag_id(tag: str) -> int:
    return int.from_bytes(hashlib.blake2b(tag.encode(), digest_size=7).digest())


def ask(world: World, case: Case) -> Answer:
    return answer(
        world,
        case.query,
        viewer=case.viewer,
        vertical=case.vertical,
        limit=case.limit,
        operator=case.operator,
    )


# the conformance cases


@pytest.mark.parametrize("name", ["world1", "world2", "world3", "world4"])
def test_conformance(name: str) -> None:
    directory = CONFORMANCE / name
    if not directory.is_dir():
        pytest.skip(f"no conformance cases at {CONFORMANCE} (set MONOCEROS_SHARED)")
    world = load_world(directory)
    wrong = []
    for line in (directory / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        asked = {key: case[key] for key in ("viewer", "vertical", "limit", "operator")}
        got = answer(world, case["query"], **asked)
        # null: something was cut and either may be said; false: the cut must have mattered.
        complete = {True: got.complete, False: got.cuts_matter, None: not got.complete}[case["complete"]]
        if (got.ids, got.total) != (case["results"], case["total"]) or not complete:
            wrong.append((case, got))
    assert not wrong, f"{len(wrong)} cases, the first: {wrong[0]}"


# text, data-model.md §2


def test_folding() -> None:
    assert fold("José") == fold("Jose\u0301") == "jose"
    assert fold("한국").startswith(fold("하"))
    assert fold("Straße") == "strasse"
    assert fold("ﬁ") == "fi"
    assert fold("x" * 300) == "x" * 256


def test_words() -> None:
    assert words("hal O'Neil") == ("hal", "o", "neil")
    assert words("ann_lee jr.") == ("ann_lee", "jr")
    assert username_words("a.b_c") == {"a", "b_c", "b", "c", "a.b_c"}
    assert username_words("...") == set()
    assert words("😀 …") == ()


def test_hashtags() -> None:
    assert hashtag("#Café") == "café" != hashtag("#cafe")
    assert hashtag(" # t B t") == "tbt"
    assert hashtag("#") == ""


def test_tags() -> None:
    assert clean_tag("San Francisco") == "sanfrancisco"
    assert clean_tag("geo:lon=-0.1") == "geo:lon=-0.1"
    assert clean_tag("time:10") == "time10"
    assert machine_tag("astro:name=M 31") == ("astro", "name", "m31")
    assert machine_tag("1x:y=2") is None
    assert machine_tag("osm:way=a:b=c") == ("osm", "way", "abc")


# cleaning, data-model.md §1


def user(id: int, **columns: Any) -> Row:
    return {"id": id, "username": f"u{id}"} | columns


def media(id: int, owner: int, **columns: Any) -> Row:
    return {"id": id, "owner_id": owner, "created_at_ms": id} | columns


def pairs(one: str, other: str, *ids: tuple[int, int]) -> list[Row]:
    return [{one: a, other: b} for a, b in ids]


def follows(*ids: tuple[int, int]) -> list[Row]:
    return pairs("follower_id", "followee_id", *ids)


def test_of_rows_with_one_key_the_larger_time_stands_then_larger_values() -> None:
    rows = [
        user(1, fullname="old", created_at_ms=1),
        user(1, fullname="new", created_at_ms=2),
        user(1, fullname="less", created_at_ms=2),
    ]
    world = make_world({"users": rows})
    assert world.users[1]["fullname"] == "new"


def test_dirt_is_kept_out() -> None:
    tables = {
        "users": [user(1), user(2), user(3, username=None)],
        "follows": follows((1, 1), (1, 2), (1, 3), (2, 9)),
        "media": [media(5, 1, place_id=77), media(6, 9), media(7, 1, created_at_ms=None)],
        "comments": [
            {"id": 1, "commenter_id": 2, "media_id": 5, "created_at_ms": 1},
            {"id": 1, "commenter_id": 9, "media_id": 5, "created_at_ms": 2},
        ],
    }
    world = make_world(tables)
    assert set(world.users) == {1, 2}
    assert [(row["follower_id"], row["followee_id"]) for row in world.tables["follows"]] == [(1, 2)]
    assert list(world.media) == [5]
    assert world.media[5]["place_id"] is None
    assert answer(world, "commenter:2").ids == [5]


def test_rank_counts_replace_all_counts_of_a_vertical() -> None:
    tables = {
        "users": [user(1), user(2), user(3)],
        "follows": follows((1, 2), (3, 2)),
        "rank_counts": [{"vertical": "user", "id": 3, "count": 1}],
    }
    assert answer(make_world(tables), "username:u*").ids == [3, 1, 2]


# the language


def small_world() -> World:
    """Six public users; 1 follows 2, 3 and 4; media 10 to 15, one each, the newest first in rank."""
    return make_world(
        {
            "users": [user(i, fullname="Ann o'neil" if i < 4 else "", is_verified=i == 2) for i in range(1, 7)],
            "follows": follows((1, 2), (1, 3), (1, 4), (2, 5), (3, 5), (3, 6)),
            "media": [media(9 + i, i) for i in range(1, 7)],
            "media_hashtags": [{"media_id": 9 + i, "hashtag": "#Café"} for i in range(1, 5)],
            "likes": pairs("liker_id", "media_id", (2, 10), (2, 11), (3, 11), (4, 15)),
        }
    )


def test_apply_counts_and_orders_by_hits() -> None:
    world = small_world()
    assert answer(world, "(apply followed_by: followed_by:me)", viewer=1).ids == [5, 6]
    hits = answer(world, "(apply liker: followed_by:1 :order hits)")
    assert hits.ids == [11, 15, 10]
    assert answer(world, "(apply liker: followed_by:1 :min-hits 2)").ids == [11]
    # inside another operator the order changes nothing; directly inside apply it picks the inner ids
    assert answer(world, "(and (apply liker: followed_by:1 :order hits))").ids == [15, 11, 10]
    assert answer(world, "(apply liked: (apply liker: followed_by:1 :order hits) :limit 1)").ids == [2, 3]


def test_cuts_are_told() -> None:
    got = answer(small_world(), "(apply liker: followed_by:1 :limit 1)")
    assert (got.complete, got.cuts_matter, got.ids) == (False, True, [11, 10])
    (cut,) = got.cuts
    assert (cut.op, cut.found, cut.kept, cut.order) == ("apply", 3, 1, "static rank")


def test_weak_and_keeps_its_promise() -> None:
    world = small_world()
    assert answer(world, "(weak-and type:photo (term hashtag:#café :optional-hits 1))").ids == [15, 13, 12, 11, 10]
    weighted = answer(world, "(weak-and type:photo (term hashtag:#café :optional-weight 0.5))", limit=4)
    assert weighted.ids == [15, 14, 13, 12]
    assert weighted.total == 4
    few = answer(world, "(weak-and type:photo (term liker:4 :optional-weight 0.5))", limit=6)
    assert few.ids == [15, 14]


def test_strong_or_gives_shares() -> None:
    world = small_world()
    got = answer(world, "(strong-or type:photo (term liker:2 :optional-weight 0.5))", limit=4)
    assert got.ids == [15, 14, 11, 10]
    assert got.total == 4


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("name:o'ne*", [2, 3, 1]),
        ('name:"o\'neil (sr)"', []),
        ("name:-*", []),
        ('(and name:"o\'neil ann" (not verified:1)) ; a comment', [3, 1]),
        ("(apply followed_by:followed_by:1)", [5, 6]),
        ("(difference followed_by:3 followed_by:2)", [6]),
        ("(extract owner:(apply liker: verified:1))", [2, 1]),
        ("verified:2", []),
        ("followed_by:" + "0" * 5_000 + "3", [5, 6]),
        ("(apply followed_by: followed_by:1 :limit " + "9" * 5_000 + ")", [5, 6]),
        ("(strong-or (term followed_by:3 :optional-weight 0." + "1" * 5_000 + "))", [5, 6]),
        ("followed_by:-007", []),
    ],
)
def test_queries(query: str, ids: list[int]) -> None:
    assert answer(small_world(), query).ids == ids


def test_verticals() -> None:
    world = small_world()
    assert answer(world, "verified:1").vertical == "user"
    assert answer(world, "verified:1", vertical="media").ids == [11]
    assert answer(world, "caf*", vertical="hashtag").ids == ["#café"]
    with pytest.raises(OracleError, match="type"):
        answer(world, "verified:1", vertical="group")


def test_limits() -> None:
    deepest = "(and " * 64 + "name:x" + ")" * 64
    assert answer(small_world(), deepest).ids == []
    with pytest.raises(OracleError, match="limit"):
        answer(small_world(), f"(and {deepest})")


def test_malformed_queries_get_their_code() -> None:
    world = small_world()
    for seed in range(150):
        maker = MistakeMaker(world, Random(seed))
        for code, make in maker.makers():
            query = make()
            with pytest.raises(OracleError) as caught:
                answer(world, query)
            assert caught.value.code == code, query[:200]
    assert malformed_query(world, Random(1)) == malformed_query(world, Random(1))


# visibility, data-model.md §4


def secretive_world() -> World:
    """2 is private and followed by 1; 3 is private; 4 blocks 1. Each likes media 10, of 1, and owns a media."""
    return make_world(
        {
            "users": [user(1), user(2, is_private=True), user(3, is_private=True), user(4), user(5)],
            "follows": follows((1, 2), (5, 2), (5, 3)),
            "blocks": pairs("blocker_id", "blocked_id", (4, 1)),
            "media": [media(i * 10, i) for i in range(1, 6)] + [media(21, 2, visibility="followers")],
            "likes": pairs("liker_id", "media_id", *((i, 10) for i in (2, 3, 4)), (3, 50), (2, 50)),
            "groups": [{"id": 9, "name": "club", "is_public": False}],
            "group_members": pairs("group_id", "user_id", (9, 1), (9, 2), (9, 3)),
        }
    )


@pytest.mark.parametrize(
    ("query", "viewer", "operator", "ids"),
    [
        ("username:u*", 1, False, [2, 3, 1, 5]),
        ("username:u*", None, False, [2, 3, 1, 4, 5]),
        ("type:photo", 1, False, [50, 21, 20, 10]),
        ("type:photo", None, False, [50, 40, 10]),
        ("type:photo", 999, False, [50, 40, 10]),
        ("type:photo", 1, True, [50, 40, 30, 21, 20, 10]),
        ("liked:10", 1, False, [2, 3]),
        ("liked:50", 1, False, [2]),
        ("liked:50", None, False, []),
        ("followed_by:5", 1, False, [2]),
        ("followed_by:5", 3, False, [3]),
        ("name:club", 1, False, [9]),
        ("name:club", 5, False, []),
        ("member_of:9", 1, False, [2, 1]),
    ],
)
def test_visibility(query: str, viewer: int | None, operator: bool, ids: list[int]) -> None:
    vertical = "group" if query == "name:club" else None
    assert answer(secretive_world(), query, viewer=viewer, operator=operator, vertical=vertical).ids == ids


def cases(worlds: int, count: int, coverage: Coverage) -> Iterator[tuple[World, Case]]:
    for seed in range(worlds):
        world = make_world(random_tables(seed))
        for case in random_cases(world, seed, count, coverage):
            yield world, case


def test_random_cases_are_answered_and_cover_everything() -> None:
    coverage = Coverage()
    empty = cut = asked = 0
    for world, case in cases(60, 60, coverage):
        got = ask(world, case)
        asked += 1
        empty += got.total == 0
        cut += not got.complete
        assert len(got.ids) == min(case.limit, got.total)
    assert missing(coverage) == []
    assert empty < 0.8 * asked
    assert cut > 0.01 * asked


def test_random_worlds_and_cases_depend_on_their_seed_alone() -> None:
    tables = random_tables(5)
    assert tables == random_tables(5)
    world = make_world(tables)
    assert list(random_cases(world, 5, 20)) == list(random_cases(world, 5, 20))


def test_a_visible_world_holds_no_secret_from_its_viewer() -> None:
    for seed in range(12):
        world = make_world(random_tables(seed))
        for viewer in random_viewers(world, Random(seed)):
            seen = visible(world, viewer)
            assert visible(seen, viewer).tables == seen.tables


def test_answers_are_those_of_the_world_without_what_is_hidden() -> None:
    for world, case in cases(25, 20, Coverage()):
        tables = visible_tables(world, case.viewer, hashtag_id, operator=case.operator)
        assert ask(make_world(tables, hashtag_id), case) == ask(world, case)


def test_a_written_world_is_read_back(tmp_path: Path) -> None:
    for seed in range(6):
        tables = random_tables(seed)
        write_world(tables, tmp_path / str(seed))
        loaded = load_world(tmp_path / str(seed))
        made = make_world(tables)
        assert loaded.tables == made.tables
        assert loaded.counts == made.counts
