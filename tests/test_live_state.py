"""The parts of the live state against plain dicts, and its law: duplicates and any order end in the same state."""

from __future__ import annotations

import json
from contextlib import closing
from random import Random
from typing import Any

import numpy as np
import pytest

from index import NONE, IdTable, Layer, idtable
from ingest.firehose.mutations import FACT_KINDS, CommentRow, Mutations
from ingest.live import LiveWriter, stamp_column
from ingest.live.attributes import ATTRIBUTES, ENCODERS, decoded, split_all
from ingest.live.base import Base
from ingest.live.batch import Batch, batch_of
from ingest.live.columns import Column, Heap, Texts
from ingest.live.export import exported
from ingest.live.restoring import begun, restored
from ingest.live.runs import merged_runs, run_of
from ingest.live.stamp_column import StampColumn
from ingest.live.stamps import SEED, is_cleared, last_rows, stamps_of, times_of
from schemas.text import fold
from tests import live_worlds
from tests.live_worlds import MutationMaker, base_tables, built, in_force, oracle_base, oracle_of
from tests.translation import attribute_rows, tell

EXTREMES = (0, -1, 1, 2**63 - 1, -(2**63), 2**31, -(2**31))


@pytest.mark.parametrize("many", [1, 1 << 16])
@pytest.mark.parametrize("seed", range(20))
def test_a_table_gives_keys_their_rows(seed, many, monkeypatch):
    monkeypatch.setattr(idtable, "_MANY", many)  # from so many first keys on they are entered by another thread
    rng = Random(seed)
    first = sorted({rng.choice((*EXTREMES, *range(-50, 5_000))) for _ in range(rng.randrange(2_000))})
    table = IdTable(np.array(first, dtype=np.int64))
    twin = {key: row for row, key in enumerate(first)}
    for _ in range(20):
        keys = [rng.choice((*EXTREMES, rng.randrange(10_000), rng.getrandbits(63))) for _ in range(rng.randrange(500))]
        asked = np.array([key for key in keys if rng.random() < 0.5], dtype=np.int64)
        assert table.rows(asked).tolist() == [twin.get(key, NONE) for key in asked.tolist()]
        for key in keys:
            twin.setdefault(key, len(twin))
        assert table.put(np.array(keys, dtype=np.int64)).tolist() == [twin[key] for key in keys]
        assert len(table) == len(twin)
    in_order = sorted(twin, key=twin.__getitem__)
    rows = [rng.randrange(len(twin)) for _ in range(50)] if twin else []
    assert table.keys(np.array(rows, dtype=np.uint32)).tolist() == [in_order[row] for row in rows]
    assert table.later_keys().tolist() == in_order[len(first) :]


@pytest.mark.parametrize("seed", range(10))
def test_a_heap_keeps_the_last_text_of_each_row(seed, monkeypatch):
    rng = Random(seed)
    heap, twin = Heap(5), {}
    for _ in range(60):
        size = rng.randrange(5, 200)
        heap.grow(size)
        docs = sorted({rng.randrange(5) for _ in range(rng.randrange(5))} | {size - 1 if size == 199 else 0})
        texts = ["".join(rng.choices("aé한😀\x1f ", k=rng.randrange(4))) for _ in docs]
        known = {doc: twin.get(doc, "") for doc in docs}
        same = heap.same(np.array(docs), Texts.of(texts)).tolist()
        assert same == [known[doc] == text for doc, text in zip(docs, texts, strict=True)]
        heap.put(np.array(docs), Texts.of(texts))
        twin |= dict(zip(docs, texts, strict=True))
        if rng.random() < 0.2:
            heap._compact()
        assert {doc: heap.get(doc) for doc in twin} == twin
        assert [heap.get(doc) for doc in range(5) if doc not in twin] == [None] * sum(
            doc not in twin for doc in range(5)
        )


@pytest.mark.parametrize("seed", range(20))
def test_a_column_of_stamps_keeps_the_last_of_each_row(seed, monkeypatch):
    rng = Random(seed)
    monkeypatch.setattr(stamp_column, "MOST_FAR", rng.choice((3, 50)))
    column, twin = StampColumn(rng.randrange(3)), {}
    day_ms, now_ms = 86_400_000, 1_800_000_000_000
    spread = rng.choice((1, 3, 40))
    for _ in range(30):
        size = max(len(column), rng.randrange(1, 200))
        column.grow(size)
        rows = [rng.randrange(size) for _ in range(rng.randrange(20))]
        times = [rng.choice((now_ms + rng.randrange(-spread * day_ms, spread * day_ms), *EXTREMES)) for _ in rows]
        stamps = stamps_of(
            np.array(times, dtype=np.int64), np.array([rng.random() < 0.3 for _ in rows], dtype=np.bool_)
        )
        if rng.random() < 0.2:
            stamps[:] = SEED
        column.put(np.array(rows, dtype=np.uint32), stamps)
        twin |= dict(zip(rows, stamps.tolist(), strict=True))
        assert column.all().tolist() == [twin.get(row, 0) for row in range(size)]
        asked = [rng.randrange(size) for _ in range(9)]
        assert column.of(np.array(asked, dtype=np.uint32)).tolist() == [twin.get(row, 0) for row in asked]


def test_a_column_keeps_its_values_as_it_grows():
    column = Column(np.array([1, 2], dtype=np.int64), 7)
    for size in (1, 3, 100, 5_000):
        column.grow(size)
        assert column.data[:2].tolist() == [1, 2]
        assert (column.data[2:] == 7).all()
    assert len(column.data) == 5_000


def test_the_larger_stamp_is_the_last_word():
    times = np.array([-(2**63), -(2**40), -1, 0, 1, 2**40, 2**63 - 1], dtype=np.int64)
    said, cleared = stamps_of(times), stamps_of(times, np.ones(len(times), dtype=bool))
    assert (cleared == said + 1).all()
    assert (said[1:] > cleared[:-1]).all()
    assert (said > SEED).all()
    assert is_cleared(cleared).all()
    assert not is_cleared(said).any()
    assert times_of(said)[1:-1].tolist() == times_of(cleared)[1:-1].tolist() == times[1:-1].tolist()


@pytest.mark.parametrize("seed", range(10))
def test_of_several_entries_the_last_word_stands(seed):
    rng = Random(seed)
    entries = [
        (rng.randrange(5), rng.randrange(4), rng.randrange(3), rng.randrange(3)) for _ in range(rng.randrange(60))
    ]
    columns = [np.array(column, dtype=np.int64) for column in zip(*entries, strict=True)] or [np.empty(0, np.int64)] * 4
    rows, stamps, one, other = columns
    found = last_rows(rows.astype(np.uint32), stamps, one, other)
    twin: dict[int, tuple[int, ...]] = {}
    for row, *word in entries:
        twin[row] = max(tuple(word), twin.get(row, tuple(word)))
    assert [(row, twin[row]) for row in sorted(twin)] == [
        (int(rows[at]), (int(stamps[at]), int(one[at]), int(other[at]))) for at in found
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("texts", ()),
        ("texts", ("",)),
        ("texts", ("", "")),
        ("texts", ("a", "b\x1f", "\x1b", "\x1bn", "\x1be")),
        ("ids", ()),
        ("ids", (5, -7, 2**63 - 1)),
        ("labels", (("beach", 0.25), ("", 1.0), ("a\x1eb\x1f", 3e-9))),
    ],
)
def test_lists_are_told_apart_as_texts(kind, value):
    assert decoded(kind, ENCODERS[kind](value)) == value
    if kind == "texts":
        twice = [ENCODERS[kind](value), ENCODERS[kind](("x",)), ENCODERS[kind](value)]
        assert split_all(twice) == ([*value, "x", *value], [len(value), 1, len(value)])


@pytest.mark.parametrize("seed", range(15))
def test_comments_that_are_loaded_count_as_those_that_were_said(seed, tmp_path):
    """Of few people on few media, so that one fact stands for several comments, some of them the base's."""
    rng = Random(seed)
    tables = base_tables(rng)
    base = Base(built(tables, tmp_path / "index", tmp_path / "warehouse"))
    known = [row["id"] for row in tables.get("comments", ()) if row["id"]]
    users, media = (
        [9_000, *(row["id"] for row in tables.get(table, ()) if row["id"])][:4] for table in ("users", "media")
    )

    def batch() -> Batch:
        rows = [
            CommentRow(
                rng.choice([*known, 1, 2, 3]),
                rng.choice(users),
                rng.choice(media),
                live_worlds.NOW_MS + rng.randrange(9),
                is_there,
            )
            for is_there in (True, True, False) * 3
        ]
        return batch_of(Mutations(comments=rows))

    said = begun(base)
    runs = []
    for _ in range(rng.randrange(1, 4)):
        for _ in range(rng.randrange(1, 3)):
            said.apply(batch())
        arrays = said.arrays()
        runs.append(Layer("", "", run_of(said, said.state.take_log(), arrays), {}))
    if rng.random() < 0.5:
        runs = [Layer("", "", merged_runs([run.arrays for run in runs]), {})]
    loaded = restored(base, runs)
    for _ in range(5):
        more = batch()
        one, other = (derivation.state.apply(more).comments for derivation in (said, loaded))
        assert [column.tolist() for column in one] == [column.tolist() for column in other], f"seed {seed}"


# -- the law -----------------------------------------------------------------------------------------------------------


def said_by(base: Base, batches: list[Mutations]) -> dict[Any, Any]:
    """All registers after these batches, by external ids."""
    derivation = begun(base)
    for batch in batches:
        derivation.apply(batch_of(batch))
    registers: dict[Any, Any] = {}
    for piece in exported(derivation.state, base):
        registers |= words_of(piece)
    return registers


def words_of(found: Batch) -> dict[Any, Any]:
    """The registers that a batch sets, by external ids."""
    registers: dict[Any, Any] = {}
    for kind, facts in found.facts.items():
        columns = (column.tolist() for column in facts)
        registers |= {(kind, left, right): word for left, right, *word in zip(*columns, strict=True)}
    for vertical, documents in found.documents.items():
        columns = (column.tolist() for column in documents)
        registers |= {(vertical, of): word for of, *word in zip(*columns, strict=True)}
    for key, values in found.attributes.items():
        said = values.values if isinstance(values.values, list) else values.values.tolist()
        registers |= {
            (*key, of): (time, value)
            for of, time, value in zip(values.of.ids.tolist(), values.of.times.tolist(), said, strict=True)
        }
    if found.comments is None:
        return registers
    ids, users, media, times, exists = (column.tolist() for column in found.comments)
    for of, user, of_media, time, is_there in zip(ids, users, media, times, exists, strict=True):
        registers["comment", of] = (time, (user, of_media) if is_there else None)
    return registers


def shuffled(batches: list[Mutations], rng: Random) -> list[Mutations]:
    """The same rows in any order, some of them twice, in batches of any size."""
    rows: list[tuple[str, Any]] = []
    for batch in batches:
        for kind in FACT_KINDS:
            rows += [(kind, row) for row in zip(*batch.facts[kind], strict=True)]
        for name in ("documents", "comments"):
            rows += [(name, row) for row in getattr(batch, name)]
        rows += [("attributes", row) for row in attribute_rows(batch)]
    rows += rng.sample(rows, len(rows) // 3)
    rng.shuffle(rows)
    again: list[Mutations] = []
    for name, row in rows:
        if not again or rng.random() < 0.05:
            again.append(Mutations())
        if name in FACT_KINDS:
            for column, value in zip(again[-1].facts[name], row, strict=True):
                column.append(value)
        elif name == "attributes":
            tell(again[-1], row)
        else:
            getattr(again[-1], name).append(row)
    return again


@pytest.mark.parametrize("seed", range(12))
def test_duplicates_and_any_order_end_in_the_same_state(seed, tmp_path):
    rng = Random(seed)
    tables = base_tables(rng)
    base = Base(built(tables, tmp_path / "index", tmp_path / "warehouse"))
    maker = MutationMaker(tables, rng)
    batches = [maker.batch(60) for _ in range(4)]
    expected = said_by(base, batches)
    assert len(expected) > 50
    for _ in range(3):
        assert said_by(base, shuffled(batches, rng)) == expected


# -- what a base repairs -----------------------------------------------------------------------------------------------


def test_a_report_counts_what_the_stream_had_lost(tmp_path):
    counted = {"media_tags": 0, "media_autotags": 0}
    for seed in range(8):
        rng = Random(seed)
        place = tmp_path / str(seed)
        tables = base_tables(rng)
        built(tables, place / "index", place / "warehouse")
        maker = MutationMaker(tables, rng)
        told, lost = oracle_of(tables), oracle_of(tables)
        with closing(LiveWriter.open(place / "index", now_ms=0)) as writer:
            for _ in range(5):
                batch = maker.batch(30)
                live_worlds.apply(told, batch)
                if rng.random() < 0.6:
                    live_worlds.apply(lost, batch)
                    writer.apply(batch)
            writer.flush({})
            true = in_force(told)
            later = true | {"snapshot": [{"table": name, "as_of_ms": 1_000} for name in true]}
            built(later, place / "index", place / "later")
            assert writer.rebase_if_needed()
        report = json.loads((place / "index" / "live" / "reconcile.json").read_bytes())
        before = lost.in_force()
        lost.rebase(oracle_base(later))
        after = lost.in_force()
        for table in ("follows", "likes", "group_members", "group_media"):
            had, has = ({r.key for r in values if r.table == table} for values in (before, after))
            if table == "follows":
                had, has = ({key for key in keys if key[0] != key[1]} for keys in (had, has))
            assert report[table]["added"] == len(has - had), (seed, table)
            assert report[table]["removed"] == len(had - has), (seed, table)
        for table, item in (("media_tags", str), ("media_autotags", lambda label: fold(label[0]))):
            had, has = (
                {(r.key, item(value)) for r, values in told.items() if r.table == table for value in values}
                for told in (before, after)
            )
            had, has = ({pair for pair in pairs if pair[1]} for pairs in (had, has))
            assert report[table]["added"] == len(has - had), (seed, table)
            assert report[table]["removed"] == len(had - has), (seed, table)
            counted[table] += len(has ^ had)
        for table in ("users", "places", "groups"):
            had, has = ({r.key for r in values if r.table == table and not r.attribute} for values in (before, after))
            assert report[table]["added"] == len(has - had), (seed, table)
            assert report[table]["removed"] == len(had - has), (seed, table)
    assert min(counted.values()) > 20


def test_every_attribute_has_an_encoder_or_is_a_number():
    for attribute in ATTRIBUTES.values():
        assert attribute.is_scalar or attribute.kind == "text" or attribute.kind in ENCODERS
