"""The features of media that were found by their captions."""

from __future__ import annotations

from index import U32, layout
from ranking.box.asked import Asked
from ranking.box.circle import Circle
from ranking.box.features.rows import Rows
from ranking.box.ties import Tie, Ties
from ranking.features.catalogue import MEDIA_SEARCH
from ranking.features.schema import F32
from schemas.catalogue import Vertical

_LOGS = MEDIA_SEARCH.columns("author_followers", "past_clicks")


def media_rows(asked: Asked, docs: U32) -> F32:
    """The rows of MEDIA_SEARCH for media of the viewer's world, in any order."""
    segment = asked.world.segment
    rows = Rows(asked, MEDIA_SEARCH, Vertical.MEDIA, docs)
    authors = segment.values(layout.OWNER_COLUMN, docs)
    rows.put_age("age_days", segment.values("media.created_at_ms", docs))
    rows.put_held("author_verified", "media.verified", "1")
    rows.put("author_followers", segment.values("user.rank_count", authors))
    rows.put_ties(asked.circle.ties(Vertical.MEDIA, _ties), authors)
    rows.put_asked()
    rows.put_logs(_LOGS)
    return rows.matrix


def _ties(circle: Circle) -> Ties:
    return Ties(MEDIA_SEARCH, {"follows_author": Tie(circle.followees)})
