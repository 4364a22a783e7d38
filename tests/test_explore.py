"""Explore: what may be a recipe, what is found, kept out and varied, and that nothing shows through it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from query import Searcher
from ranking import (
    EXPLORE,
    Context,
    ExploreRecipe,
    Linear,
    Rankers,
    Slate,
    TrainingSet,
    explore,
    hashtag_top,
    keep,
    place_top,
    read_recipe,
    shipped,
    train,
)
from ranking.features.media import Taste, media_columns
from ranking.pipeline.diversity import SAME_AUTHOR, SAME_TOPIC, pick
from schemas.catalogue import Vertical
from schemas.errors import InputError
from schemas.ids import ExternalId, hashtag_id
from schemas.tables import CONTENT_TYPES
from tests import oracle
from tests.agreement import SETTINGS, built
from tests.oracle.random_cases import random_viewers
from tests.oracle.random_world import random_tables

HOUR = 3_600_000
NOW = 1_000 * HOUR
NOBODY = Rankers()

MIX = """
[mix]
half_life_hours = 24.0
lasting = 0.5
relevance = 0.7
author_most = 2
topic_share = 0.5
"""
SOURCE = """
[[source]]
name = "new"
kind = "everywhere"
query = "(or type:photo type:video)"
take = 50
weight = 0.5
reason = "new"
"""


def recipe(query: str, take: int = 50, kind: str = "taste") -> ExploreRecipe:
    source = SOURCE.replace("(or type:photo type:video)", query).replace("50", str(take)).replace("everywhere", kind)
    return read_recipe(MIX + source, "here")


def context(searcher: Searcher, viewer: int | None, **more: Any) -> Context:
    who = None if viewer is None else ExternalId(viewer)
    return Context(searcher=searcher, viewer=who, now_ms=NOW, **more)


def ids(slate: Slate) -> list[int]:
    return [slot.id for slot in slate.slots]


def user(id_: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "username": f"user{id_}", "country": "fr", **more}


def media(id_: int, owner: int, age_hours: float = 1, **more: Any) -> dict[str, Any]:
    return {"id": id_, "owner_id": owner, "created_at_ms": NOW - int(age_hours * HOUR), **more}


def likes(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"liker_id": who, "media_id": what} for who, what in pairs]


def follows(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"follower_id": one, "followee_id": other} for one, other in pairs]


# -- recipes -----------------------------------------------------------------------------------------------------------


def test_the_shipped_recipe_is_one() -> None:
    sources = shipped().sources
    assert {source.kind for source in sources} >= {"taste", "friends", "second_order", "hashtags", "places"}
    taste = next(source for source in sources if source.kind == "taste")
    assert taste.text("fr").startswith("(apply liker: (extract owner: liker:me")
    local = next(source for source in sources if source.is_local)
    assert 'country:"new y*"' in local.text("new y*")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("weight = 0.5\n", ""), r"source 1 \(new\): weight is missing"),
        (("weight = 0.5", "wieght = 0.5\nweight = 1"), r"unknown key 'wieght'"),
        (("weight = 0.5", "weight = -1"), "weight cannot be -1"),
        (("weight = 0.5", "weight = true"), "weight cannot be True"),
        (("weight = 0.5", 'weight = "much"'), "weight cannot be 'much'"),
        (("weight = 0.5", "weight = nan"), "weight cannot be nan"),
        (("take = 50", "take = 0"), "take cannot be 0"),
        (("take = 50", "take = 5.5"), "take cannot be 5.5"),
        (("(or type", "(orr type"), "unknown operator `orr`"),
        (("(or type:photo type:video)", "followed_by:me"), "query: "),
        (("(or type:photo type:video)", "(apply owner: followed_by:me)"), "has no :limit"),
        (
            ("(or type:photo type:video)", "(apply liker: (extract owner: liker:me) :limit 5)"),
            "extract owner.*no :limit",
        ),
        (("(or type:photo type:video)", "(or type:photo"), "query: "),
        (('kind = "everywhere"', 'kind = "nowhere"'), "kind cannot be 'nowhere'"),
        (("half_life_hours = 24.0", "half_life_hours = 0"), "mix: half_life_hours cannot be 0"),
        (("relevance = 0.7", "relevance = 1.5"), "mix: relevance cannot be 1.5"),
        (("author_most = 2", "author_most = 0"), "author_most cannot be 0"),
        (("[mix]", "[mox]"), "mix is missing"),
        (("[[source]]", "[sauce]"), "source is missing"),
        (("[mix]", "["), "no TOML"),
        (("[mix]", "other = 1\n[mix]"), "unknown key 'other'"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said(change: tuple[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_recipe((MIX + SOURCE).replace(*change), "here")
    assert caught.value.code == "bad-recipe"
    assert caught.value.message.startswith("here")


def test_two_sources_of_one_name() -> None:
    with pytest.raises(InputError, match="two sources are called 'new'"):
        read_recipe(MIX + SOURCE + SOURCE, "here")


# -- what is shown -----------------------------------------------------------------------------------------------------

PEOPLE = [user(id_) for id_ in range(1, 9)]


def test_each_source_finds_what_it_says() -> None:
    """One media a source that only that source can find, for viewer 1, who follows 2 and 3 and likes a media of 2."""
    tables = {
        "users": [*PEOPLE, user(20, country="xx"), user(21, country="xx")],
        "follows": follows((1, 2), (1, 3), (2, 4), (3, 4)),
        "media": [
            media(10, 2),
            media(11, 20),  # liked by 2, whose media I like
            media(12, 20),  # liked by 3, whom I follow
            media(13, 4),  # by one whom those whom I follow follow
            media(14, 20),  # with my hashtag
            media(15, 20, place_id=500),  # at my place
            media(16, 1, place_id=500),
        ],
        "media_hashtags": [{"media_id": 16, "hashtag": "mine"}, {"media_id": 14, "hashtag": "#mine"}],
        "places": [{"id": 500, "name": "here"}],
        "likes": likes((1, 10), (2, 11), (3, 12)),
    }
    with built(tables) as segment:
        searcher = Searcher(segment, SETTINGS)
        for source in shipped().sources:
            only = ExploreRecipe((source,), shipped().mix)
            found = ids(explore(context(searcher, 1), NOBODY, 10, recipe=only))
            expected = {
                "liked_by_whom_i_like": [11],
                "liked_by_followed": [11, 12],
                "second_order": [13],
                "my_hashtags": [14],
                "my_places": [15],
                "liked_in_country": [11, 12],
            }
            if source.name in expected:
                assert sorted(found) == expected[source.name], source.name
        slate = explore(context(searcher, 1), NOBODY, 10)
        by_id = {slot.id: slot for slot in slate.slots}
        assert {"liked_by_followed", "liked_by_whom_i_like"} <= set(by_id[11].source.split("+"))
        assert by_id[12].reason == "liked by people you follow"
        assert len(ids(slate)) == len(set(ids(slate)))


def test_own_seen_and_liked_media_are_dropped_and_said() -> None:
    tables = {
        "users": PEOPLE,
        "media": [media(10, 1), media(11, 2), media(12, 3), media(13, 4)],
        "likes": likes((1, 12)),
    }
    with built(tables) as segment:
        slate = explore(context(Searcher(segment, SETTINGS), 1), NOBODY, 10, seen=[ExternalId(11), ExternalId(999)])
        assert ids(slate) == [13]
        assert {(one.id, one.stage, one.reason) for one in slate.dropped} == {
            (10, "filters", "own media"),
            (11, "filters", "already seen"),
            (12, "filters", "already liked"),
        }


def test_author_quotas_hold_and_say_what_they_kept_out() -> None:
    owners = {10: 2, 11: 2, 12: 2, 13: 3, 20: 4, 21: 5}
    tables = {"users": PEOPLE, "media": [media(id_, owner) for id_, owner in owners.items()]}
    with built(tables) as segment:
        slate = explore(
            context(Searcher(segment, SETTINGS), 1), NOBODY, 10, recipe=recipe("(or type:photo type:video)")
        )
        assert Counter(owners[id_] for id_ in ids(slate)) == {2: 2, 3: 1, 4: 1, 5: 1}
        assert [(owners[one.id], one.stage, one.reason) for one in slate.dropped] == [(2, "diversity", "author quota")]


def test_topic_quotas_hold() -> None:
    """Six media of dogs by six people and two of the sea; a topic may fill half of a slate of four."""
    topics = {10: "dog", 11: "dog", 12: "dog", 13: "Dog", 14: "dog", 15: "dog", 20: "sea", 21: "sea"}
    labels = [{"media_id": id_, "label": topic, "confidence": 0.9} for id_, topic in topics.items()]
    labels += [{"media_id": id_, "label": "outdoor", "confidence": 0.4} for id_ in topics]
    tables = {
        "users": PEOPLE,
        "media": [media(id_, 2 + place % 6) for place, id_ in enumerate(topics)],
        "media_autotags": labels,
        "likes": likes(*((who, id_) for id_ in (10, 11, 12, 13, 14, 15) for who in (7, 8))),
    }
    with built(tables) as segment:
        here = context(Searcher(segment, SETTINGS), 1)
        slate = explore(here, NOBODY, 4, recipe=recipe("(or type:photo type:video)"))
        assert Counter(topics[id_].lower() for id_ in ids(slate)) == {"dog": 2, "sea": 2}
        assert {(one.stage, one.reason) for one in slate.dropped} == {("diversity", "topic quota")}


def test_comments_of_accounts_that_a_block_hides_do_not_count() -> None:
    comments = [{"id": who, "commenter_id": who, "media_id": 10, "text": ""} for who in (2, 3, 4, 5)]
    users = [*PEOPLE[:4], user(5, is_private=True), *PEOPLE[5:]]
    blocks = [{"blocker_id": 3, "blocked_id": 1}, {"blocker_id": 1, "blocked_id": 6}]
    tables = {"users": users, "media": [media(10, 2)], "comments": comments, "blocks": blocks}
    with built(tables) as segment:
        searcher = Searcher(segment, SETTINGS)
        for viewer, count in ((None, 3), (1, 2), (2, 3)):
            here = context(searcher, viewer)
            docs = searcher.find(_everything(viewer)).docs
            assert media_columns(here, Taste.of(here), docs)[0]["comments"] == pytest.approx(np.log1p(count))


def test_fresh_media_come_before_stale_ones_that_are_alike() -> None:
    tables = {
        "users": PEOPLE,
        "media": [media(10, 2, age_hours=700), media(11, 3, age_hours=2), media(12, 4, age_hours=90)],
    }
    with built(tables) as segment:
        assert ids(explore(context(Searcher(segment, SETTINGS), 1), NOBODY, 10)) == [11, 12, 10]


def test_strangers_and_newcomers_get_what_is_popular_and_new_in_their_country() -> None:
    """Media 10 is much liked in France, 20 in Norway; the newest is 30."""
    tables = {
        "users": [*PEOPLE, *(user(id_, country="no") for id_ in range(11, 19)), user(30, country="no"), user(40)],
        "media": [media(10, 2, age_hours=60), media(20, 12, age_hours=60), media(30, 13, age_hours=1)],
        "likes": likes(*((id_, 10) for id_ in range(3, 9)), *((id_, 20) for id_ in range(13, 19))),
    }
    with built(tables) as segment:
        searcher = Searcher(segment, SETTINGS)
        for viewer, country, first in ((None, "fr", 10), (None, "NO", 20), (40, "", 10), (30, "", 20), (40, "no", 20)):
            slate = explore(context(searcher, viewer, country=country), NOBODY, 10)
            assert sorted(ids(slate)) == [10, 20, 30]
            assert ids(slate)[0] == first, (viewer, country)
            assert slate.slots[0].reason == "popular in your country"
        assert sorted(ids(explore(context(searcher, None), NOBODY, 10))) == [10, 20, 30]


def test_an_empty_index_gives_an_empty_slate() -> None:
    with built({"users": [user(1)]}) as segment:
        searcher = Searcher(segment, SETTINGS)
        for viewer in (None, 1, 5):
            assert explore(context(searcher, viewer, country="fr"), NOBODY, 10) == Slate(())
            assert hashtag_top(context(searcher, viewer), NOBODY, "#x", 10) == Slate(())
            assert place_top(context(searcher, viewer), NOBODY, ExternalId(5), 10) == Slate(())


def test_features_are_those_that_were_scored() -> None:
    tables = random_tables(8_001)
    with built(tables) as segment:
        slate = explore(context(Searcher(segment, SETTINGS), None, country="fr"), NOBODY, 5)
        [served] = slate.served
        assert (served.task, served.scorer, served.schema_hash) == ("explore", "explore/linear", EXPLORE.hash)
        assert served.positions == tuple(range(len(slate.slots)))
        assert served.matrix.shape == (len(slate.slots), len(EXPLORE.features))
        assert not np.isnan(served.matrix[:, EXPLORE.names.index("age")]).any()


def keep_dislike(models: Path, version: str, *, is_in_force: bool = True) -> None:
    """A version of a model of Explore that was taught that many likes a day are bad."""
    draw = np.random.default_rng(1)
    rows = draw.random((400, len(EXPLORE.features))).astype(np.float32)
    disliked = EXPLORE.names.index("likes_a_day")
    rows[:, disliked] = draw.integers(0, 3, 400)
    data = TrainingSet(rows, (rows[:, disliked] == 0).astype(np.int64), np.full(40, 10))
    model = train(EXPLORE, data, {"min_data_in_leaf": 5}, 20, task="explore", window=("a", "b"))
    keep(models, model, version, is_in_force=is_in_force)


LIKED_AND_NOT: dict[str, Any] = {
    "users": PEOPLE,
    "media": [media(10, 2), media(11, 3)],
    "likes": likes(*((id_, 10) for id_ in range(3, 9))),
}


def test_a_model_in_force_serves_but_where_an_arm_says_otherwise(tmp_path: Path) -> None:
    """One that dislikes what was liked turns the order around."""
    keep_dislike(tmp_path, "1")
    with built(LIKED_AND_NOT) as segment:
        here = context(Searcher(segment, SETTINGS), 1)
        assert ids(explore(here, NOBODY, 10)) == [10, 11]
        learned = explore(here, Rankers(tmp_path), 10)
        assert ids(learned) == [11, 10]
        assert learned.served[0].scorer == "explore/1"
        assert learned.teams == ""
        by_hand = replace(here, arms={"explore.scorer": "hand"})
        assert explore(by_hand, Rankers(tmp_path), 10).slots == explore(here, NOBODY, 10).slots


def test_a_version_that_is_pinned_serves_in_place_of_the_one_in_force(tmp_path: Path) -> None:
    keep_dislike(tmp_path, "1", is_in_force=False)
    with built(LIKED_AND_NOT) as segment:
        here, rankers = context(Searcher(segment, SETTINGS), 1), Rankers(tmp_path)
        assert ids(explore(here, rankers, 10)) == [10, 11]
        assert ids(explore(here, rankers.pin("explore", "1"), 10)) == [11, 10]
        assert ids(explore(here, rankers, 10)) == [10, 11]
        assert (rankers.versions("explore"), rankers.versions("blend"), NOBODY.versions("explore")) == (["1"], [], [])


def test_two_rankers_draft_a_slate_in_turn(tmp_path: Path) -> None:
    """By hand (a) and learnt (b) turn by turn, in an order that is drawn for each request; what the arm has without it is b."""
    keep_dislike(tmp_path, "1")
    with built(LIKED_AND_NOT) as segment:
        here, rankers = context(Searcher(segment, SETTINGS), 1), Rankers(tmp_path)
        seen = set()
        for seed in range(20):
            slate = explore(replace(here, seed=seed, arms={"explore.draft": "hand"}), rankers, 10)
            again = explore(replace(here, seed=seed, arms={"explore.draft": "hand"}), rankers, 10)
            assert (slate.slots, slate.teams) == (again.slots, again.teams)
            assert (len(slate.teams), slate.drafted_by) == (len(slate.slots), "explore.draft")
            seen.add((*ids(slate), slate.teams))
        assert seen == {(10, 11, "ab"), (11, 10, "ba")}
        same = explore(replace(here, arms={"explore.draft": "hand", "explore.scorer": "hand"}), rankers, 10)
        assert ids(same) == [10, 11], "a ranker that meets itself"
        assert same.served[0].scorer == "explore/linear and explore/linear, drafted in turn"


@pytest.mark.parametrize("limit", [3, 8, 30])
def test_quotas_are_those_of_the_whole_draft(tmp_path: Path, limit: int) -> None:
    keep_dislike(tmp_path, "1")
    many = [media(100 + n, 2 + n % 3, age_hours=n + 1) for n in range(60)]
    tables = {"users": PEOPLE, "media": many, "likes": likes(*((3, 100 + n) for n in range(0, 60, 2)))}
    tables["media_autotags"] = [{"media_id": 100 + n, "label": "sea", "confidence": 0.9} for n in range(30)]
    with built(tables) as segment:
        arms = {"explore.draft": "hand"}
        slate = explore(context(Searcher(segment, SETTINGS), 1, seed=limit, arms=arms), Rankers(tmp_path), limit)
        most = shipped().mix.author_most
        by_owner = Counter((id_ - 100) % 3 for id_ in ids(slate))
        assert len(slate.slots) == min(limit, 3 * most)
        assert max(by_owner.values()) <= most
        assert sum(id_ < 130 for id_ in ids(slate)) <= max(1, math.ceil(shipped().mix.topic_share * limit))
        assert len(ids(slate)) == len(set(ids(slate)))
        assert not {one.id for one in slate.dropped} & set(ids(slate))


def test_a_source_without_time_is_named() -> None:
    with built({"users": PEOPLE, "media": [media(10, 2)]}) as segment:
        slow = iter(range(0, 10**15, 10**10))
        searcher = Searcher(segment, SETTINGS, clock_ns=lambda: next(slow))
        late = explore(context(searcher, 1, deadline_ms=0), NOBODY, 10)
        assert {reason["reason"] for reason in late.incomplete} == {"deadline"}
        assert len(late.incomplete) == len(shipped().sources)


# -- laws --------------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 3)), max_size=25),
    st.integers(1, 12),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(1, 4),
)
def test_picking_is_what_the_slow_twin_does(
    rows: list[tuple[int, int, int]], limit: int, weight: int, author_most: int, topic_most: int
) -> None:
    scores = np.array([row[0] / 8 for row in rows])
    authors, topics = np.array([row[1] for row in rows], dtype=int), np.array([row[2] for row in rows], dtype=int)
    relevance = weight / 4
    picked = pick(scores, authors, topics, limit, relevance=relevance, author_most=author_most, topic_most=topic_most)
    order = sorted(range(len(rows)), key=lambda row: -scores[row])
    chosen: list[int] = []

    def has_room(row: int) -> bool:
        by = [rows[other] for other in chosen]
        full = sum(one[2] == topics[row] for one in by) >= topic_most and topics[row] != 0
        return row not in chosen and not full and sum(one[1] == authors[row] for one in by) < author_most

    def gain(row: int) -> float:
        alike = [
            SAME_AUTHOR * (authors[row] == authors[one]) + SAME_TOPIC * (topics[row] == topics[one] != 0)
            for one in chosen
        ]
        return float(relevance * scores[row] - (1 - relevance) * max(alike, default=0.0))

    while len(chosen) < limit:
        left = [row for row in order if has_room(row)]
        if not left:
            break
        chosen.append(max(left, key=lambda row: (gain(row), -order.index(row))))
    assert picked.chosen.tolist() == chosen


def slates(searcher: Searcher, viewer: int | None, seen: list[int], tags: list[str], places: list[int]) -> list[Any]:
    """All that ranked lists of media bring to light."""
    here = context(searcher, viewer, country="fr" if viewer is None else "")
    found = [
        explore(here, NOBODY, 6, seen=[ExternalId(id_) for id_ in seen]),
        explore(here, NOBODY, 30),
        *(hashtag_top(here, NOBODY, tag, 4) for tag in tags),
        *(place_top(here, NOBODY, ExternalId(id_), 4) for id_ in places),
    ]
    rows = [[row.matrix.tolist() for row in slate.served] for slate in found]
    return [repr(slate.slots) + repr(slate.dropped) + repr(slate.incomplete) for slate in found] + [repr(rows)]


@pytest.mark.parametrize("seed", range(8_100, 8_130))
def test_what_is_deleted_is_not_missed(seed: int) -> None:
    tables = random_tables(seed)
    world = oracle.make_world(tables, hashtag_id)
    rng = Random(seed)
    with built(tables) as full:
        known = {vertical: full.ids(vertical).tolist() for vertical in (Vertical.MEDIA, Vertical.PLACE)}
        seen = rng.sample(known[Vertical.MEDIA], min(3, len(known[Vertical.MEDIA])))
        tags = ["cafe", "tbt", "sunset", "nothing"]
        whole = Searcher(full, SETTINGS)
        for viewer in random_viewers(world, rng, 3):
            with built(oracle.visible_tables(world, viewer, hashtag_id)) as left:
                asked = (viewer, seen, tags, known[Vertical.PLACE][:4])
                assert slates(whole, *asked) == slates(Searcher(left, SETTINGS), *asked), (seed, viewer)


@pytest.mark.parametrize("seed", range(8_200, 8_212))
def test_columns_are_those_of_the_slow_twin(seed: int) -> None:
    """Counts over the rows of W_v, one media at a time."""
    world = oracle.make_world(random_tables(seed), hashtag_id)
    rng = Random(seed)
    tables = dict(world.tables)
    with built(tables) as segment:
        searcher = Searcher(segment, SETTINGS)
        for viewer in random_viewers(world, rng, 3):
            here = context(searcher, viewer)
            taste = Taste.of(here)
            docs = np.sort(searcher.find(_everything(viewer)).docs)
            columns, _ = media_columns(here, taste, docs)
            seen = oracle.visible(world, viewer)
            at = {id_: place for place, id_ in enumerate(segment.ids_of(Vertical.MEDIA, docs).tolist())}
            assert set(at) == set(seen.media)
            followed = {row["followee_id"] for row in seen.tables["follows"] if row["follower_id"] == viewer}
            mine = {row["media_id"] for row in seen.tables["likes"] if row["liker_id"] == viewer}
            for id_, row in seen.media.items():
                likers = {like["liker_id"] for like in seen.tables["likes"] if like["media_id"] == id_}
                tags = {name for media_id, name in seen.hashtags if media_id == id_}
                owner = row["owner_id"]
                used = {name for other, name in seen.hashtags if seen.media[other]["owner_id"] == viewer}
                expected = {
                    "likes": np.log1p(len(likers)),
                    "likes_by_followed": np.log1p(len(likers & followed)),
                    "owner_followed": owner in followed,
                    "owner_verified": seen.users[owner]["is_verified"],
                    "owner_liked": np.log1p(sum(seen.media[other]["owner_id"] == owner for other in mine)),
                    "hashtags": len(tags),
                    "hashtags_used": len(tags & used),
                    "is_located": row["place_id"] is not None,
                    "kind": CONTENT_TYPES.index(row["content_type"]),
                    "age": np.log1p((NOW - row["created_at_ms"]) / HOUR),
                }
                for name, value in expected.items():
                    assert columns[name][at[id_]] == pytest.approx(value), (viewer, id_, name)


def _everything(viewer: int | None) -> Any:
    from query import Request

    return Request(
        "(or type:photo type:video type:album)", None if viewer is None else ExternalId(viewer), Vertical.MEDIA, 10_000
    )


def test_weights_are_of_features() -> None:
    with pytest.raises(InputError, match="no feature 'likse'"):
        Linear("x", EXPLORE, {"likse": 1.0})
