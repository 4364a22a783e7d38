"""DocSet and posting lists, in every form, against Python sets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from index.corpus import Strings
from index.docset import WINDOW, DocSet, new_words
from index.kernels.lists import ROARING
from index.kernels.windows import AND, LESS, OR
from index.names import Names
from index.postings import LONG, Grouped, PostingLists, first_of_two
from index.tally import Counted, tally
from index.unions import distinct, union

SIZE = 3 * WINDOW + 1_000
docs_sets = st.one_of(
    st.sets(st.integers(0, SIZE - 1), max_size=60),
    st.builds(
        lambda start, length, step: set(range(start, min(start + length * step, SIZE), step)),
        st.integers(0, SIZE - 1),
        st.integers(0, 90_000),
        st.integers(1, 7),
    ),
)


def as_array(docs: set[int]) -> np.ndarray:
    return np.array(sorted(docs), dtype=np.uint32)


def packed(docs: set[int]) -> DocSet:
    return DocSet(0, SIZE, as_array(docs))


def dense(docs: set[int]) -> DocSet:
    words = new_words(SIZE)
    for doc in docs:
        words[doc >> 6] |= np.uint64(1 << (doc & 63))
    return DocSet(0, SIZE, None, words)


FORMS = [packed, dense]


@pytest.mark.parametrize("one", FORMS)
@pytest.mark.parametrize("other", FORMS)
@settings(max_examples=25, deadline=None)
@given(a=docs_sets, b=docs_sets)
def test_operators_are_those_of_sets_and_change_no_operand(one, other, a, b):
    left, right = one(a), other(b)
    assert (left & right).docs().tolist() == sorted(a & b)
    assert (left | right).docs().tolist() == sorted(a | b)
    assert (left - right).docs().tolist() == sorted(a - b)
    assert left.docs().tolist() == sorted(a)
    assert right.docs().tolist() == sorted(b)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(docs=docs_sets, others=docs_sets, k=st.integers(0, 200))
def test_size_first_keep_within(form, docs, others, k):
    held = form(docs)
    assert held.size() == len(docs)
    assert held.is_empty() == (not docs)
    assert held.first(k).tolist() == sorted(docs)[:k]
    assert held.keep(as_array(others)).tolist() == sorted(docs & others)
    assert held.keep(as_array(others), wanted=False).tolist() == sorted(others - docs)
    for base, end in ((0, WINDOW), (WINDOW, 3 * WINDOW), (3 * WINDOW, SIZE)):
        part = held.within(base, end)
        assert part.docs().tolist() == [doc for doc in sorted(docs) if base <= doc < end]
        assert (part.base, part.end) == (base, end)


def lists_of(table: dict[int, set[int]], rows: int) -> PostingLists:
    keys = np.array([key for key, docs in table.items() for _ in docs], dtype=np.uint32)
    values = np.array([doc for docs in table.values() for doc in docs], dtype=np.uint32)
    return Grouped.of(keys, values, rows, SIZE).packed(SIZE)


tables = st.dictionaries(st.integers(0, 40), docs_sets.filter(len), max_size=4)


@settings(max_examples=40, deadline=None)
@given(table=tables, few=st.sets(st.integers(0, SIZE - 1), max_size=50), is_sparse=st.booleans())
def test_posting_lists(table, few, is_sparse):
    lists = lists_of(table, 4_000 if is_sparse else 41)
    assert not (is_sparse and table) or len(lists.keys) == len(table)
    everyone = np.arange(41, dtype=np.uint32)
    for key in range(42):
        expected = table.get(key, set())
        found = lists.of(key)
        assert not found.is_roaring or len(expected) >= LONG
        assert found.size() == len(expected)
        assert found.within(0, SIZE).docs().tolist() == sorted(expected)
        assert found.within(WINDOW, 2 * WINDOW).docs().tolist() == [d for d in sorted(expected) if d >> 16 == 1]
        assert found.keep(as_array(few)).tolist() == sorted(expected & few)
        assert found.keep(as_array(few), wanted=False).tolist() == sorted(few - expected)
    united = new_words(SIZE)
    lists.union_into(everyone, united)
    assert DocSet(0, SIZE, None, united).docs().tolist() == sorted(set().union(*table.values()))
    mask = dense(few | set(range(0, SIZE, 3)))
    visible = set(mask.docs().tolist())
    for chosen in (None, mask.words):
        counts = np.zeros(SIZE, dtype=np.uint32)
        met = np.empty(SIZE, dtype=np.uint32)
        met = met[: lists.count_into(everyone, chosen, counts, met, 0)]
        assert np.sort(met).tolist() == np.flatnonzero(counts).tolist()
        total = lists.total(everyone)
        tallied = tally([Counted(lists, everyone[:20], chosen), Counted(lists, everyone[20:], chosen)], total, SIZE)
        assert tallied.docs.tolist() == np.flatnonzero(counts).tolist()
        assert tallied.hits.tolist() == counts[tallied.docs].tolist()
        shown = {key: docs if chosen is None else docs & visible for key, docs in table.items()}
        assert counts.sum() == sum(map(len, shown.values()))
        appended = np.zeros(total + 1, dtype=np.uint32)
        end = lists.append(everyone, chosen, appended, 1)
        assert sorted(appended[1:end].tolist()) == sorted(doc for docs in shown.values() for doc in docs)
        parts = [(lists, everyone[:20], chosen), (lists, everyone[20:], chosen)]
        assert union(parts, total).tolist() == sorted(set().union(*shown.values()))
        assert all(counts[doc] == sum(doc in docs for docs in shown.values()) for doc in few)
        assert lists.sizes(everyone, chosen).tolist() == [len(shown.get(key, ())) for key in range(41)]
    assert lists.total(everyone) == sum(map(len, table.values()))


def test_a_union_that_was_broken_off_leaves_nothing_behind():
    lists = lists_of({0: {1, 2, 70_000}, 1: {3}}, 2)

    def breaks_off():
        yield lists, np.array([0], dtype=np.uint32), None
        raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        union(breaks_off(), 10)
    assert union([(lists, np.array([1], dtype=np.uint32), None)], 10).tolist() == [3]


@settings(max_examples=40, deadline=None)
@given(docs=st.lists(st.integers(0, SIZE - 1), max_size=60), none=st.integers(0, SIZE))
def test_distinct_documents(docs, none):
    found = distinct(np.array(docs + [none], dtype=np.uint32), none)
    assert found.tolist() == sorted({*docs} - {none})


@settings(max_examples=200, deadline=None)
@given(
    table=st.dictionaries(st.integers(0, 5), docs_sets, max_size=6),
    masks=st.tuples(st.none() | docs_sets, st.none() | docs_sets),
    keys=st.tuples(st.sets(st.integers(0, 6)), st.sets(st.integers(0, 6))),
    limit=st.integers(1, 300) | st.just(SIZE),
    is_sparse=st.booleans(),
)
def test_the_first_of_two_unions(table, masks, keys, limit, is_sparse):
    lists = lists_of(table, 4_000 if is_sparse else 6)
    parts = [
        (lists, as_array(chosen), None if mask is None else dense(mask).words)
        for chosen, mask in zip(keys, masks, strict=True)
    ]
    left, right = (
        {doc for key in chosen for doc in table.get(key, ()) if mask is None or doc in mask}
        for chosen, mask in zip(keys, masks, strict=True)
    )
    for how, expected in ((AND, left & right), (OR, left | right), (LESS, left - right)):
        assert first_of_two(*parts, how, limit).tolist() == sorted(expected)[:limit]
    alone = lists.of(2).alone(parts[0][2])
    expected = {doc for doc in table.get(2, ()) if masks[0] is None or doc in masks[0]}
    assert first_of_two(alone, (lists, as_array(set()), None), OR, limit).tolist() == sorted(expected)[:limit]


@pytest.mark.parametrize("seed", range(8))
def test_the_first_of_two_lists_however_far_apart(seed):
    random = np.random.default_rng(seed)
    sizes = (3, 40, LONG, 5_000, SIZE // 3)
    table = {key: set(random.choice(SIZE, size, replace=False).tolist()) for key, size in enumerate(sizes)}
    table[5] = set(range(WINDOW, WINDOW + 9_000)) | {5}
    lists = lists_of(table, 6)
    masks = [None, *(dense(set(random.choice(SIZE, SIZE // 2, replace=False).tolist())).words for _ in range(2))]
    for one, other in itertools.product(table, table):
        for mask, other_mask in ((None, None), (masks[1], None), (None, masks[2]), (masks[1], masks[2])):
            left, right = (
                {doc for doc in table[key] if cut is None or int(cut[doc >> 6]) >> (doc & 63) & 1}
                for key, cut in ((one, mask), (other, other_mask))
            )
            for how, expected in ((AND, left & right), (LESS, left - right)):
                parts = lists.of(one).alone(mask), lists.of(other).alone(other_mask)
                assert first_of_two(*parts, how, 700).tolist() == sorted(expected)[:700]
                assert first_of_two(*parts, how, 5).tolist() == sorted(expected)[:5]


def test_names_are_read_together():
    texts = ["ann", "", "bo\0b", "élodie", "한국", "x" * 300]
    column = Names(Strings.of(texts))
    assert column.of(np.array([3, 0, 4, 5], dtype=np.uint32)) == ["élodie", "ann", "한국", "x" * 300]
    assert column.of(np.array([2, 0, 1], dtype=np.uint32)) == ["bo\0b", "ann", ""]
    assert column.of(np.array([1], dtype=np.uint32)) == [""]
    assert column.of(np.array([], dtype=np.uint32)) == []


def test_a_long_list_is_a_roaring_bitmap_that_others_can_read():
    docs = set(range(0, SIZE, 2)) | set(range(WINDOW, WINDOW + 100))
    stored = lists_of({0: docs}, 1).of(0).list
    assert stored[0] == ROARING
    assert stored[1] == len(docs)
    assert set(BitMap.deserialize(stored[2:].tobytes())) == docs


@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=200))
def test_facts_are_grouped_once_from_both_ends(pairs):
    left = np.array([a for a, _ in pairs], dtype=np.uint32)
    right = np.array([b for _, b in pairs], dtype=np.uint32)
    grouped = Grouped.of(left, right, 10, 31)
    flipped = grouped.flipped(31)
    for key in range(10):
        group = grouped.values[grouped.offsets[key] : grouped.offsets[key + 1]]
        assert group.tolist() == sorted({b for a, b in pairs if a == key})
    for key in range(31):
        group = flipped.values[flipped.offsets[key] : flipped.offsets[key + 1]]
        assert group.tolist() == sorted({a for a, b in pairs if b == key})
