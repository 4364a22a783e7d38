"""Every law of posting lists on both implementations, the plain one and the one read through layers, against dicts of sets."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import numpy as np
import pytest

from index import (
    AND,
    LESS,
    OR,
    WINDOW,
    Counted,
    DocSet,
    Gate,
    Layer,
    Order,
    PostingLists,
    arrays_of,
    best_of_two,
    new_words,
    pack_rows,
    set_bits,
    tally,
    union,
    union_below,
    union_through,
)
from index.live.lists import EdgeLayer, LiveLists
from index.postings import Grouped

BASE = 2 * WINDOW + 700
LATE = WINDOW // 3
DOCS = BASE + LATE
SEEDS = range(60)
Table = dict[int, set[int]]


def u32(values: Iterable[int]) -> np.ndarray:
    return np.array(sorted(values), dtype=np.uint32)


def bits(docs: Iterable[int]) -> np.ndarray:
    words = new_words(DOCS)
    set_bits(words, 0, u32(docs))
    return words


def random_docs(rng: Random, end: int) -> set[int]:
    """Few documents, or so many that they are a bitmap, or a window full of them."""
    start, step = rng.randrange(end), rng.randrange(1, 7)
    count = rng.choice((0, 1, 5, 40, 300, 2_000, 70_000))
    return set(range(start, min(start + count * step, end), step)) | set(rng.sample(range(end), rng.randrange(9)))


def lists_of(table: Table, rows: int) -> PostingLists:
    keys = np.array([key for key, docs in table.items() for _ in docs], dtype=np.uint32)
    values = np.array([doc for docs in table.values() for doc in docs], dtype=np.uint32)
    return Grouped.of(keys, values, rows, DOCS).packed(DOCS)


def packed(table: Table) -> PostingLists:
    keys = u32(key for key, docs in table.items() if docs)
    rows = [sorted(table[key]) for key in keys.tolist()]
    values = np.array([doc for row in rows for doc in row], dtype=np.uint32)
    return pack_rows(keys, np.cumsum([0, *map(len, rows)]), values, DOCS)


def layered(rng: Random, base: Table, rows: int) -> tuple[LiveLists, Table]:
    """Lists under random layers, and what they should hold, each step on plain sets."""
    hidden: set[int] = set()
    layers: list[Layer] = []
    changes: dict[int, tuple[set[int], set[int]]] = {}
    for number in range(rng.randrange(5)):
        touched = rng.sample(range(rows + 8), rng.randrange(1, 12))
        if rng.random() < 0.4:
            hidden |= set(rng.sample(range(BASE), rng.choice((1, 30, 3_000))))
        said: dict[int, tuple[set[int], set[int]]] = {}
        for key in touched:
            held = base.get(key, set())
            removed = set(rng.sample(sorted(held), min(len(held), rng.choice((0, 0, 1, 20, 5_000)))))
            added = (random_docs(rng, DOCS) if rng.random() < 0.6 else set()) - (held - hidden)
            if number == 0 or rng.random() < 0.5:
                added |= set(rng.sample(range(BASE, DOCS), 3))
            said[key] = added, removed
        changes |= said
        arrays = {"user.x.touched": u32(touched)}
        arrays |= arrays_of("user.x.added", packed({key: added for key, (added, _) in said.items()}))
        arrays |= arrays_of("user.x.removed", packed({key: removed for key, (_, removed) in said.items()}))
        layers.insert(0, Layer(str(number), "", arrays, {}))
    expected = {
        key: (base.get(key, set()) - changes.get(key, (set(), set()))[1] - hidden) | changes.get(key, (set(), set()))[0]
        for key in {*base, *changes}
    }
    read = [found for layer in layers if (found := EdgeLayer.of(layer, "user.x")) is not None]
    return LiveLists(lists_of(base, rows), read, bits(hidden) if hidden else None, DOCS), expected


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_live", [False, True])
def test_laws_of_posting_lists(is_live: bool, seed: int) -> None:
    print(f"seed {seed}")
    rng = Random(seed)
    rows = rng.choice((30, 4_000))
    base = {rng.randrange(30): random_docs(rng, BASE) for _ in range(rng.randrange(9))}
    if is_live:
        lists, expected = layered(rng, base, rows)
    else:
        lists, expected = lists_of(base, rows), base
    few = set(rng.sample(range(DOCS), 200))
    for docs in expected.values():
        few |= set(rng.sample(sorted(docs), min(len(docs), 20)))
    keys = rng.sample(sorted({*expected, *range(40), rows + 3}), rng.randrange(1, 40))
    if rng.random() < 0.5:
        keys += sorted(expected.keys() - set(keys))
    check_one_by_one(lists, expected, keys, few)
    check_together(rng, lists, expected, keys, few)
    check_gated(rng, lists, expected, keys)


def check_gated(rng: Random, lists: PostingLists | LiveLists, expected: Table, keys: list[int]) -> None:
    """The union through a gate, of which any mask may let everything through, against sets."""
    everything = set(range(DOCS))
    seen, opened, shown, shown_of_me = (
        everything if rng.random() < 0.3 else set(rng.sample(range(DOCS), DOCS // 2)) for _ in range(4)
    )
    docs = sorted(set().union(*expected.values()))
    mine = set(rng.sample(docs, min(len(docs), rng.choice((0, 1, 30)))))
    me = rng.choice((-1, rng.choice(keys)))
    masks = [new_words(0) if docs is everything else bits(docs) for docs in (seen, opened, shown, shown_of_me)]
    gate = Gate(masks[0], masks[1], masks[2], u32(mine), me, masks[3])
    together = set()
    for key in seen.intersection(keys):
        let_through = shown_of_me if key == me else shown if key in opened else mine
        together |= expected.get(key, set()) & let_through
    most = lists.total(u32(keys))
    for _ in range(2):  # nothing is left behind
        found = union_through(lists, u32(keys), gate, most)
        assert found is not None
        assert found.tolist() == sorted(together)
        below = rng.randrange(DOCS + 1)
        part = union_below(lists, u32(keys), gate, below, most).tolist()
        assert part == sorted(set(part))
        assert together.issuperset(part)
        assert {doc for doc in together if doc < below or doc >= BASE} <= set(part)
    if together:
        assert union_through(lists, u32(keys), gate, len(together) - 1) is None


def check_one_by_one(lists: PostingLists | LiveLists, expected: Table, keys: list[int], few: set[int]) -> None:
    for key in keys:
        docs, found = expected.get(key, set()), lists.of(key)
        assert found.size() >= len(docs)
        for base, end in ((0, DOCS), (0, WINDOW), (WINDOW, 2 * WINDOW), (WINDOW, DOCS), (2 * WINDOW, DOCS)):
            span = found.within(base, end)
            assert (span.base, span.end) == (base, end)
            assert span.docs().tolist() == sorted(doc for doc in docs if base <= doc < end)
        assert found.keep(u32(few)).tolist() == sorted(docs & few)
        assert found.keep(u32(few), wanted=False).tolist() == sorted(few - docs)


def check_together(
    rng: Random, lists: PostingLists | LiveLists, expected: Table, keys: list[int], few: set[int]
) -> None:
    wanted, asked = u32(keys), np.array(keys, dtype=np.uint32)
    shuffled = rng.sample(sorted(few), len(few))
    pairs = [(key, doc) for key in keys for doc in rng.sample(shuffled, 30)]
    held = lists.contains(*(np.array(side, dtype=np.uint32) for side in zip(*pairs, strict=True)))
    assert held.tolist() == [doc in expected.get(key, ()) for key, doc in pairs]
    for doc in shuffled[:30]:
        holding = [place for place, key in enumerate(keys) if doc in expected.get(key, ())]
        assert lists.first_holding(asked, doc) == (holding[0] if holding else -1)

    earlier = {5, DOCS - 1}
    words = bits(earlier)
    lists.union_into(wanted, words)
    together = earlier.union(*(expected.get(key, ()) for key in keys))
    assert DocSet(0, DOCS, None, words).docs().tolist() == sorted(together)

    visible = few | set(range(0, DOCS, 3))
    total = sum(len(expected.get(key, ())) for key in keys)
    most = lists.total(wanted)
    assert most >= total
    for enough in (0, most - 1, most):
        assert min(lists.total(wanted, enough), enough + 1) == min(most, enough + 1)
    assert lists.estimate(wanted) >= 0
    if isinstance(lists, PostingLists):
        assert most == total
    for mask in (None, bits(visible)):
        shown = {key: docs if mask is None else docs & visible for key, docs in expected.items()}
        sizes = [len(shown.get(key, ())) for key in keys]
        assert lists.sizes(asked, mask).tolist() == sizes
        ranks = (asked % 3).astype(np.uint8)
        best = sorted(np.flatnonzero(sizes).tolist(), key=lambda place: (ranks[place], -sizes[place]))
        for room in (1, 5, len(keys) + 1):
            places, found = lists.largest(asked, ranks, mask, room)
            assert places.tolist() == best[:room]
            assert found.tolist() == [sizes[place] for place in best[:room]]
        united = union([(lists, wanted[:7], mask), (lists, wanted[7:], mask)], most)
        assert united.tolist() == sorted(set().union(*(shown.get(key, ()) for key in keys)))
        counts, met = np.zeros(DOCS, dtype=np.uint32), np.empty(DOCS, dtype=np.uint32)
        met = met[: lists.count_into(wanted, mask, counts, met, 0)]
        assert np.sort(met).tolist() == np.flatnonzero(counts).tolist()
        hits = np.zeros(DOCS, dtype=np.uint32)
        for key in keys:
            hits[u32(shown.get(key, ()))] += 1
        assert (counts == hits).all()
        tallied = tally([Counted(lists, wanted[:7], mask), Counted(lists, wanted[7:], mask)], most, DOCS)
        assert tallied.docs.tolist() == np.flatnonzero(hits).tolist()
        assert tallied.hits.tolist() == hits[tallied.docs].tolist()
        amounts = 1 + wanted % 7
        sums = np.zeros(DOCS, dtype=np.uint32)
        for key, amount in zip(wanted.tolist(), amounts.tolist(), strict=True):
            sums[u32(shown.get(key, ()))] += amount
        parts = [Counted(lists, wanted[:7], mask, amounts[:7]), Counted(lists, wanted[7:], mask, amounts[7:])]
        weighed = tally(parts, most, DOCS)
        assert weighed.docs.tolist() == np.flatnonzero(sums).tolist()
        assert weighed.hits.tolist() == sums[weighed.docs].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_two_unions_in_rank_order(seed: int) -> None:
    """Of lists under layers or not, with late documents or without, under masks or not, against sets in order."""
    print(f"seed {seed}")
    rng = Random(seed)
    size = rng.choice((BASE, DOCS))
    late = [*range(BASE, size)]
    rng.shuffle(late)
    slots = sorted(rng.choices(range(BASE + 1), k=len(late)))
    first = rng.choice((0, 0, 90, LATE // 2, LATE))
    slots[:first] = [0] * len(slots[:first])  # as those of new media are
    order = Order(BASE, size, np.array(late, dtype=np.uint32), np.array(slots, dtype=np.uint32))
    place = {doc: (doc, 1, 0) for doc in range(BASE)} | {
        doc: (slot, 0, number) for number, (doc, slot) in enumerate(zip(late, slots, strict=True))
    }
    parts, held = [], []
    for _ in range(2):
        is_layered = rng.random() < 0.7  # else it may have been made from others, late documents and all
        base = {rng.randrange(30): random_docs(rng, BASE if is_layered else size) for _ in range(rng.randrange(1, 9))}
        lists, expected = layered(rng, base, 30) if is_layered else (lists_of(base, 30), base)
        keys = rng.sample(range(34), rng.choice((0, 1, 1, 5)))
        mask = rng.choice((None, set(range(DOCS)) - random_docs(rng, DOCS), random_docs(rng, DOCS)))
        parts.append((lists, u32(keys), None if mask is None else bits(mask)))
        docs = set().union(*(expected.get(key, set()) for key in keys))
        held.append({doc for doc in docs if doc < size and (mask is None or doc in mask)})
        if len(keys) == 1:
            one = lists.of(keys[0]).alone(parts[-1][2])
            assert best_of_two(one, NOTHING, OR, size, order) is not None
            parts[-1] = rng.choice((parts[-1], one))
    one, other = held
    for how, docs in ((AND, one & other), (OR, one | other), (LESS, one - other)):
        ranked = sorted(docs, key=place.__getitem__)
        for limit in (1, 7, 101, 5_000, size):
            found = best_of_two(parts[0], parts[1], how, limit, order)
            assert found is not None
            assert found.tolist() == ranked[:limit], (how, limit)


NOTHING = PostingLists(u32(()), np.zeros(1, dtype=np.uint32), u32(()), 0), u32(()), None
