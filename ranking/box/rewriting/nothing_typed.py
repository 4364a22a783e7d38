"""Nothing typed yet: the best of the viewer's country, then the best of all (a viewer without a past starts here)."""

from __future__ import annotations

from query import Node
from ranking.box.rewriting.forms import term, tiers
from schemas.catalogue import EDGES, Vertical

_COUNTRY_SHARE = "0.5"
EVERYTHING: dict[Vertical, Node] = {
    vertical: term("name", "", is_open=True)
    for vertical in (Vertical.USER, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP)
}
"""Media are not suggested before something was typed: Explore does that."""


def popular(vertical: Vertical, country: str) -> Node | None:
    """The form that finds what is popular in a country ('' for unknown); None where the vertical has none."""
    everything = EVERYTHING.get(vertical)
    if everything is None or not country or (vertical, "country") not in EDGES:
        return everything
    return tiers([(term("country", country), _COUNTRY_SHARE)], everything)
