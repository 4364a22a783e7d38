"""The candidates of one vertical, scored: features as columns, one call of the scorer, the best kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index import U32
from ranking.box.asked import Asked
from ranking.box.candidates import Candidates
from ranking.box.features.groups import group_rows
from ranking.box.features.hashtags import hashtag_rows
from ranking.box.features.media import media_rows
from ranking.box.features.places import place_rows
from ranking.box.features.users import account_rows
from ranking.features.schema import F32
from ranking.pipeline.scorer import Scorer
from schemas.catalogue import Vertical

ROWS: Mapping[Vertical, Callable[[Asked, U32], F32]] = {
    Vertical.USER: account_rows,
    Vertical.HASHTAG: hashtag_rows,
    Vertical.PLACE: place_rows,
    Vertical.GROUP: group_rows,
    Vertical.MEDIA: media_rows,
}
"""The rows of the features of each vertical."""


@dataclass(frozen=True)
class Ranked:
    """The best of one vertical, best first: documents, rows of `scorer`'s features, scores; of `found` candidates."""

    vertical: Vertical
    docs: U32
    matrix: F32
    scores: npt.NDArray[np.float64]
    scorer: Scorer
    found: int
    incomplete: tuple[dict[str, Any], ...]


def rank(asked: Asked, found: Candidates, scorer: Scorer, limit: int) -> Ranked:
    """The best `limit` candidates; equal scores stand in the order of the candidates."""
    matrix = ROWS[found.vertical](asked, found.docs)
    scores = scorer.score(matrix)
    best = (-scores).argsort(kind="stable")[:limit]
    return Ranked(
        found.vertical, found.docs[best], matrix[best], scores[best], scorer, len(found.docs), found.incomplete
    )
