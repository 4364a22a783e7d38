"""The features of media that were found by their captions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from index import U32, layout
from ranking.box.asked import Asked
from ranking.box.circle import holds
from ranking.box.features.fit import asked_columns, held
from ranking.features.schema import F32
from schemas.catalogue import Vertical

_DAY_MS = 86_400_000


def media_columns(asked: Asked, docs: U32, names: list[str]) -> Mapping[str, F32]:  # noqa: ARG001
    """The columns of MEDIA_SEARCH for media of the viewer's world, in any order."""
    segment = asked.world.segment
    authors = segment.values(layout.OWNER_COLUMN, docs)
    created = segment.values("media.created_at_ms", docs)
    columns: dict[str, F32] = {
        "age_days": np.maximum(asked.context.now_ms - created, 0).astype(np.float32) / _DAY_MS,
        "author_verified": held(asked, "media.verified", "1", docs),
        "author_followers": np.log1p(segment.values("user.rank_count", authors).astype(np.float32)),
        "follows_author": holds(asked.circle.followees, authors).astype(np.float32),
    }
    return columns | asked_columns(asked, Vertical.MEDIA, docs)
