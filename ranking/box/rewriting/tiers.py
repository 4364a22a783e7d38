"""The social tier: what the viewer himself chose first, then what those whom he follows lead to, then everybody's, as one plan.

A strong-or takes the best of each tier up to a quota and fills up with the best of all: nobody near is lost behind the popular,
and nobody popular behind those who are near.
"""

from __future__ import annotations

from query import Form, Node, Term
from ranking.box.rewriting.forms import all_of, tiers
from schemas.catalogue import Vertical

_FRIENDS = Term("followed_by", "me")
TIERS: dict[Vertical, tuple[Node, Node]] = {
    vertical: (Term(edge, "me"), Form("apply", edge, (_FRIENDS,)))
    for vertical, edge in (
        (Vertical.USER, "followed_by"),
        (Vertical.HASHTAG, "used_by"),
        (Vertical.PLACE, "visited_by"),
        (Vertical.GROUP, "member"),
        (Vertical.MEDIA, "owner"),
    )
}
"""Of each vertical the viewer's own tier and the one behind it, such as `followed_by:me` and the same of those."""
OWN_SHARE, SECOND_SHARE = "0.4", "0.3"


def social(vertical: Vertical, form: Node) -> Node:
    """A form in three tiers."""
    own, second = TIERS[vertical]
    return tiers([(all_of([form, own]), OWN_SHARE), (all_of([form, second]), SECOND_SHARE)], form)
