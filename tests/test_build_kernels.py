"""The kernels of the base build against slow twins, and loading ahead."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np
import pytest
from pyroaring import BitMap

from index.ahead import Ahead
from index.kernels.lists import ROARING
from index.postings import LONG, Grouped

ROWS = 40


def _random(rng: np.random.Generator, documents: int) -> tuple[Grouped, list[set[int]]]:
    groups = [
        set(rng.integers(0, documents, int(rng.choice([0, 3, LONG - 1, LONG, 9_000]))).tolist()) for _ in range(ROWS)
    ]
    keys = np.repeat(np.arange(ROWS, dtype=np.uint32), [len(group) for group in groups])
    docs = np.array([doc for group in groups for doc in group], dtype=np.uint32)
    return Grouped.of(keys, docs, ROWS, documents), groups


@pytest.mark.parametrize("documents", [10_000, 70_000, 3_000_000])
@pytest.mark.parametrize("seed", range(3))
def test_packed_lists_are_the_sets_and_roaring_where_that_is_smaller(seed: int, documents: int) -> None:
    rng = np.random.default_rng(seed)
    grouped, groups = _random(rng, documents)
    lists = grouped.packed(documents)
    for key, group in enumerate(groups):
        found = lists.of(key)
        assert found.within(0, documents).docs().tolist() == sorted(group)
        portable = len(BitMap(group).serialize()) if group else 0  # without runs, for the documents are random
        words = 2 + (portable + 3) // 4
        assert found.is_roaring == (len(group) >= LONG and words < len(group))
        if found.is_roaring:
            assert found.list.item(0) == ROARING
            assert BitMap.deserialize(found.list[2:].tobytes()) == BitMap(group)


@pytest.mark.parametrize("seed", range(5))
def test_less_takes_the_facts_of_the_other_away(seed: int) -> None:
    rng = np.random.default_rng(seed)
    (one, groups), (other, others) = _random(rng, 12_000), _random(rng, 12_000)
    left = one.less(other)
    for key in range(ROWS):
        docs = left.values[left.offsets[key] : left.offsets[key + 1]]
        assert docs.tolist() == sorted(groups[key] - others[key])
    assert sum(map(len, groups)) == len(one.values), "the first is as it was"


def test_ahead_makes_each_result_once_in_order_and_no_more_than_two_ahead() -> None:
    made: list[str] = []
    second = threading.Event()

    def make(name: str) -> str:
        made.append(name)
        if name == "b":
            second.set()
        return name.upper()

    with Ahead({name: partial(make, name) for name in "abcd"}) as ahead:
        assert second.wait(10)
        assert made == ["a", "b"]
        assert [ahead.take(name) for name in "abcd"] == ["A", "B", "C", "D"]
    assert made == ["a", "b", "c", "d"]


def test_ahead_raises_what_a_call_raised_and_makes_no_more() -> None:
    made: list[str] = []

    def fail() -> None:
        raise ValueError("no such table")

    with pytest.raises(ValueError, match="no such table"), Ahead({"a": fail, "b": lambda: made.append("b")}) as ahead:
        ahead.take("a")
    assert len(made) <= 1
    assert threading.active_count() < 20
