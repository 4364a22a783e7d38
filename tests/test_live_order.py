"""The order of documents whose numbers are not their ranks: random orders from seeds, against sorting by keys."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from index import WINDOW, DocSet, new_words, set_bits
from index.live.order import Order, joined

SEEDS = range(60)


def u32(values: object) -> np.ndarray:
    return np.array(values, dtype=np.uint32)


def random_order(rng: Random) -> tuple[Order, list[int]]:
    """An order, and all documents in it."""
    base = rng.choice((0, 5, 300, WINDOW, 2 * WINDOW + 100, 5 * WINDOW + 7))
    late = rng.choice((0, 0, 1, 70, 5_000, 30_000))
    changed = rng.sample(range(base), min(base, rng.choice((0, 0, 1, 40, 3_000))))
    fronts = rng.choice(((0,), (0, base), tuple(rng.randrange(base + 1) for _ in range(9)), range(base + 1)))
    by_slot: dict[int, list[int]] = {}
    for doc in rng.sample([*changed, *range(base, base + late)], len(changed) + late):
        by_slot.setdefault(rng.choice(fronts), []).append(doc)
    ranked, odd, slots = [], [], []
    moved = set(changed)
    for slot in range(base + 1):
        for doc in by_slot.get(slot, ()):
            odd.append(doc)
            slots.append(slot)
            ranked.append(doc)
        if slot < base and slot not in moved:
            ranked.append(slot)
    return Order(base, base + late, u32(odd), u32(slots)), ranked


@pytest.mark.parametrize("seed", SEEDS)
def test_laws_of_an_order(seed: int) -> None:
    print(f"seed {seed}")
    rng = Random(seed)
    order, ranked = random_order(rng)
    size = len(ranked)
    assert sorted(ranked) == list(range(size))
    for share in (0.0, 0.0005, 0.3, 1.0):
        docs = sorted(rng.sample(range(size), int(size * share) or min(size, 3)))
        held = set(docs)
        expected = [doc for doc in ranked if doc in held]
        assert order.sorted(u32(docs)).tolist() == expected
        assert u32(docs)[order.permutation(u32(docs))].tolist() == expected
        words = new_words(size)
        set_bits(words, 0, u32(docs))
        for form in (DocSet(0, size, u32(docs)), DocSet(0, size, None, words)):
            for limit in (0, 1, 7, 100, 4_000, size + 5):
                assert order.first(form, limit).tolist() == expected[:limit]
                walked = joined(order.walk(order.spans(WINDOW, 2), form.within, form.keep, limit))
                assert walked.tolist() == expected[:limit]
        assert joined(order.walk(order.spans(size + 1, 1), form.within, form.keep, size)).tolist() == expected


def test_the_newest_are_found_without_a_look_at_the_rest() -> None:
    """An answer of 100 among 200,000 late documents looks at the first chunk only, and at no span of the base."""
    base, late = 4 * WINDOW, 200_000
    newest_first = u32(range(base + late - 1, base - 1, -1))
    order = Order(base, base + late, newest_first, np.zeros(late, dtype=np.uint32))
    asked: list[int] = []

    def keep(docs: np.ndarray) -> np.ndarray:
        asked.append(len(docs))
        return docs[docs % 2 == 0]

    def within(start: int, end: int) -> DocSet:
        raise AssertionError(f"span {start} to {end} is not needed")

    found = joined(order.walk(order.spans(WINDOW, 4), within, keep, 100))
    assert found.tolist() == list(range(base + late - 2, base + late - 202, -2))
    assert asked == [1_024]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_known_before_a_document_comes_first(seed: int) -> None:
    print(f"seed {seed}")
    rng = Random(seed)
    order, ranked = random_order(rng)
    if not order.ranks_base_by_number:
        return
    held = set(rng.sample(range(order.size), order.size // 3))
    expected = [doc for doc in ranked if doc in held]
    for below in (0, 1, order.base // 2, order.base):
        others = [doc for doc in held if below <= doc < order.base and rng.random() < 0.3]
        docs = u32(sorted([doc for doc in held if doc < below or doc >= order.base] + others))
        known = [doc for doc in ranked[: ranked.index(below)] if doc in held] if below < order.base else expected
        for limit in (1, 40, order.size + 1):
            assert order.first_below(docs, below, limit).tolist() == known[:limit]
