"""The social tier: what the viewer himself chose first, then what those whom he follows lead to, then everybody's, as one plan.

A strong-or takes the best of each tier up to a quota and fills up with the best of all: nobody near is lost behind the popular,
and nobody popular behind those who are near.
"""

from __future__ import annotations

from schemas.catalogue import Vertical

TIERS: dict[Vertical, tuple[str, str]] = {
    Vertical.USER: ("followed_by:me", "(apply followed_by: followed_by:me)"),
    Vertical.HASHTAG: ("used_by:me", "(apply used_by: followed_by:me)"),
    Vertical.PLACE: ("visited_by:me", "(apply visited_by: followed_by:me)"),
    Vertical.GROUP: ("member:me", "(apply member: followed_by:me)"),
    Vertical.MEDIA: ("owner:me", "(apply owner: followed_by:me)"),
}
"""Of each vertical the viewer's own tier and the one behind it."""
OWN_SHARE, SECOND_SHARE = 0.4, 0.3


def social(vertical: Vertical, form: str) -> str:
    """A form in three tiers."""
    own, second = TIERS[vertical]
    return (
        f"(strong-or (and {form} {own} :optional-weight {OWN_SHARE})"
        f" (and {form} {second} :optional-weight {SECOND_SHARE}) {form})"
    )
