"""What two arms differ by, and how sure of it one can be. A unit is drawn into an arm, so units are what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from ranking.evaluate import Interval

F64 = npt.NDArray[np.float64]

SUSPICIOUS = 0.001
"""A split less likely than this is thought to be broken, not unlucky."""
_SURE = 0.95


@dataclass(frozen=True, slots=True)
class Ratio:
    """A measure of the units of one arm: `above` over `below`, such as choices over searches, and `before`, the same pair from
    the time before the experiment (zeros where a unit was not there)."""

    above: F64
    below: F64
    above_before: F64
    below_before: F64

    @property
    def value(self) -> float:
        """The ratio of the sums."""
        total = float(self.below.sum())
        return float(self.above.sum()) / total if total else float("nan")


@dataclass(frozen=True, slots=True)
class Difference:
    """Treatment less control: with its 95 % interval and two-sided p; `spared` is the share of variance that CUPED took away."""

    control: float
    treatment: float
    change: Interval
    p: float
    spared: float


def split_p(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """How likely a split at least as far from the shares is by chance (Pearson's chi-square): the sample-ratio check."""
    names = sorted(counts)
    total, share = sum(counts.values()), sum(shares[name] for name in names)
    if total == 0 or len(names) < 2:
        return 1.0
    expected = np.array([total * shares[name] / share for name in names])
    observed = np.array([counts[name] for name in names])
    return float(stats.chi2.sf((((observed - expected) ** 2) / expected).sum(), len(names) - 1))


def difference(control: Ratio, treatment: Ratio) -> Difference:
    """The difference of a ratio measure between two arms.

    A ratio of sums is made a mean by the delta method: each unit stands for above - R · below over the mean of below, where R is
    the ratio of both arms together. What the time before foretells of it is taken away (CUPED: Deng, Xu, Kohavi, Walker,
    "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM 2013); that changes no
    expectation, as who is in which arm does not depend on it. Then Welch's t. NaN where an arm has fewer than two units, or nothing
    below the line.
    """
    arms = (control, treatment)
    if min(len(arm.below) for arm in arms) < 2 or min(float(arm.below.sum()) for arm in arms) == 0:
        none = float("nan")
        return Difference(control.value, treatment.value, Interval(none, none, none), none, none)
    sizes = [len(arm.below) for arm in arms]
    now = _linear(np.concatenate([arm.above for arm in arms]), np.concatenate([arm.below for arm in arms]))
    before = _linear(
        np.concatenate([arm.above_before for arm in arms]), np.concatenate([arm.below_before for arm in arms])
    )
    plain = [now[: sizes[0]], now[sizes[0] :]]
    taken = now - _slope(before, now, sizes) * (before - before.mean())
    pieces = [taken[: sizes[0]], taken[sizes[0] :]]
    variance = sum(float(piece.var(ddof=1)) / len(piece) for piece in pieces)
    plain_variance = sum(float(piece.var(ddof=1)) / len(piece) for piece in plain)
    change = float(pieces[1].mean() - pieces[0].mean())
    spared = 1 - variance / plain_variance if plain_variance else 0.0
    if variance == 0:
        return Difference(control.value, treatment.value, Interval(change, change, change), float(change == 0), spared)
    error = float(np.sqrt(variance))
    freedom = variance**2 / sum((float(p.var(ddof=1)) / len(p)) ** 2 / (len(p) - 1) for p in pieces)
    reach = float(stats.t.ppf(0.5 + _SURE / 2, freedom)) * error
    p = float(2 * stats.t.sf(abs(change) / error, freedom))
    return Difference(control.value, treatment.value, Interval(change, change - reach, change + reach), p, spared)


def _linear(above: F64, below: F64) -> F64:
    """Each unit's part in the ratio of the sums; zeros where there is nothing below the line."""
    total = float(below.sum())
    if total == 0:
        return np.zeros(len(above))
    found: F64 = (above - above.sum() / total * below) / below.mean()
    return found


def _slope(before: F64, now: F64, sizes: list[int]) -> float:
    """Of the regression of `now` on `before` within arms, so that what the treatment does is no part of it."""
    ends = np.cumsum(sizes)
    inner = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
    x = np.concatenate([before[own] - before[own].mean() for own in inner])
    y = np.concatenate([now[own] - now[own].mean() for own in inner])
    spread = float(x @ x)
    return float(x @ y) / spread if spread else 0.0
