"""The candidates of one vertical, scored: features as columns, one call of the scorer, the best kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt

from index import U32
from ranking.box.asked import Asked
from ranking.box.candidates import Candidates
from ranking.box.features.groups import group_columns
from ranking.box.features.hashtags import hashtag_columns
from ranking.box.features.media import media_columns
from ranking.box.features.places import place_columns
from ranking.box.features.users import account_columns
from ranking.features.schema import F32
from ranking.pipeline.scorer import Scorer
from schemas.catalogue import Vertical

Columns = Callable[[Asked, U32, list[str]], Mapping[str, F32]]
COLUMNS: Mapping[Vertical, Columns] = {
    Vertical.USER: account_columns,
    Vertical.HASHTAG: hashtag_columns,
    Vertical.PLACE: place_columns,
    Vertical.GROUP: group_columns,
    Vertical.MEDIA: media_columns,
}


@dataclass(frozen=True)
class Ranked:
    """The best of one vertical, best first: documents, names, rows of `scorer`'s features, scores; of `found` candidates."""

    vertical: Vertical
    docs: U32
    names: list[str]
    matrix: F32
    scores: npt.NDArray[np.float64]
    scorer: Scorer
    found: int
    incomplete: tuple[dict[str, Any], ...]

    def value(self, name: str, row: int) -> float:
        """A feature of one row, 0 where it is missing."""
        place = self.scorer.schema.places.get(name)
        found = 0.0 if place is None else float(self.matrix[row, place])
        return 0.0 if isnan(found) else found


def rank(asked: Asked, found: Candidates, scorer: Scorer, limit: int) -> Ranked:
    """The best `limit` candidates; equal scores stand in the order of the candidates."""
    rows = len(found.docs)
    matrix = scorer.schema.matrix(COLUMNS[found.vertical](asked, found.docs, found.names), rows)
    scores = scorer.score(matrix)
    best = np.argsort(-scores, kind="stable")[:limit]
    names = [found.names[row] for row in best.tolist()]
    return Ranked(found.vertical, found.docs[best], names, matrix[best], scores[best], scorer, rows, found.incomplete)
