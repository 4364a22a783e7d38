"""The features of hashtags."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from index import U32
from ranking.box.asked import Asked
from ranking.box.circle import hits_of, holds
from ranking.box.features.fit import asked_columns, fit_columns, matches
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical
from schemas.text import fold

_USED_BY = EDGES[Vertical.HASHTAG, "used_by"]


def hashtag_columns(asked: Asked, docs: U32, names: list[str]) -> Mapping[str, F32]:  # noqa: ARG001
    """The columns of HASHTAG_SEARCH for hashtags of the viewer's world, in any order."""
    circle = asked.circle
    texts = asked.world.segment.names(Vertical.HASHTAG).of(docs)  # without their signs
    media = asked.world.segment.values("hashtag.rank_count", docs).astype(np.float32)
    recent = asked.trending.recent(asked.world, docs, asked.context.now_ms)
    whole = (fold(asked.typed.tag),) if asked.typed.tag else ()
    growth = (recent / np.maximum(media, 1)).astype(np.float32)
    columns: dict[str, F32] = {
        "media": np.log1p(media),
        "recent_media": np.log1p(recent),
        "growth": growth,
        "viewer_uses": holds(circle.mine(_USED_BY), docs).astype(np.float32),
        "friends_use": np.log1p(hits_of(circle.friends(_USED_BY), docs)),
    }
    columns |= fit_columns(matches(asked, texts, words=whole), len(whole))
    return columns | asked_columns(asked, Vertical.HASHTAG, docs)
