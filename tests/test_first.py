"""The one-step path of an intersection with a union that is a bitset: each operand shows what its own mask lets through."""

from __future__ import annotations

import pytest

from query import Request, Searcher, first
from schemas.ids import ExternalId
from tests.agreement import SETTINGS, built

HUB, VIEWER, BLOCKED = 1, 2, 3
PEOPLE = range(1, 141)
PRIVATE = range(4, 141, 4)


@pytest.fixture(scope="module")
def segment():
    """140 people of different names in a; the hub follows them all, the viewer has blocked one of them."""
    tables = {
        "users": [
            {"id": user, "username": f"u{user}", "fullname": f"a{user:03}", "is_private": user in PRIVATE}
            for user in PEOPLE
        ],
        "follows": [{"follower_id": HUB, "followee_id": user} for user in PEOPLE if user != HUB],
        "blocks": [{"blocker_id": VIEWER, "blocked_id": BLOCKED}],
    }
    with built(tables) as opened:
        yield opened


@pytest.mark.parametrize(
    ("other", "seen"),
    [
        (
            f"followed_by:{HUB}",
            set(PEOPLE) - {HUB, BLOCKED} - set(PRIVATE),
        ),  # a follow of a private account is not shown
        ("name:a00*", set(range(1, 10)) - {BLOCKED}),
    ],
)
def test_a_union_that_is_a_bitset_beside_a_list_that_is_cut_in_its_own_way(segment, monkeypatch, other, seen):
    dense = []
    as_bitset = first._as_bitset

    def noted(execution, operand):
        found = as_bitset(execution, operand)
        dense.append(found is not None)
        return found

    monkeypatch.setattr(first, "_as_bitset", noted)
    answer = Searcher(segment, SETTINGS).run(Request(f"(and name:a* {other})", viewer=ExternalId(VIEWER), limit=1_000))
    assert any(dense)
    assert set(answer.ids) == seen
