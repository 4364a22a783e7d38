"""The oracle of events says what data-model.md §5 says, sentence by sentence; and the law holds within it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import oracle
from tests.histories import Build, random_history
from tests.oracle.events import Event
from tests.oracle.live import Base, Live, base_of, snapshot_times

NOW_MS = 1_900_000_000_000
T = 100
HISTORIES = 1_000

ANN, BOB, PIC = (
    {"id": 1, "username": "ann"},
    {"id": 2, "username": "bob"},
    {"id": 10, "owner_id": 1, "created_at_ms": 5},
)
WORLD: dict[str, list[oracle.Row]] = {
    "users": [ANN, BOB],
    "media": [PIC],
    "follows": [{"follower_id": 1, "followee_id": 2}],
    "likes": [],
    "comments": [],
    "blocks": [],
    "places": [],
    "groups": [],
    "group_members": [],
    "media_hashtags": [{"media_id": 10, "hashtag": "sun"}],
}
NEW = {"id": 3, "username": "cat", "fullname": "", "is_private": False}


def live(tables: dict[str, list[oracle.Row]] | None = None, time_ms: int = T) -> Live:
    raw = WORLD if tables is None else tables
    return Live(base_of(raw, snapshot_times(raw, now_ms=NOW_MS, as_of_ms=time_ms)))


def told(of: Live, time_ms: int, kind: str, **fields: Any) -> Live:
    of.apply(Event(time_ms, kind, fields))
    return of


def ids(of: Live, query: str, viewer: int | None = None, vertical: str | None = None) -> list[int | str]:
    return oracle.answer(of.world(), query, viewer=viewer, vertical=vertical).ids


FOLLOW = {"follower_id": 1, "followee_id": 2}
LIKE = {"liker_id": 2, "media_id": 10, "media_owner_id": 1}
MEDIA = {"id": 10, "owner_id": 1, "content_type": 1}


def test_later_wins_and_at_equal_times_clearing():
    for order in ((200, 300), (300, 200)):
        of = live()
        for time_ms in order:
            told(of, time_ms, "unfollow" if time_ms == 300 else "follow", **FOLLOW)
        assert ids(of, "followed_by:1") == []
    of = told(told(live(), 200, "unfollow", **FOLLOW), 200, "follow", **FOLLOW)
    assert ids(of, "followed_by:1") == []
    assert ids(told(of, 201, "follow", **FOLLOW), "followed_by:1") == [2]


def test_of_two_values_of_one_time_the_larger():
    of = told(live(), 200, "user", user={"id": 1, "username": "zoe"})
    told(of, 200, "user", user={"id": 1, "username": "amy"})
    assert ids(of, "name:zoe") == [1]
    assert ids(of, "name:amy") == []


def test_of_two_visibilities_of_one_time_the_narrower():
    for order in ((1, 2, 3), (3, 2, 1), (2, 3, 1)):
        of = live()
        for visibility in order:
            told(of, 200, "media", media=MEDIA | {"visibility": visibility})
        assert ids(of, "owner:1") == []


def test_an_event_up_to_the_snapshot_time_changes_nothing():
    for time_ms, expected in ((99, [2]), (T, [2]), (101, [])):
        assert ids(told(live(), time_ms, "unfollow", **FOLLOW), "followed_by:1") == expected


def test_what_is_nested_sets_attributes_only():
    of = told(live(), 200, "like", **LIKE, liker={"id": 2, "username": "rob", "is_private": True})
    assert ids(of, "name:rob") == [2]
    assert ids(of, "private:1") == []
    of = told(
        live(), 200, "like", **LIKE | {"liker_id": 3}, liker=NEW, media=MEDIA | {"visibility": 3, "caption": "sea"}
    )
    assert ids(of, "name:cat") == []
    assert ids(of, "caption:sea", viewer=2) == [10]


def test_a_place_carried_is_set():
    of = told(live(), 200, "like", **LIKE, media=MEDIA | {"place": {"id": 7, "name": "pier"}})
    assert ids(of, "name:pier", vertical="place") == [7]
    assert ids(of, "location:7") == [10]


def test_a_deletion_sets_nothing_else():
    of = told(
        live(), 200, "media", media=MEDIA | {"caption": "gone"}, owner=ANN | {"username": "gone"}, is_deleted=True
    )
    told(of, 300, "media", media=MEDIA)
    assert ids(of, "caption:gone") == ids(of, "name:gone") == []
    assert ids(of, "hashtag:sun") == [10]


def test_privacy_never_said_is_private():
    of = told(live(), 200, "user", user={"id": 3, "username": "cat"})
    told(of, 200, "group", group_id=9, name="club")
    assert ids(of, "private:1") == [3]
    assert ids(of, "name:club", vertical="group") == []
    assert ids(told(of, 201, "group", group_id=9, is_public=True), "name:club", vertical="group") == [9]


def test_a_fact_waits_for_its_documents():
    of = told(live(), 200, "follow", follower_id=1, followee_id=3)
    assert ids(of, "followed_by:1") == [2]
    assert sorted(map(str, ids(told(of, 150, "user", user=NEW), "followed_by:1"))) == ["2", "3"]


def test_a_row_of_the_base_waits_too():
    of = live(WORLD | {"follows": [{"follower_id": 1, "followee_id": 3}]})
    assert ids(of, "followed_by:1") == []
    assert ids(told(of, 200, "user", user=NEW), "followed_by:1") == [3]


def test_of_rows_of_one_id_the_one_that_refers_to_what_is_there_stands():
    comment = {"id": 1, "commenter_id": 2, "media_id": 10, "created_at_ms": 5}
    of = live(WORLD | {"comments": [comment, comment | {"commenter_id": 3, "created_at_ms": 9}]})
    assert ids(of, "commenter:2") == [10]
    told(of, 200, "user", user=NEW)
    assert ids(of, "commenter:2") == [10]
    assert ids(of, "commenter:3") == []


def test_a_deleted_user_takes_media_and_facts_along_and_brings_them_back():
    of = told(told(live(), 150, "like", **LIKE), 200, "user", user=ANN, is_deleted=True)
    assert ids(of, "liker:2") == ids(of, "follower:2", vertical="user") == ids(of, "name:*", vertical="hashtag") == []
    told(of, 300, "user", user={"id": 1})
    assert ids(of, "liker:2") == [10]
    assert ids(of, "follower:2", vertical="user") == [1]
    assert ids(of, "name:*", vertical="hashtag") == ["#sun"]


def test_lists_are_replaced_as_a_whole():
    of = told(live(), 200, "media", media=MEDIA | {"hashtags": ["sea"]})
    assert ids(of, "hashtag:sun") == []
    assert ids(of, "hashtag:sea") == [10]
    told(of, 201, "media", media=MEDIA)
    assert ids(of, "hashtag:sea") == [10]


def test_a_comment_of_several():
    of = live()
    for comment in (1, 2):
        told(of, 200, "comment", comment_id=comment, commenter_id=2, media_id=10, media_owner_id=1)
    gone = {"commenter_id": 2, "media_id": 10, "media_owner_id": 1, "is_deleted": True}
    assert ids(told(of, 300, "comment", comment_id=1, **gone), "commenter:2") == [10]
    assert ids(told(of, 300, "comment", comment_id=2, **gone), "commenter:2") == []


def rebased(of: Live, tables: dict[str, list[oracle.Row]], time_ms: int) -> Live:
    of.rebase(live(tables, time_ms).base)
    return of


def test_absence_from_a_table_clears_what_is_not_later():
    for time_ms, expected in ((300, []), (299, []), (301, [10])):
        of = told(live(), time_ms, "like", **LIKE)
        assert ids(rebased(of, WORLD, 300), "liker:2") == expected


def test_absence_of_a_document_clears_its_attributes():
    of = rebased(told(live(), 200, "user", user=NEW), WORLD, 300)
    assert ids(of, "name:cat") == []
    assert ids(told(of, 400, "user", user={"id": 3}), "name:cat") == []
    assert ids(of, "private:1") == [3]


def test_a_missing_table_says_nothing():
    of = told(told(live(), 200, "like", **LIKE), 200, "unfollow", **FOLLOW)
    without = {name: rows for name, rows in WORLD.items() if name != "likes"}
    assert ids(rebased(of, without, 300), "liker:2") == [10]
    assert ids(of, "followed_by:1") == [2]


def test_derived_tables_settle_only_what_they_hold():
    of = told(live(), 200, "media_vision", media_id=10, autotags=[{"label": "dog", "confidence": 0.5}])
    rebased(of, WORLD | {"media_autotags": []}, 300)
    assert ids(of, "autotag:dog") == [10]
    rebased(of, WORLD | {"media_autotags": [{"media_id": 10, "label": "cat"}]}, 300)
    assert ids(of, "autotag:dog") == []
    assert ids(of, "autotag:cat") == [10]


def test_an_old_state_does_not_come_back_with_a_base():
    of = told(live(), 400, "user", user={"id": 2, "username": "bob", "is_private": True})
    assert ids(rebased(of, WORLD, 300), "private:1") == [2]
    assert ids(rebased(of, WORLD, 500), "private:1") == []


def test_rank_counts_are_those_of_the_base():
    of = told(live(), 200, "follow", follower_id=2, followee_id=1)
    told(of, 200, "user", user=NEW)
    for user in (1, 2):
        told(of, 200, "follow", follower_id=user, followee_id=3)
    assert ids(of, "username:*") == [2, 1, 3]
    told(of, 200, "media", media=MEDIA | {"hashtags": ["sun", "abc"]})
    told(of, 200, "media", media=MEDIA | {"id": 11, "hashtags": ["abc"]})
    assert ids(of, "name:*", vertical="hashtag") == ["#sun", "#abc"]


def test_media_that_came_later_stand_by_their_time():
    of = live()
    for media, created in ((11, 4), (12, 6), (9, 5)):
        told(of, 200, "media", media=MEDIA | {"id": media, "created_at_millis": created})
    assert ids(of, "owner:1") == [12, 10, 9, 11]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"follows": [{"created_at_ms": 7}, {"created_at_ms": 9}], "places": [{}], "likes": []}, (9, 9, 9)),
        (
            {"follows": [{"created_at_ms": 7}], "places": [{}], "likes": [{"created_at_ms": NOW_MS + 5}]},
            (7, NOW_MS, NOW_MS),
        ),
        ({"follows": [], "places": [], "likes": [], "snapshot": [{"table": "likes", "as_of_ms": 4}]}, (0, 0, 4)),
    ],
)
def test_snapshot_times(tables, expected):
    times = snapshot_times(tables, now_ms=NOW_MS)
    assert (times["follows"], times["places"], times["likes"]) == expected


def base(build: Build) -> Base:
    return base_of(build.tables, snapshot_times(build.tables, now_ms=NOW_MS, as_of_ms=build.as_of_ms))


def seen(world: oracle.World) -> dict[str, list[str]]:
    """All that an answer can depend on but the counts."""
    silent = {"added_by", "text", "lat", "lon", "confidence", "description", "joined_at_ms", "added_at_ms"}
    shown = {}
    for name, rows in world.tables.items():
        hidden = silent if name == "media" else silent | {"created_at_ms"}
        shown[name] = sorted(str({c: value for c, value in row.items() if c not in hidden}) for row in rows)
    return shown


def test_the_law_holds_within_the_oracle():
    """base(T) + events after T is base(now); and a base build makes good what was lost."""
    lawful = repaired = 0
    for seed in range(HISTORIES):
        history = random_history(seed)
        of = Live(base(history.builds[0]))
        for number, delivery in enumerate(history.deliveries):
            if number:
                of.rebase(base(history.builds[number]))
            for event in delivery:
                of.apply(event)
        now = seen(oracle.make_world(history.now.tables))
        if history.is_lawful:
            lawful += 1
            assert seen(of.world()) == now, f"history {seed}"
        if history.is_repaired:
            repaired += 1
            of.rebase(base(history.now))
            assert seen(of.world()) == now, f"history {seed}, repaired"
    assert lawful > HISTORIES / 4
    assert repaired > HISTORIES / 2
