"""Explore over a live index: who and what came a second ago is there at once, and counts for others."""

from __future__ import annotations

from pathlib import Path
from random import Random

from index import LiveSegment
from query import Searcher
from ranking import explore, hashtag_top, place_top
from schemas.ids import ExternalId
from tests.agreement import SETTINGS
from tests.live_layers import Layers
from tests.live_worlds import built, live_segment
from tests.test_explore import NOBODY, context, follows, ids, likes, media, user

USERS = [user(id_) for id_ in range(1, 9)]
BEFORE = {
    "users": USERS,
    "follows": follows((1, 2)),
    "media": [media(10, 2, age_hours=50), media(11, 3, age_hours=60)],
    "media_hashtags": [{"media_id": 10, "hashtag": "old"}],
    "places": [{"id": 500, "name": "pier"}],
    "likes": likes((4, 10)),
}


def live(tmp_path: Path, **more: list[dict[str, object]]) -> LiveSegment:
    """The base of `BEFORE` under a layer that adds rows to its tables."""
    base = built(BEFORE, tmp_path / "base", tmp_path / "before")
    after = {name: [*rows, *more.get(name, [])] for name, rows in BEFORE.items()}
    other = built(after, tmp_path / "other", tmp_path / "after")
    found = live_segment(base, [Layers(base).towards(other, Random(1))])
    assert isinstance(found, LiveSegment)
    return found


def test_new_accounts_media_and_hashtags_are_there_at_once(tmp_path: Path) -> None:
    segment = live(
        tmp_path,
        users=[user(50), user(51, country="no")],
        media=[media(60, 50, age_hours=0, place_id=500)],
        media_hashtags=[{"media_id": 60, "hashtag": "#brandnew"}],
    )
    searcher = Searcher(segment, SETTINGS)
    for viewer in (None, 1, 51):
        here = context(searcher, viewer, country="fr")
        slate = explore(here, NOBODY, 10)
        assert set(ids(slate)) == {10, 11, 60}
        found = next(slot for slot in slate.slots if slot.id == 60)
        assert (found.name, found.reason) == ("user50", "new in your country")
        assert ids(hashtag_top(here, NOBODY, "#brandnew", 10)) == [60]
        assert ids(place_top(here, NOBODY, ExternalId(500), 10)) == [60]


def test_a_newcomer_gets_a_slate_and_his_first_deeds_count(tmp_path: Path) -> None:
    new = {"users": [user(50)]}
    searcher = Searcher(live(tmp_path / "one", **new), SETTINGS)
    assert ids(explore(context(searcher, 50), NOBODY, 10)) == [10, 11]
    new |= {"follows": follows((50, 4)), "likes": likes((4, 11), (50, 10))}
    searcher = Searcher(live(tmp_path / "two", **new), SETTINGS)
    slate = explore(context(searcher, 50), NOBODY, 10)
    assert ids(slate) == [11]
    assert slate.slots[0].reason == "liked by people you follow"
    assert [(one.id, one.reason) for one in slate.dropped] == [(10, "already liked")]


def test_likes_of_a_second_ago_count(tmp_path: Path) -> None:
    searcher = Searcher(live(tmp_path, likes=likes(*((who, 11) for who in range(4, 9)))), SETTINGS)
    assert ids(explore(context(searcher, None), NOBODY, 10)) == [11, 10]
