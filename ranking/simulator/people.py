"""Somebody who searches: whom and what they know in their world, and how much each matters to them, which nobody else knows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from index import layout
from query import Request, Searcher, peek
from ranking.simulator.chance import F64, normals
from schemas.catalogue import EDGES, Vertical
from schemas.ids import ExternalId

MANY = 300
"""Of everything that somebody knows, so much at most comes to mind."""
_SECOND = "(difference (apply followed_by: followed_by:me :min-hits 2 :order hits) followed_by:me)"
_LIKERS = EDGES[Vertical.USER, "liked"].key


@dataclass(frozen=True, slots=True)
class Known:
    """Documents that come to mind, and how readily each does (sums to 1; both empty where nothing does)."""

    ids: tuple[ExternalId, ...]
    ease: F64


@dataclass
class Person:
    """One viewer. `wants` is how often they look for a person, a hashtag, a place, a group (in that order, sums to 1).

    `past` holds what they chose in the box, the latest last. All is read in their world, as any client could.
    """

    id: ExternalId
    country: str
    wants: F64
    followed: Known
    second: Known
    famous: Known
    hashtags: Known
    places: Known
    groups: Known
    liked_owners: dict[ExternalId, int]
    past: list[tuple[Vertical, ExternalId]] = field(default_factory=list)


def meet(searcher: Searcher, viewer: ExternalId, seed: int) -> Person:
    """The person behind an account."""
    world = searcher.world(viewer, is_operator=False)
    shown = peek(world, Vertical.USER, viewer) or {}
    country = str(shown.get("country", ""))

    def ids(text: str, vertical: Vertical, limit: int = MANY) -> list[ExternalId]:
        return [ExternalId(one) for one in searcher.run(Request(text, viewer, vertical, limit)).ids]

    liked = _owners(searcher, ids("liker:me", Vertical.MEDIA))
    followed = ids("followed_by:me", Vertical.USER)
    back = set(ids("follower:me", Vertical.USER, 2 * MANY))
    pull = np.array([0.9 * np.log1p(liked.get(one, 0)) + 0.6 * (one in back) for one in followed])
    own_tags, own_places = ids("used_by:me", Vertical.HASHTAG), ids("visited_by:me", Vertical.PLACE)
    friends_tags = ids("(apply used_by: followed_by:me :order hits)", Vertical.HASHTAG, 60)
    friends_places = ids("(apply visited_by: followed_by:me :order hits)", Vertical.PLACE, 40)
    here = f'(and verified:1 country:"{country}")' if country else "verified:1"
    known_groups = ids("member:me", Vertical.GROUP) + ids(
        "(apply member: followed_by:me :order hits)", Vertical.GROUP, 20
    )
    return Person(
        viewer,
        country,
        _wants(seed, viewer, country),
        _known(seed, viewer, followed, pull + 0.8),
        _known(seed, viewer, ids(_SECOND, Vertical.USER, 80), 0.0),
        _known(seed, viewer, ids(here, Vertical.USER, 100), 0.0),
        _known(seed, viewer, [*dict.fromkeys([*own_tags, *friends_tags])], 0.0),
        _known(seed, viewer, [*dict.fromkeys([*own_places, *friends_places])], 0.0),
        _known(seed, viewer, [*dict.fromkeys(known_groups)], 0.0),
        liked,
    )


def _known(seed: int, viewer: ExternalId, ids: list[ExternalId], pull: F64 | float) -> Known:
    """Earlier comes to mind more readily, what has a pull too, and for the rest it is a matter of taste."""
    rank = np.arange(len(ids), dtype=np.float64)
    weight = np.exp(np.asarray(pull) + 0.7 * normals(seed, viewer, ids)) / np.sqrt(1 + rank)
    return Known(tuple(ids), weight / weight.sum() if len(ids) else weight)


def _wants(seed: int, viewer: ExternalId, country: str) -> F64:
    land = normals(seed, sum(map(ord, country)), range(4))
    weight = np.array([0.55, 0.24, 0.16, 0.05]) * np.exp(0.3 * land + 0.4 * normals(seed, viewer, range(4)))
    found: F64 = weight / weight.sum()
    return found


def _owners(searcher: Searcher, media: list[ExternalId]) -> dict[ExternalId, int]:
    """Whose media these are, and how many of each."""
    segment = searcher.segment
    docs = np.array([doc for one in media if (doc := segment.idmap(Vertical.MEDIA).find(one)) is not None], np.uint32)
    owners, counts = np.unique(segment.values(layout.OWNER_COLUMN, docs), return_counts=True)
    outside = segment.ids_of(Vertical.USER, owners)
    return {ExternalId(int(one)): int(count) for one, count in zip(outside, counts, strict=True)}


def taste_in_media(searcher: Searcher, person: Person, media: list[ExternalId], seed: int) -> F64:
    """The chance that a person likes each media once they look at it: whose it is, what it is about, how much it is liked by
    others, and taste, of which nothing can be known beforehand."""
    segment = searcher.segment
    docs = np.array([doc for one in media if (doc := segment.idmap(Vertical.MEDIA).find(one)) is not None], np.uint32)
    owners = [ExternalId(int(one)) for one in segment.ids_of(Vertical.USER, segment.values(layout.OWNER_COLUMN, docs))]
    order = np.argsort(docs)
    others = np.empty(len(docs))
    others[order] = np.log1p(segment.lists(_LIKERS).sizes(docs[order], None))
    followed = set(person.followed.ids)
    tie = np.array([0.9 * np.log1p(person.liked_owners.get(one, 0)) + 0.7 * (one in followed) for one in owners])
    pull = (
        tie + 0.5 * (others - 1.5) + 0.5 * normals(seed, person.id, owners) + 0.6 * normals(seed + 1, person.id, media)
    )
    found: F64 = 1 / (1 + np.exp(2.6 - pull))
    return found
