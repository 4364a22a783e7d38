"""The features of groups."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from index import U32
from ranking.box.asked import Asked
from ranking.box.circle import hits_of, holds
from ranking.box.features.fit import asked_columns, fit_columns, matches
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical

_MEMBER = EDGES[Vertical.GROUP, "member"]


def group_columns(asked: Asked, docs: U32, names: list[str]) -> Mapping[str, F32]:
    """The columns of GROUP_SEARCH for groups of the viewer's world, in any order."""
    circle = asked.circle
    columns: dict[str, F32] = {
        "members": np.log1p(asked.world.segment.values("group.rank_count", docs).astype(np.float32)),
        "viewer_is_in": holds(circle.mine(_MEMBER), docs).astype(np.float32),
        "friends_in": np.log1p(hits_of(circle.friends(_MEMBER), docs)),
    }
    columns |= fit_columns(matches(asked, names), len(asked.typed.words))
    return columns | asked_columns(asked, Vertical.GROUP, docs)
