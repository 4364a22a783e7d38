"""The features of hashtags."""

from __future__ import annotations

import numpy as np

from index import U32
from ranking.box.asked import Asked
from ranking.box.circle import Circle
from ranking.box.features.rows import Rows, matches
from ranking.box.ties import Tie, Ties
from ranking.features.catalogue import HASHTAG_SEARCH
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical
from schemas.text import fold

_USED_BY = EDGES[Vertical.HASHTAG, "used_by"]
_LOGS = HASHTAG_SEARCH.columns("media", "recent_media", "past_clicks")


def hashtag_rows(asked: Asked, docs: U32) -> F32:
    """The rows of HASHTAG_SEARCH for hashtags of the viewer's world, in any order."""
    segment = asked.world.segment
    rows = Rows(asked, HASHTAG_SEARCH, Vertical.HASHTAG, docs)
    media = segment.values("hashtag.rank_count", docs)
    recent, before = asked.trending.weeks(asked.world, docs, asked.context.now_ms)
    rows.put("media", media)
    rows.put("recent_media", recent)
    rows.put("recent_share", recent / np.maximum(media, 1))
    rows.put("growth", np.log((1 + recent) / (1 + before)))
    whole = (fold(asked.typed.tag),) if asked.typed.tag else ()
    rows.put_fit(matches(asked, segment.names(Vertical.HASHTAG), docs, words=whole), len(whole))
    rows.put_ties(asked.circle.ties(Vertical.HASHTAG, _ties))
    rows.put_asked()
    rows.put_logs(_LOGS)
    return rows.matrix


def _ties(circle: Circle) -> Ties:
    ties = {"viewer_uses": Tie(circle.mine(_USED_BY)), "friends_use": Tie.of(circle.friends(_USED_BY))}
    return Ties(HASHTAG_SEARCH, ties)
