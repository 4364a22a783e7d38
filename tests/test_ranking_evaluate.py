"""Measures of rankings against slow twins and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from ranking import (
    bootstrap_mean,
    bootstrap_ratio,
    keystrokes_saved,
    ndcg_by_query,
    recalls,
    reciprocal_ranks,
    successes,
)


def slow_ndcg(scores, grades, k):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))

    def dcg(listed):
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(listed[:k]))

    best = dcg(sorted(grades, reverse=True))
    return 1.0 if best == 0 else dcg([grades[i] for i in order]) / best


@pytest.mark.parametrize("seed", range(20))
def test_ndcg_is_that_of_the_slow_twin(seed):
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 15, 6)
    scores = random.integers(0, 4, sizes.sum()).astype(float)
    grades = random.integers(0, 5, sizes.sum()) * (random.random(sizes.sum()) < 0.6)
    ends = np.cumsum(sizes)
    slow = [
        slow_ndcg(list(scores[e - s : e]), list(map(int, grades[e - s : e])), 5)
        for s, e in zip(sizes, ends, strict=True)
    ]
    assert ndcg_by_query(scores, grades, sizes, 5) == pytest.approx(slow), f"seed {seed}"


def test_ranks_count_from_one_and_zero_is_not_found():
    ranks = np.array([1, 2, 0, 5, 6])
    assert reciprocal_ranks(ranks) == pytest.approx([1, 0.5, 0, 0.2, 1 / 6])
    assert successes(ranks, 5).tolist() == [1, 1, 0, 1, 0]
    assert recalls(np.array([2, 5]), np.array([4, 50])).tolist() == [0.5, 0.1]
    assert recalls(np.array([2, 5]), np.array([4, 50]), 20).tolist() == [0.5, 0.25]


@pytest.mark.parametrize(("ranks", "saved"), [([9, 4, 1], 1), ([0, 0, 0], 0), ([1, 1, 1], 2), ([9, 9, 5], 0), ([], 0)])
def test_keystrokes_saved_are_the_letters_after_the_first_success(ranks, saved):
    assert keystrokes_saved(np.array(ranks, dtype=np.int64), 5, len(ranks)) == saved


def test_intervals_hold_their_value_are_repeatable_and_wider_with_clusters():
    random = np.random.default_rng(5)
    values = np.repeat(random.random(200), 8)
    alone, together = bootstrap_mean(values), bootstrap_mean(values, np.repeat(np.arange(200), 8))
    assert alone.low < alone.value < alone.high
    assert together == bootstrap_mean(values, np.repeat(np.arange(200), 8))
    assert together.high - together.low > 2 * (alone.high - alone.low)
    ratio = bootstrap_ratio(2 * values, values)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((2, 2, 2))


def test_nothing_to_measure_is_no_number():
    assert math.isnan(bootstrap_mean(np.zeros(0)).value)
    assert math.isnan(bootstrap_ratio(np.ones(3), np.zeros(3)).value)
