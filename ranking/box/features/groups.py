"""The features of groups."""

from __future__ import annotations

from index import U32
from ranking.box.asked import Asked
from ranking.box.circle import Circle
from ranking.box.features.rows import Rows, matches
from ranking.box.ties import Tie, Ties
from ranking.features.catalogue import GROUP_SEARCH
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical

_MEMBER = EDGES[Vertical.GROUP, "member"]
_LOGS = GROUP_SEARCH.columns("members", "past_clicks")


def group_rows(asked: Asked, docs: U32) -> F32:
    """The rows of GROUP_SEARCH for groups of the viewer's world, in any order."""
    segment = asked.world.segment
    rows = Rows(asked, GROUP_SEARCH, Vertical.GROUP, docs)
    rows.put("members", segment.values("group.rank_count", docs))
    rows.put_fit(matches(asked, segment.names(Vertical.GROUP), docs), len(asked.typed.words))
    rows.put_ties(asked.circle.ties(Vertical.GROUP, _ties))
    rows.put_asked()
    rows.put_logs(_LOGS)
    return rows.matrix


def _ties(circle: Circle) -> Ties:
    ties = {"viewer_is_in": Tie(circle.mine(_MEMBER)), "friends_in": Tie.of(circle.friends(_MEMBER))}
    return Ties(GROUP_SEARCH, ties)
