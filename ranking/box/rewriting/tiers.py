"""The social tier: what the viewer himself chose first, then what those whom he follows lead to (of people, those too whom his own
followers follow), then everybody's, as one plan.

A strong-or takes the best of each tier up to a quota and fills up with the best of all: nobody near is lost behind the popular,
and nobody popular behind those who are near.
"""

from __future__ import annotations

from decimal import Decimal

from query import Tier
from schemas.catalogue import Vertical

OWN_SHARE, SECOND_SHARE, FANS_SHARE = Decimal("0.4"), Decimal("0.3"), Decimal("0.1")
FANS = Tier("(apply followed_by: follower:me :limit 200)", FANS_SHARE, is_bounded=True)
"""Those whom followers of the viewer follow. The best known 200 of these lead on: of whoever has more, the others add little."""


def _tiers(edge: str) -> tuple[Tier, Tier]:
    return Tier(f"{edge}:me", OWN_SHARE), Tier(f"(apply {edge}: followed_by:me)", SECOND_SHARE)


TIERS: dict[Vertical, tuple[Tier, ...]] = {
    Vertical.USER: (*_tiers("followed_by"), FANS),
    Vertical.HASHTAG: _tiers("used_by"),
    Vertical.PLACE: _tiers("visited_by"),
    Vertical.GROUP: _tiers("member"),
    Vertical.MEDIA: _tiers("owner"),
}
"""Of each vertical the viewer's own tier, the one to which those lead whom he follows, and of people that of his followers."""
