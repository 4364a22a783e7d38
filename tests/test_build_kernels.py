"""The kernels of the base build against slow twins, and loading ahead."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np
import pytest
from pyroaring import BitMap

from index.ahead import Ahead
from index.docset import DocSet, new_words
from index.kernels.lists import GAPS, ROARING, WIDE
from index.kernels.windows import AND, OR
from index.postings import LONG, Grouped, first_of_two
from index.unions import union

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


@pytest.mark.parametrize("seed", range(3))
def test_lists_in_gaps_are_the_sets_wherever_they_are_read(seed: int) -> None:
    """Gaps just under, at and over what one half holds, lists just long enough to be smaller in gaps, and just short enough."""
    rng = np.random.default_rng(seed)
    documents = 1 << 26
    widths = np.array([1, 2, 300, WIDE - 1, WIDE, WIDE + 1, 2 * WIDE, 2 * WIDE + 1])
    counts = [0, 1, 2, 3, 4, 5, 60, LONG - 2, LONG - 1, LONG]
    groups = [
        set((np.cumsum(rng.choice(widths[: 8 if place % 4 == 3 else 6], count)) - place % 2).tolist())
        for place, count in enumerate(counts)
    ]
    keys = np.repeat(np.arange(len(groups), dtype=np.uint32), [len(group) for group in groups])
    docs = np.array([doc for group in groups for doc in group], dtype=np.uint32)
    lists = Grouped.of(keys, docs, len(groups), documents).packed(documents)
    everyone = np.arange(len(groups), dtype=np.uint32)
    united = set().union(*groups)
    forms = set()
    for key, group in enumerate(groups):
        words = lists.lists[lists.offsets[key] : lists.offsets[key + 1]]
        ordered = np.array(sorted(group), dtype=np.int64)
        halves = 2 + len(group) + 2 * int((np.diff(ordered, prepend=0) >= WIDE).sum())
        is_gaps = len(words) > 0 and GAPS <= words[0] < ROARING
        assert is_gaps == (len(group) < LONG and (halves + 1) // 2 < len(group))
        assert not is_gaps or (len(words) == (halves + 1) // 2 and words[0] - GAPS == len(group))
        forms.add((is_gaps, len(group)))
        one, asked = everyone[key : key + 1], np.array(sorted(united), dtype=np.uint32)
        found = lists.of(key)
        assert found.within(0, documents).docs().tolist() == ordered.tolist()
        assert lists.contains(np.full(len(asked), key, dtype=np.uint32), asked).tolist() == [d in group for d in asked]
        assert lists.total(one) == lists.sizes(one, None)[0] == found.size() == len(group)
    assert {(True, LONG - 1), (True, 60), (False, LONG), (False, 2)} <= forms
    words = new_words(documents)
    lists.union_into(everyone, words)
    assert DocSet(0, documents, None, words).docs().tolist() == sorted(united)
    for first, last in ((0, len(groups)), (2, 7), (6, 9)):
        some = everyone[first:last]
        expected = sorted(set().union(*groups[first:last]))
        assert union([(lists, some, None)], documents).tolist() == expected
        assert first_of_two((lists, some, None), (lists, some[:0], None), OR, 700).tolist() == expected[:700]
        both = [doc for doc in expected if doc in groups[6] | groups[8]]
        pair = np.array([6, 8], dtype=np.uint32)
        assert first_of_two((lists, some, None), (lists, pair, None), AND, 700).tolist() == both[:700]


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
