"""Nothing typed yet: the best of the viewer's country beside those of all (a viewer without a past starts here)."""

from __future__ import annotations

from decimal import Decimal

from query import Tier, Tree, print_term
from ranking.box.rewriting.forms import term
from schemas.catalogue import EDGES, Vertical

COUNTRY_SHARE = Decimal("0.3")
EVERYTHING = {
    vertical: Tree(term("name", "", is_open=True), vertical)
    for vertical in (Vertical.USER, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP)
}
"""Media are not suggested before something was typed: Explore does that."""


def of_country(vertical: Vertical, country: str) -> tuple[Tier, ...]:
    """The tier of a country; none where it is not known ('') or the vertical has none."""
    if not country or (vertical, "country") not in EDGES:
        return ()
    return (Tier(print_term(term("country", country)), COUNTRY_SHARE),)
