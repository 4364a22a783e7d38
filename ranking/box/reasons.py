"""Why a slot is there, as a sentence for people: the strongest tie first, else how the name fits, else that it is popular.

Only what the features say is said, so that a reason tells no more than the viewer's world holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from index import U32
from query import Cut, names
from ranking.box.asked import Asked
from ranking.box.ranked import Ranked
from schemas.catalogue import EDGES, Vertical

OWN: dict[Vertical, tuple[str, str]] = {
    Vertical.USER: ("follows", "you follow"),
    Vertical.HASHTAG: ("viewer_uses", "you used it"),
    Vertical.PLACE: ("viewer_visits", "you were there"),
    Vertical.GROUP: ("viewer_is_in", "you are a member"),
    Vertical.MEDIA: ("follows_author", "by somebody you follow"),
}
"""Of each vertical the feature that is a tie of the viewer's own, and how it reads."""
FRIENDS: dict[Vertical, tuple[str, str, str]] = {
    Vertical.USER: ("mutuals", "followed by", "follower"),
    Vertical.HASHTAG: ("friends_use", "used by", "used_by"),
    Vertical.PLACE: ("friends_visits", "visited by", "visited_by"),
    Vertical.GROUP: ("friends_in", "joined by", "member"),
}
"""The feature that counts those whom the viewer follows, how it reads, and the edge that leads from them."""
_PORTION = 64


@dataclass(frozen=True, slots=True)
class Told:
    """What the features say of one row."""

    vertical: Vertical
    is_chosen: bool
    is_own: bool
    friends: int
    fits: bool
    begins: bool
    edits: float
    is_local: bool
    is_recent: bool

    @staticmethod
    def of(one: Ranked, place: int) -> Told:
        """Read a row."""

        friends = FRIENDS.get(one.vertical)
        return Told(
            one.vertical,
            is_chosen=one.value("past_clicks", place) > 0,
            is_own=one.value(OWN[one.vertical][0], place) > 0,
            friends=0 if friends is None else round(float(np.expm1(one.value(friends[0], place)))),
            fits=one.value("fitting_words", place) >= 1,
            begins=one.value("begins", place) > 0,
            edits=one.value("edits", place),
            is_local=one.value("in_country", place) > 0,
            is_recent=one.value("recent_media", place) > 0,
        )


def tell(asked: Asked, told: Told, doc: U32) -> str:
    """The sentence for a document."""
    if told.is_chosen:
        return "you chose it before"
    if told.is_own:
        return OWN[told.vertical][1]
    if told.friends:
        others = f" and {told.friends - 1} more" if told.friends > 1 else ""
        return f"{FRIENDS[told.vertical][1]} {_friend(asked, told.vertical, doc)}{others}"
    if asked.typed.is_empty:
        if told.is_recent:
            return "used much of late"
        return f"popular in {asked.context.country}" if told.is_local else "popular"
    if told.vertical is Vertical.MEDIA:
        return "its caption says so"
    if told.begins:
        return "name begins so"
    if told.fits:
        return "name has this word"
    if 0 < told.edits <= 2:
        return "name is spelt nearly so"
    if told.vertical is Vertical.PLACE:
        return "city or category"
    return "name sounds so"


def source_of(asked: Asked, told: Told) -> str:
    """What found a document: the nearest tier that holds it."""
    if told.is_chosen:
        return "past"
    if told.is_own:
        return "own"
    if told.friends:
        return "second"
    return "popular" if asked.typed.is_empty else "global"


def _friend(asked: Asked, vertical: Vertical, doc: U32) -> str:
    """The name of the best known of those whom the viewer follows who lead to a document."""
    segment = asked.world.segment
    edge = EDGES[vertical, "followed_by"] if vertical is Vertical.USER else EDGES[vertical, FRIENDS[vertical][2]]
    leading = [first for cut in asked.circle.leads(edge) for first in _first(cut, doc)]
    best = segment.order(Vertical.USER).sorted(np.unique(np.concatenate(leading)))[:1]
    return names(segment, Vertical.USER, best)[0]


def _first(cut: Cut, doc: U32) -> Iterator[U32]:
    """The first key of a cut whose list has a document, if there is one: looked for in portions, for it is one of the first as
    a rule."""
    start, end = 0, _PORTION
    while start < len(cut.keys):
        keys = cut.keys[start:end]
        held = np.flatnonzero(cut.lists.contains(keys, np.full(len(keys), doc[0], dtype=np.uint32)))
        if len(held):
            yield keys[held[:1]]
            return
        start, end = end, 4 * end
