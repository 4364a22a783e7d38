"""The features of accounts."""

from __future__ import annotations

from index import BEGINS, COVERED, U32, layout, take_better
from query import AFFINITY_UNIT
from ranking.box.asked import Asked
from ranking.box.circle import Circle
from ranking.box.features.rows import Rows, matches
from ranking.box.ties import Tie, Ties
from ranking.features.catalogue import ACCOUNT_SEARCH
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical

_FOLLOWED_BY = EDGES[Vertical.USER, "followed_by"]
_LOGS = ACCOUNT_SEARCH.columns("followers", "following", "posts", "past_clicks")


def account_rows(asked: Asked, docs: U32) -> F32:
    """The rows of ACCOUNT_SEARCH for accounts of the viewer's world, in any order."""
    segment, circle = asked.world.segment, asked.circle
    rows = Rows(asked, ACCOUNT_SEARCH, Vertical.USER, docs)
    by_username = matches(asked, segment.names(Vertical.USER), docs, splits=True)
    rows.put("username_begins", by_username[:, BEGINS])
    rows.put("username_share", by_username[:, COVERED])
    take_better(by_username, matches(asked, segment.text(Vertical.USER, "fullname"), docs))
    rows.put_fit(by_username, len(asked.typed.words))
    rows.put("followers", segment.values("user.rank_count", docs))
    rows.put("following", _following(asked, docs))
    rows.put("posts", segment.lists("media.owner").sizes(docs, segment.bits(layout.PUBLIC_MEDIA)))
    rows.put_held("verified", "user.verified", "1")
    rows.put_lacked("private", segment.bits(layout.PUBLIC_USERS))
    rows.put_age("age_days", segment.values("user.created_at_ms", docs))
    rows.put_ties(circle.ties(Vertical.USER, _ties))
    rows.put_asked()
    rows.put_logs(_LOGS)
    return rows.matrix


def _ties(circle: Circle) -> Ties:
    ties = {
        "follows": Tie(circle.followees),
        "is_followed": Tie(circle.followers),
        "mutuals": Tie.of(circle.mutuals),
        "fan_mutuals": Tie.of(circle.fan_mutuals),
    }
    if circle.affinities is not None:
        ties["affinity"] = Tie(circle.followees, circle.affinities)
    if circle.affine_mutuals is not None:
        ties["affine_mutuals"] = Tie.of(circle.affine_mutuals, AFFINITY_UNIT)
    return Ties(ACCOUNT_SEARCH, ties)


def _following(asked: Asked, docs: U32) -> U32:
    """How many accounts each follows, in the viewer's world."""
    world = asked.world
    gate = world.gate(_FOLLOWED_BY)
    assert gate is not None, "the box asks for a viewer or a stranger, and through no other edge"
    return world.segment.lists(_FOLLOWED_BY.key).sizes_gated(docs, gate)
