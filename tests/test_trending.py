"""Hashtags that rise: by days, by the share of the last week in the last two, and in the viewer's world."""

from __future__ import annotations

import numpy as np

from query import Searcher
from ranking.box.trending import Trending
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from tests.agreement import SETTINGS, built

DAY_MS = 86_400_000
NOW_MS = 1_000 * DAY_MS
PRIVATE, BLOCKER = 3, 4


def world(*uses):
    """Media of (hashtag, owner, days ago, how many)."""
    rows = [(tag, owner, days) for tag, owner, days, count in uses for _ in range(count)]
    return {
        "users": [{"id": id_, "username": f"u{id_}", "is_private": id_ == PRIVATE} for id_ in range(1, 6)],
        "blocks": [{"blocker_id": BLOCKER, "blocked_id": 1, "created_at_ms": 1}],
        "media": [
            {"id": id_, "owner_id": owner, "created_at_ms": NOW_MS - int(days * DAY_MS)}
            for id_, (_, owner, days) in enumerate(rows)
        ],
        "media_hashtags": [{"media_id": id_, "hashtag": tag} for id_, (tag, _, _) in enumerate(rows)],
    }


USES = [
    ("steady", 2, 1, 6),
    ("steady", 5, 10, 6),
    ("rising", 2, 2, 5),
    ("old", 2, 20, 50),
    ("last week", 2, 7.5, 50),
    ("secret", PRIVATE, 1, 50),
    ("blocked", BLOCKER, 1, 9),
    ("blocked", 2, 30, 1),
    ("falling", 2, 3, 2),
    ("falling", 2, 12, 30),
    ("late", BLOCKER, 2, 40),
    ("late", 2, 2, 1),
]


def found(uses, viewer, limit=10):
    with built(world(*uses)) as segment:
        seen = Searcher(segment, SETTINGS).world(None if viewer is None else ExternalId(viewer), is_operator=False)
        trending = Trending()
        docs = trending.best(seen, NOW_MS, limit)
        names = segment.names(Vertical.HASHTAG).of(docs)
        return [
            (name, int(now), int(then))
            for name, now, then in zip(names, *trending.weeks(seen, docs, NOW_MS), strict=True)
        ]


def test_what_came_up_of_late_is_before_what_is_always_used():
    assert found(USES, None) == [
        ("late", 41, 0),
        ("blocked", 9, 0),
        ("rising", 5, 0),
        ("steady", 6, 6),
        ("falling", 2, 30),
    ]
    assert found(USES, None, 2) == [("late", 41, 0), ("blocked", 9, 0)]


def test_behind_a_block_nothing_rises():
    left = [use for use in USES if use[1] != BLOCKER]
    assert found(USES, 1) == [("rising", 5, 0), ("steady", 6, 6), ("late", 1, 0), ("falling", 2, 30)]
    assert found(left, 1) == found(USES, 1)


def test_without_media_of_late_nothing_rises():
    assert found([("old", 2, 20, 3)], 2) == []
    assert np.array(found([], None)).size == 0
