"""Why a slot is there, as a sentence for people: the strongest tie first, else how the name fits, else that it is popular.

Only what the features say is said, so that a reason tells no more than the viewer's world holds.
"""

from __future__ import annotations

from functools import lru_cache
from math import expm1, nan
from typing import NamedTuple

import numpy as np

from query import names
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


class _Told(NamedTuple):
    """Of a vertical's features those that reasons go by: their places in a row, the last one for whatever it has not."""

    chosen: int
    own: int
    friends: int
    fans: int
    fits: int
    begins: int
    edits: int
    country: int
    recent: int


@lru_cache(64)
def _told(vertical: Vertical, names: tuple[str, ...]) -> _Told:
    friends = FRIENDS[vertical][0] if vertical in FRIENDS else ""
    wanted = (
        "past_clicks",
        OWN[vertical][0],
        friends,
        "fan_mutuals",
        "fitting_words",
        "begins",
        "edits",
        "in_country",
        "recent_media",
    )
    return _Told(*(names.index(name) if name in names else -1 for name in wanted))


def reason_and_source(asked: Asked, one: Ranked, place: int) -> tuple[str, str]:
    """The sentence for a row, and what found its document: the nearest tier that holds it."""
    vertical = one.vertical
    told = _told(vertical, one.scorer.schema.names)
    row: list[float] = [*one.matrix[place].tolist(), nan]
    if row[told.chosen] > 0:
        return "you chose it before", "past"
    if row[told.own] > 0:
        return OWN[vertical][1], "own"
    friends = round(expm1(row[told.friends])) if row[told.friends] > 0 else 0
    if friends:
        others = f" and {friends - 1} more" if friends > 1 else ""
        return f"{FRIENDS[vertical][1]} {_friend(asked, vertical, int(one.docs[place]))}{others}", "second"
    if row[told.fans] > 0:
        return "followed by people who follow you", "fans"
    if asked.typed.is_empty:
        return _popular(asked, row[told.recent] > 0, row[told.country] > 0), "popular"
    return _fit(vertical, row[told.fits] >= 1, row[told.begins] > 0, row[told.edits]), "global"


def _popular(asked: Asked, is_recent: bool, is_local: bool) -> str:
    if is_recent:
        return "used much of late"
    return f"popular in {asked.context.country}" if is_local else "popular"


def _fit(vertical: Vertical, fits: bool, begins: bool, edits: float) -> str:
    if vertical is Vertical.MEDIA:
        return "its caption says so"
    if begins:
        return "name begins so"
    if fits:
        return "name has this word"
    if 0 < edits <= 2:
        return "name is spelt nearly so"
    if vertical is Vertical.PLACE:
        return "city or category"
    return "name sounds so"


def _friend(asked: Asked, vertical: Vertical, doc: int) -> str:
    """The name of the best known of those whom the viewer follows who lead to a document."""
    edge = EDGES[vertical, "followed_by"] if vertical is Vertical.USER else EDGES[vertical, FRIENDS[vertical][2]]
    leader = np.array([asked.circle.leader(edge, doc)], dtype=np.uint32)
    return names(asked.world.segment, Vertical.USER, leader)[0]
