"""data-model.md §5, sentence by sentence: what each kind of event sets or clears."""

from __future__ import annotations

import random

import pytest

from ingest.firehose.mutations import CommentRow, DocumentRow, Mutations
from ingest.firehose.translate import translate
from ingest.firehose.wire import Event
from schemas.catalogue import Vertical
from schemas.gen.ttypes import (
    Autotag,
    BlockEvent,
    CommentEvent,
    Face,
    FollowEvent,
    GroupEvent,
    GroupMediaEvent,
    GroupMemberEvent,
    LikeEvent,
    Media,
    MediaContentType,
    MediaEvent,
    MediaVisibility,
    MediaVisionEvent,
    Place,
    PlaceEvent,
    SearchEvent,
    UnfollowEvent,
    UnlikeEvent,
    User,
    UserEvent,
    ViewEvent,
)
from tests.firehose import random_event
from tests.translation import Attributes, attribute_rows

T = 1_000
USER, MEDIA, PLACE, GROUP = Vertical.USER, Vertical.MEDIA, Vertical.PLACE, Vertical.GROUP
ANN = User(1, "ann", "Ann Lee", True, True, "us", 77)
ANN_SET = {"username": "ann", "fullname": "Ann Lee", "is_verified": True, "country": "us", "created_at_ms": 77}
BAR = Place(5, "Bar", "Rome", "it", "bar", -0.0, 12.5)
BAR_SET = {"name": "Bar", "city": "Rome", "country": "it", "category": "bar", "lat": 0.0, "lon": 12.5}
PHOTO = Media(
    10,
    1,
    MediaContentType.VIDEO,
    "a caption",
    ["b", "a", "b"],
    [3, 2, 3],
    BAR,
    99,
    ["t:u=v"],
    MediaVisibility.FOLLOWERS,
    [4],
)
PHOTO_SET = {
    "owner_id": 1,
    "content_type": "video",
    "caption": "a caption",
    "created_at_ms": 99,
    "hashtags": ("a", "b"),
    "tags": ("t:u=v",),
    "tagged": (2, 3),
    "mentions": (4,),
    "place_id": 5,
}
PLACE_ROWS = (DocumentRow(PLACE, 5, T, True), Attributes(PLACE, 5, T, BAR_SET))


def rows(kind: str, body: object) -> Mutations:
    into = Mutations()
    translate(Event(T, kind, body), into)
    return into


def facts(found: Mutations) -> dict[str, list[tuple[int, int, int, bool]]]:
    return {
        kind: list(zip(f.left, f.right, f.time_ms, f.is_set, strict=True)) for kind, f in found.facts.items() if f.left
    }


def only(found: Mutations, **expected: object) -> None:
    """What was found is this, and nothing else."""
    assert facts(found) == expected.pop("facts", {})
    assert found.documents == expected.pop("documents", [])
    assert sorted(attribute_rows(found), key=repr) == sorted(expected.pop("attributes", []), key=repr)
    assert found.comments == expected.pop("comments", [])
    assert not expected


def test_user_sets_document_and_attributes_with_privacy() -> None:
    values = {**ANN_SET, "is_private": True}
    only(
        rows("user", UserEvent(ANN)),
        documents=[DocumentRow(USER, 1, T, True)],
        attributes=[Attributes(USER, 1, T, values)],
    )
    only(
        rows("user", UserEvent(ANN, False)),
        documents=[DocumentRow(USER, 1, T, True)],
        attributes=[Attributes(USER, 1, T, values)],
    )


def test_what_is_absent_stays_absent() -> None:
    only(rows("user", UserEvent(User(1))), documents=[DocumentRow(USER, 1, T, True)])
    named = [Attributes(USER, 1, T, {"username": ""})]
    only(rows("user", UserEvent(User(1, ""))), documents=[DocumentRow(USER, 1, T, True)], attributes=named)
    bare = rows("media", MediaEvent(Media(10, 1, MediaContentType.PHOTO)))
    only(
        bare,
        documents=[DocumentRow(MEDIA, 10, T, True)],
        attributes=[Attributes(MEDIA, 10, T, {"owner_id": 1, "content_type": "photo"})],
    )


def test_a_deletion_sets_nothing_else() -> None:
    only(rows("user", UserEvent(ANN, True)), documents=[DocumentRow(USER, 1, T, False)])
    only(rows("media", MediaEvent(PHOTO, ANN, True)), documents=[DocumentRow(MEDIA, 10, T, False)])
    only(rows("group", GroupEvent(7, "g", "d", True, True)), documents=[DocumentRow(GROUP, 7, T, False)])


def test_media_carries_its_place_and_its_owner_without_privacy() -> None:
    found = rows("media", MediaEvent(PHOTO, ANN))
    only(
        found,
        documents=[DocumentRow(MEDIA, 10, T, True), PLACE_ROWS[0]],
        attributes=[
            PLACE_ROWS[1],
            Attributes(MEDIA, 10, T, {**PHOTO_SET, "visibility": "followers"}),
            Attributes(USER, 1, T, ANN_SET),
        ],
    )


def test_empty_lists_are_carried() -> None:
    media = Media(10, 1, MediaContentType.ALBUM, "", [], [], None, None, [], None, [])
    (row,) = attribute_rows(rows("media", MediaEvent(media)))
    assert row.values == {
        "owner_id": 1,
        "content_type": "album",
        "caption": "",
        "hashtags": (),
        "tagged": (),
        "tags": (),
        "mentions": (),
    }


def test_like_carries_attributes_but_never_existence_privacy_or_visibility() -> None:
    found = rows("like", LikeEvent(2, 10, 1, PHOTO, User(2, "bob", is_private=True), ANN, True))
    only(
        found,
        facts={"likes": [(2, 10, T, True)]},
        documents=[PLACE_ROWS[0]],
        attributes=[
            PLACE_ROWS[1],
            Attributes(MEDIA, 10, T, PHOTO_SET),
            Attributes(USER, 2, T, {"username": "bob"}),
            Attributes(USER, 1, T, ANN_SET),
        ],
    )
    only(rows("like", LikeEvent(2, 10, 1)), facts={"likes": [(2, 10, T, True)]})
    only(rows("like", LikeEvent(2, 10, 1, liker=User(2, is_private=False))), facts={"likes": [(2, 10, T, True)]})
    only(rows("unlike", UnlikeEvent(2, 10, 1)), facts={"likes": [(2, 10, T, False)]})


def test_follow_unfollow_block() -> None:
    found = rows("follow", FollowEvent(1, 2, ANN, User(2, "bob")))
    only(
        found,
        facts={"follows": [(1, 2, T, True)]},
        attributes=[Attributes(USER, 1, T, ANN_SET), Attributes(USER, 2, T, {"username": "bob"})],
    )
    only(rows("unfollow", UnfollowEvent(1, 2)), facts={"follows": [(1, 2, T, False)]})
    only(rows("block", BlockEvent(1, 2, True)), facts={"blocks": [(1, 2, T, True)]})
    only(rows("block", BlockEvent(1, 2, False)), facts={"blocks": [(1, 2, T, False)]})


def test_nobody_follows_or_blocks_himself() -> None:
    only(rows("follow", FollowEvent(1, 1, ANN)), attributes=[Attributes(USER, 1, T, ANN_SET)])
    only(rows("unfollow", UnfollowEvent(1, 1)))
    only(rows("block", BlockEvent(1, 1, True)))


def test_comment() -> None:
    only(rows("comment", CommentEvent(9, 2, 10, 1, "nice")), comments=[CommentRow(9, 2, 10, T, True)])
    only(rows("comment", CommentEvent(9, 2, 10, 1, None, False)), comments=[CommentRow(9, 2, 10, T, True)])
    only(rows("comment", CommentEvent(9, 2, 10, 1, "nice", True)), comments=[CommentRow(9, 2, 10, T, False)])


def test_vision_sets_each_list_as_a_whole() -> None:
    body = MediaVisionEvent(
        10,
        [Autotag("sea", 0.25), Autotag("dog", 0.5), Autotag("sea", 0.75), Autotag("sea", 0.5)],
        [Face(0.5, 0.5, 0.1, 0.2), Face(0.1, -0.0, 0.1, 0.2)],
        [0.5, float("nan"), -0.0],
        "m1",
    )
    values = {
        "autotags": (("dog", 0.5), ("sea", 0.75)),
        "faces": ((0.1, 0.0, 0.1, 0.2), (0.5, 0.5, 0.1, 0.2)),
        "vector": (0.5, 0.0, 0.0),
    }
    only(rows("media_vision", body), attributes=[Attributes(MEDIA, 10, T, values)])
    only(rows("media_vision", MediaVisionEvent(10, [])), attributes=[Attributes(MEDIA, 10, T, {"autotags": ()})])
    only(rows("media_vision", MediaVisionEvent(10)))


def test_place() -> None:
    only(rows("place", PlaceEvent(BAR)), documents=[PLACE_ROWS[0]], attributes=[PLACE_ROWS[1]])
    nowhere = Place(5, latitude=float("nan"))
    only(rows("place", PlaceEvent(nowhere)), documents=[PLACE_ROWS[0]])


def test_group() -> None:
    only(
        rows("group", GroupEvent(7, "g", None, False)),
        documents=[DocumentRow(GROUP, 7, T, True)],
        attributes=[Attributes(GROUP, 7, T, {"name": "g", "is_public": False})],
    )
    only(rows("group_member", GroupMemberEvent(7, 1, True)), facts={"members": [(1, 7, T, True)]})
    only(rows("group_member", GroupMemberEvent(7, 1, False)), facts={"members": [(1, 7, T, False)]})
    only(rows("group_media", GroupMediaEvent(7, 10, 1, True)), facts={"group_media": [(7, 10, T, True)]})
    only(rows("group_media", GroupMediaEvent(7, 10, 1, False)), facts={"group_media": [(7, 10, T, False)]})


def test_logs_are_nothing_in_the_index() -> None:
    only(rows("view", ViewEvent(1, 10, 5)))
    only(rows("search", SearchEvent(1, "s", "top", "q")))


@pytest.mark.parametrize("seed", range(10))
def test_translation_is_total_and_pure(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(300):
        event = random_event(rng)
        first, second = Mutations(), Mutations()
        translate(event, first)
        translate(event, second)
        assert first == second
        times = [row.time_ms for row in (*first.documents, *attribute_rows(first), *first.comments)]
        assert set(times) <= {event.time_ms}
        for row in attribute_rows(first):
            assert row.values
            assert None not in row.values.values()
            hash(tuple(sorted(row.values.items())))
