"""The search box over a live index: who and what came a second ago is found at once, and as if the base had known it."""

from __future__ import annotations

from pathlib import Path
from random import Random

from index import AnySegment, LiveSegment
from query import Searcher
from ranking import Box, Slate
from schemas.catalogue import Vertical
from tests.agreement import SETTINGS
from tests.box_columns import check_rows
from tests.live_layers import Layers
from tests.live_worlds import built, live_segment
from tests.test_explore import context, follows, media, user

BEFORE = {
    "users": [user(id_) for id_ in range(1, 9)],
    "follows": follows((1, 2)),
    "media": [media(10, 2, age_hours=50)],
    "media_hashtags": [{"media_id": 10, "hashtag": "old"}],
}
NEW = {
    "users": [user(50, username="zelda"), user(51, username="zelda_fan")],
    "follows": follows((2, 50), (1, 51), (50, 1)),
    "media": [media(60, 50, age_hours=0)],
    "media_hashtags": [{"media_id": 60, "hashtag": "zeldaday"}],
}


def worlds(tmp_path: Path) -> tuple[LiveSegment, AnySegment]:
    """The base of `BEFORE` under a layer that adds `NEW`, and a base of both."""
    base = built(BEFORE, tmp_path / "base", tmp_path / "before")
    after = {name: [*rows, *NEW[name]] for name, rows in BEFORE.items()}
    other = built(after, tmp_path / "other", tmp_path / "after")
    found = live_segment(base, [Layers(base).towards(other, Random(1))])
    assert isinstance(found, LiveSegment)
    return found, other


def told(slate: Slate) -> set[tuple[Vertical, int, str, str]]:
    return {(slot.vertical, slot.id, slot.name, slot.reason) for slot in slate.slots}


def test_new_accounts_and_hashtags_are_found_at_once(tmp_path: Path) -> None:
    live, _ = worlds(tmp_path)
    searcher, box = Searcher(live, SETTINGS), Box()
    assert [slot.name for slot in box.typeahead(context(searcher, None), "@zeld").slots] == ["zelda", "zelda_fan"]
    assert [slot.name for slot in box.typeahead(context(searcher, None), "#zel").slots] == ["#zeldaday"]
    assert "#zeldaday" in {slot.name for slot in box.typeahead(context(searcher, None), "#").slots}
    reasons = {slot.name: slot.reason for slot in box.typeahead(context(searcher, 1), "zelda").slots}
    assert reasons["zelda"] == "followed by user2"
    assert reasons["zelda_fan"] == "you follow"


def test_a_slip_of_the_finger_finds_who_came_a_second_ago(tmp_path: Path) -> None:
    live, _ = worlds(tmp_path)
    assert "zelda" in {slot.name for slot in Box().typeahead(context(Searcher(live, SETTINGS), None), "zleda").slots}


def test_a_live_index_tells_what_a_base_of_the_same_world_does(tmp_path: Path) -> None:
    live, base = worlds(tmp_path)
    for viewer in (None, 1, 2, 50, 51):
        for typed in ("", "@", "#", "z", "zel", "zelda", "zelda f", "zleda", "user", "#old", "@user"):
            slates = [
                Box().typeahead(context(Searcher(segment, SETTINGS), viewer, country="fr"), typed, 50)
                for segment in (live, base)
            ]
            assert told(slates[0]) == told(slates[1]), (viewer, typed)


def test_rows_are_the_plain_columns_through_layers(tmp_path: Path) -> None:
    live, _ = worlds(tmp_path)
    rng = Random(3)
    for viewer in (None, 1, 2, 50):
        for typed in ("", "zel", "#zelda", "user1 z"):
            check_rows(Box()._asked(context(Searcher(live, SETTINGS), viewer, country="fr"), typed), rng)
