"""Why a slot is there, as a sentence for people: the strongest tie first, else how the name fits, else that it is popular.

Only what the features say is said, so that a reason tells no more than the viewer's world holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import expm1, nan
from typing import NamedTuple

import numpy as np

from index import U32
from query import names
from ranking.box.asked import Asked
from ranking.box.ranked import Ranked
from ranking.features.schema import F32
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
    Vertical.USER: ("mutuals", "followed by", "followed_by"),
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


def reasons_and_sources(asked: Asked, one: Ranked, docs: U32, matrix: F32) -> list[tuple[str, str]]:
    """For some documents of a list, by the rows of their features, the sentence, and what found the document: the nearest tier that
    holds it."""
    vertical, told = one.vertical, _told(one.vertical, one.scorer.schema.names)
    rows: list[list[float]] = [[*row, nan] for row in matrix.tolist()]
    friends = [_friends(told, row) for row in rows]
    led = [doc for doc, count in zip(docs.tolist(), friends, strict=True) if count]
    leaders = iter(_leaders(asked, vertical, led))
    return [
        (_led(vertical, next(leaders), count), "second") if count else _not_led(asked, vertical, told, row)
        for row, count in zip(rows, friends, strict=True)
    ]


def _friends(told: _Told, row: Sequence[float]) -> int:
    """How many of those whom the viewer follows lead to a document; 0 where he has a tie of his own to it."""
    if row[told.chosen] > 0 or row[told.own] > 0 or not row[told.friends] > 0:
        return 0
    return round(expm1(row[told.friends]))


def _led(vertical: Vertical, leader: str, friends: int) -> str:
    others = f" and {friends - 1} more" if friends > 1 else ""
    return f"{FRIENDS[vertical][1]} {leader}{others}"


def _leaders(asked: Asked, vertical: Vertical, docs: Sequence[int]) -> list[str]:
    """The names of the best known of those whom the viewer follows who lead to each document."""
    if not docs:
        return []
    edge = EDGES[vertical, FRIENDS[vertical][2]]
    leaders = np.array([asked.circle.leader(edge, doc) for doc in docs], dtype=np.uint32)
    return names(asked.world.segment, Vertical.USER, leaders)


def _not_led(asked: Asked, vertical: Vertical, told: _Told, row: Sequence[float]) -> tuple[str, str]:
    if row[told.chosen] > 0:
        return "you chose it before", "past"
    if row[told.own] > 0:
        return OWN[vertical][1], "own"
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
