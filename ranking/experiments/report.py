"""What experiments changed, from the log of exposures and the search log: `monoceros experiment report`.

A unit's searches count from its first exposure on. What it did before the experiment's first exposure of anybody is what CUPED
compares with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ranking.evaluate import Interval, bootstrap_mean
from ranking.experiments.interleaving import preference
from ranking.experiments.statistics import SUSPICIOUS, Difference, Ratio, difference, split_p
from ranking.log.exposures import Exposed
from ranking.log.searches import Searches

CONTROL = "control"
_ARM, _FIRST = "arm", "first_ms"
MEASURES: Mapping[str, pl.Expr] = {
    "searches with a choice": pl.col("clicked").any(),
    "choices": pl.col("clicked").sum(),
    "reciprocal rank": (pl.col("clicked") / (pl.col("position") + 1)).max(),
    "follows": pl.col("followed").sum(),
    **{
        f"choices of {vertical}": (pl.col("clicked") & (pl.col("vertical") == vertical)).sum()
        for vertical in ("user", "hashtag", "place", "group", "media")
    },
}
"""What is measured of a search; an arm's figure is the mean over its searches."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One arm beside the control, by measure."""

    arm: str
    measures: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Drafted:
    """Of lists that two rankers drafted: b's wins less a's, over lists with a choice, with an interval over units."""

    lists: int
    wins_a: int
    wins_b: int
    preference: Interval


@dataclass(frozen=True, slots=True)
class Report:
    """What one experiment did. `split_p` is the sample-ratio check; `moved` are units that were seen in more than one arm, which
    are left out."""

    experiment: str
    units: Mapping[str, int]
    split_p: float
    moved: int
    compared: Sequence[Compared]
    drafted: Drafted | None

    @property
    def is_broken(self) -> bool:
        """Whether the units of the arms are no fair split: then nothing else of it is to be believed."""
        return self.split_p < SUSPICIOUS


def report(exposures: Iterable[Exposed], searches: Searches) -> list[Report]:
    """A report for each experiment that anybody was exposed to, in order of name."""
    by_experiment: dict[str, list[Exposed]] = {}
    for one in exposures:
        by_experiment.setdefault(one.exposure.experiment, []).append(one)
    measured = _measured(searches)
    return [_report(name, met, measured, searches) for name, met in sorted(by_experiment.items())]


def _report(name: str, met: Sequence[Exposed], measured: pl.DataFrame, searches: Searches) -> Report:
    arms: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    shares: dict[str, float] = {}
    for one in met:
        arms.setdefault(one.unit, set()).add(one.exposure.arm)
        first[one.unit] = min(one.ts_ms, first.get(one.unit, one.ts_ms))
        shares[one.exposure.arm] = one.exposure.share
    settled = {unit: min(own) for unit, own in arms.items() if len(own) == 1}
    counts = Counter(dict.fromkeys(shares, 0))
    counts.update(settled.values())
    ratios = _ratios(settled, first, measured, list(shares))
    names = sorted(shares, key=lambda arm: (arm != CONTROL, arm))
    compared = [
        Compared(arm, {measure: difference(ratios[names[0], measure], ratios[arm, measure]) for measure in MEASURES})
        for arm in names[1:]
    ]
    return Report(
        name,
        {arm: counts[arm] for arm in names},
        split_p(counts, shares),
        len(arms) - len(settled),
        compared,
        _drafted(met, searches),
    )


def _measured(searches: Searches) -> pl.DataFrame:
    """One row a search: unit, time, and each measure."""
    known = searches.frame.filter(pl.col("viewer_id").is_not_null())
    figures = [measure.cast(pl.Float64).alias(name) for name, measure in MEASURES.items()]
    return known.group_by("request_id").agg(
        pl.col("viewer_id").first().cast(pl.String).alias("unit"), pl.col("ts_ms").min(), *figures
    )


def _ratios(
    arms: Mapping[str, str], first: Mapping[str, int], measured: pl.DataFrame, every: Sequence[str]
) -> dict[tuple[str, str], Ratio]:
    """By arm and measure; units in order of name, those without searches too: exposed they were."""
    start = min(first.values())
    units = pl.DataFrame(
        {"unit": list(arms), _ARM: list(arms.values()), _FIRST: [first[unit] for unit in arms]},
        schema={"unit": pl.String, _ARM: pl.String, _FIRST: pl.Int64},
    )
    joined = units.join(measured, on="unit", how="left")
    now, before = pl.col("ts_ms") >= pl.col(_FIRST), pl.col("ts_ms") < start
    sums = [now.sum().alias("now"), before.sum().alias("before")]
    for name in MEASURES:
        sums += [pl.col(name).filter(now).sum().alias(f"now {name}")]
        sums += [pl.col(name).filter(before).sum().alias(f"before {name}")]
    table = joined.group_by("unit", _ARM).agg(sums).sort("unit")
    found: dict[tuple[str, str], Ratio] = {}
    for arm in every:
        own = table.filter(pl.col(_ARM) == arm)

        def column(name: str, own: pl.DataFrame = own) -> np.ndarray:
            return own[name].cast(pl.Float64).fill_null(0).to_numpy()

        for name in MEASURES:
            found[arm, name] = Ratio(column(f"now {name}"), column("now"), column(f"before {name}"), column("before"))
    return found


def _drafted(met: Sequence[Exposed], searches: Searches) -> Drafted | None:
    """Credit of the lists whose slots have teams."""
    teams = {one.request_id: one for one in met if one.teams}
    if not teams:
        return None
    chosen = searches.frame.filter(pl.col("clicked") & pl.col("request_id").is_in(list(teams)))
    wins: list[int] = []
    units: list[str] = []
    for request, places in chosen.group_by("request_id", maintain_order=True).agg("position").iter_rows():
        wins.append(preference(teams[request].teams, places))
        units.append(teams[request].unit)
    score = np.array(wins, dtype=np.float64)
    interval = bootstrap_mean(score, np.unique(np.array(units, dtype=np.str_), return_inverse=True)[1])
    return Drafted(len(wins), int((score < 0).sum()), int((score > 0).sum()), interval)
