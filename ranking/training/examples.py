"""What one task can learn from: features as served, joined with what became of each slot, search by search."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ranking.features.schema import F32
from ranking.log.searches import Searches
from ranking.log.served import Served
from schemas.errors import InputError

I64 = npt.NDArray[np.int64]

CLICKED, FOLLOWED = 1, 2
"""Grades. Who clicks on an account and then follows it was looking for it; 0 is for what was shown and left."""
HELD_OUT = 0.2
"""The share of the days, the last ones, that a model is judged on."""
LEAST_VIEWERS = 20
"""Of fewer people nothing is learnt: data-model.md §4."""
LEAST_SEARCHES = 50
"""Searches with a click and a slot that was left that a ranker needs."""
LEAST_JUDGED = 10
"""Searches of that kind that a ranker is judged on."""
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Examples:
    """Searches of one task in order of time. Of each row: `matrix` [n, features], `grades`, `positions` in the list that was
    shown. Of each search: `sizes` (its rows), `days`, `viewers` (-1 nobody), `texts`, `sessions`, `countries` ('' unknown). `ids`
    are the results."""

    matrix: F32
    grades: I64
    positions: I64
    ids: I64
    sizes: I64
    days: I64
    viewers: I64
    texts: npt.NDArray[np.str_]
    sessions: npt.NDArray[np.str_]
    countries: npt.NDArray[np.str_]

    @property
    def searches(self) -> I64:
        """Of each row, its search."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @property
    def can_teach(self) -> npt.NDArray[np.bool_]:
        """Of each search, whether something of it was chosen and something left."""
        count = len(self.sizes)
        best = np.zeros(count, np.int64)
        worst = np.full(count, FOLLOWED)
        np.maximum.at(best, self.searches, self.grades)
        np.minimum.at(worst, self.searches, self.grades)
        return best > worst

    def some(self, kept: npt.NDArray[np.bool_]) -> Examples:
        """The searches that are marked."""
        rows = np.repeat(kept, self.sizes)
        return Examples(
            self.matrix[rows],
            self.grades[rows],
            self.positions[rows],
            self.ids[rows],
            self.sizes[kept],
            self.days[kept],
            self.viewers[kept],
            self.texts[kept],
            self.sessions[kept],
            self.countries[kept],
        )


def join(searches: Searches, served: Served) -> tuple[Examples, Counter[str]]:
    """Examples, and how many rows were left out: `not_logged` were served but never shown, or their impressions were lost."""
    kept = pl.DataFrame(
        {"request_id": served.requests, "position": served.positions, "row": np.arange(len(served.positions))},
        schema={"request_id": pl.String, "position": pl.Int64, "row": pl.Int64},
    )
    both = searches.frame.join(kept, on=["request_id", "position"], how="inner", maintain_order="left")
    both = both.sort(["day", "request_id", "position"])
    first = both.group_by("request_id", maintain_order=True).agg(
        pl.len(), pl.col("day", "viewer_id", "query", "session_id", "country").first()
    )
    grades = both["clicked"].cast(pl.Int64) * CLICKED
    grades = pl.select(pl.when(both["followed"]).then(FOLLOWED).otherwise(grades)).to_series()
    found = Examples(
        served.matrix[both["row"].to_numpy()],
        grades.to_numpy().astype(np.int64),
        both["position"].to_numpy(),
        both["result_id"].fill_null(NOBODY).to_numpy(),
        first["len"].to_numpy().astype(np.int64),
        first["day"].to_numpy(),
        first["viewer_id"].fill_null(NOBODY).to_numpy(),
        first["query"].to_numpy().astype(np.str_),
        first["session_id"].to_numpy().astype(np.str_),
        first["country"].fill_null("").to_numpy().astype(np.str_),
    )
    return found, Counter(not_logged=kept.height - both.height)


def split(examples: Examples, share: float = HELD_OUT) -> tuple[Examples, Examples]:
    """Early days and later ones, `share` of the days that have searches, at least one; never one day in both.

    InputError `lopsided-log` where there are fewer than two days.
    """
    days = np.unique(examples.days)
    if len(days) < 2:
        raise InputError(
            "lopsided-log",
            f"the log holds searches of {len(days)} days: a ranker learns from early days and is judged on later ones",
            hint="give a log of two days or more",
        )
    first = days[len(days) - max(1, round(share * len(days)))]
    return examples.some(examples.days < first), examples.some(examples.days >= first)


def checked(examples: Examples, task: str, *, searches: int = LEAST_SEARCHES, viewers: int = LEAST_VIEWERS) -> Examples:
    """Itself, if a ranker can learn from it: it takes so many searches that can teach, of so many viewers. Else InputError
    `lopsided-log`, with what there is of each kind."""
    useful = examples.some(examples.can_teach)
    people = len(set(useful.viewers.tolist()) - {NOBODY})
    if len(useful.sizes) >= searches and people >= viewers:
        return examples
    clicked = int((examples.grades > 0).sum())
    raise InputError(
        "lopsided-log",
        f"nothing to learn {task} from: of {len(examples.sizes)} searches with {len(examples.grades)} slots, {clicked} clicked, "
        f"{len(useful.sizes)} of {people} viewers have both a click and a slot that was left",
        hint=f"it takes {searches} of them, of {viewers} viewers",
    )


def window(examples: Examples) -> tuple[str, str]:
    """The first and the last day, for people."""
    ends = (int(examples.days.min()), int(examples.days.max()))
    return (str(np.datetime64(ends[0], "D")), str(np.datetime64(ends[1], "D")))
