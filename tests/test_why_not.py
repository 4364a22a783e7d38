"""why-not tells the truth: of a rule that counts inner results, also where some of these were cut off."""

from __future__ import annotations

import pytest

from query import Request, Searcher
from schemas.ids import ExternalId
from tests.agreement import SETTINGS, built

FOLLOWS = ((1, 2), (1, 3), (1, 4), (2, 5), (3, 5), (4, 5), (9, 2), (2, 6))
TABLES = {
    "users": [{"id": id, "username": f"u{id}"} for id in (1, 2, 3, 4, 5, 6, 9)],
    "follows": [{"follower_id": follower, "followee_id": followee} for follower, followee in FOLLOWS],
}
"""User 2, who has two followers, comes first among the three whom user 1 follows, then user 3."""

INNER = "(apply followed_by: followed_by:me"


@pytest.mark.parametrize(
    ("form", "of", "said"),
    [
        (f"{INNER})", 9, "no inner result of {form} leads to it"),
        (f"{INNER} :min-hits 2)", 6, "fewer than 2 inner results of {form} lead to it"),
        (f"{INNER} :limit 1)", 9, "no inner result that {form} took leads to it; it took 1 of 3, by static rank"),
        (
            f"{INNER} :limit 2 :min-hits 3)",
            5,
            "fewer than 3 inner results that {form} took lead to it; it took 2 of 3, by static rank",
        ),
    ],
)
def test_what_too_few_inner_results_lead_to(form: str, of: int, said: str) -> None:
    with built(TABLES) as segment:
        answer = Searcher(segment, SETTINGS).run(Request(form, ExternalId(1), why_not=ExternalId(of)))
    assert answer.why_not == said.format(form=form)
