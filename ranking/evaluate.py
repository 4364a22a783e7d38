"""How good a ranking is: NDCG, MRR, success, recall, keystrokes saved, and how sure of it one can be.

Every measure takes what was found for each query and gives one figure per query, so that means, ratios and confidence
intervals are all made of the same numbers. Ranks count from 1; 0 stands for not found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

RESAMPLES = 1_000


def reciprocal_ranks(ranks: Ints) -> F64:
    """1 / rank, 0 where nothing was found; their mean is the MRR."""
    return np.where(ranks > 0, 1.0 / np.maximum(ranks, 1), 0.0)


def successes(ranks: Ints, k: int) -> F64:
    """1 where the rank is among the first k: success@k."""
    return ((ranks > 0) & (ranks <= k)).astype(np.float64)


def rank_of(scores: npt.NDArray[np.floating], wanted: int) -> int:
    """The rank of one candidate among all; of equal scores the earlier place comes first."""
    own = scores[wanted]
    return 1 + int((scores > own).sum()) + int((scores[:wanted] == own).sum())


def dcg(grades: npt.NDArray[np.integer], k: int) -> float:
    """Discounted cumulative gain of the first k: (2^grade - 1) / log2(1 + rank)."""
    best = grades[:k].astype(np.float64)
    return float(((2.0**best - 1) / np.log2(np.arange(2, len(best) + 2))).sum())


def ndcg(scores: npt.NDArray[np.floating], grades: npt.NDArray[np.integer], k: int) -> float:
    """DCG over that of the best order. Of equal scores the earlier row comes first. With nothing to find: 1, as in LightGBM."""
    ideal = dcg(np.sort(grades)[::-1], k)
    return 1.0 if ideal == 0 else dcg(grades[np.argsort(-scores, kind="stable")], k) / ideal


def ndcg_by_query(
    scores: npt.NDArray[np.floating], grades: npt.NDArray[np.integer], sizes: npt.NDArray[np.integer], k: int
) -> F64:
    """NDCG@k of each query; `sizes` says how many rows each has, in order."""
    ends = np.cumsum(sizes)
    pieces = zip(ends - sizes, ends, strict=True)
    return np.array([ndcg(scores[start:end], grades[start:end], k) for start, end in pieces])


def auc(scores: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> float:
    """The share of pairs of a row labelled 1 and one labelled 0 in which the first scores higher, ties by half; NaN without any."""
    _, place, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[place]
    ones = int(labels.sum())
    pairs = ones * (len(labels) - ones)
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / pairs) if pairs else float("nan")


def recalls(hits: Ints | F64, relevant: Ints, k: int | None = None) -> F64:
    """Hits (or their means) over what there was to find; with k, over the smaller of that and k, so that 1 can be reached."""
    return hits / np.maximum(relevant if k is None else np.minimum(relevant, k), 1)


def keystrokes_saved(ranks: Ints, k: int, length: int) -> int:
    """Of the letters of a word, how many need not be typed: `ranks` after 1, 2, … letters; 0 if never among the first k."""
    found = np.flatnonzero((ranks > 0) & (ranks <= k))
    return 0 if len(found) == 0 else max(0, length - (int(found[0]) + 1))


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the ends of its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


def bootstrap_mean(values: F64, clusters: Ints | None = None, seed: int = 1) -> Interval:
    """The mean, and its percentile bootstrap interval; rows of one cluster are drawn together."""
    return bootstrap_ratio(values, np.ones(len(values)), clusters, seed)


def bootstrap_ratio(above: F64, below: F64, clusters: Ints | None = None, seed: int = 1) -> Interval:
    """The ratio of two means over the same queries, and its paired percentile bootstrap interval.

    Queries of one cluster (such as the prefixes of one link) are not independent and are drawn together.
    """
    if len(above) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    _, group = np.unique(np.arange(len(above)) if clusters is None else clusters, return_inverse=True)
    tops, bottoms = np.bincount(group, above), np.bincount(group, below)
    random = np.random.default_rng(seed)
    draws = np.empty(RESAMPLES)
    for turn in range(RESAMPLES):
        drawn = random.integers(0, len(tops), len(tops))
        draws[turn] = _over(float(tops[drawn].sum()), float(bottoms[drawn].sum()))
    low, high = np.nanpercentile(draws, [2.5, 97.5]) if not np.isnan(draws).all() else (np.nan, np.nan)
    return Interval(_over(float(above.sum()), float(below.sum())), float(low), float(high))


def _over(above: float, below: float) -> float:
    return above / below if below else float("nan")
