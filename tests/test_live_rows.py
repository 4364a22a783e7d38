"""Rows taken from two tables, and rows that change: random ones from seeds, against lists and sets."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest

from index import Rows, changed_rows
from index.live.rows import taken

SEEDS = range(60)


def random_table(rng: Random, dtype: type) -> tuple[list[list[int]], tuple[np.ndarray, np.ndarray]]:
    """Rows, and as a table; some are empty."""
    rows = [[rng.randrange(250) for _ in range(rng.choice((0, 1, 3, 200)))] for _ in range(rng.randrange(9))]
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.uint32)
    return rows, (offsets, np.array([value for row in rows for value in row], dtype=dtype))


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_taken_from_two_tables(seed: int) -> None:
    rng = Random(seed)
    dtype = np.uint8 if seed % 2 else np.uint32
    (one, table), (other, other_table) = random_table(rng, dtype), random_table(rng, dtype)
    both = one + other
    order = rng.sample(range(len(both)), rng.randrange(len(both) + 1))
    offsets, values = taken(table, other_table, np.array(order, dtype=np.int64))
    assert offsets.dtype == np.uint32
    assert values.dtype == dtype
    found = [values[start:end].tolist() for start, end in pairwise(offsets)]
    assert found == [both[row] for row in order], f"seed {seed}"
    assert offsets[-1] == len(values)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_of_a_row_stands_in_its_place(seed: int) -> None:
    rng = Random(seed)
    had: list[list[int]] = []
    docs: list[int] = []
    starts: list[int] = []
    said: list[int] = []
    stands: list[bool] = []
    said_offsets = [0]
    expected: list[list[int]] = []
    for _ in range(rng.randrange(1, 9)):
        held = sorted(rng.sample(range(300), rng.choice((0, 1, 40, 299))))
        told = {doc: rng.random() < 0.5 for doc in sorted(rng.sample(range(300), rng.choice((0, 1, 5, 200))))}
        docs += [rng.randrange(300) for _ in range(rng.randrange(3))]  # rows need not stand end to end
        starts.append(len(docs))
        docs += held
        had.append(held)
        said += told
        stands += told.values()
        said_offsets.append(len(said))
        expected.append(sorted({*held} - {*told} | {doc for doc, holds in told.items() if holds}))
    sizes = np.array([len(held) for held in had], dtype=np.uint32)
    rows = Rows(np.array(docs, dtype=np.uint32), np.array(starts, dtype=np.int64), sizes)
    offsets, found = changed_rows(
        rows, np.array(said_offsets, dtype=np.int64), np.array(said, dtype=np.uint32), np.array(stands, dtype=np.bool_)
    )
    assert [found[s:e].tolist() for s, e in pairwise(offsets)] == expected, f"seed {seed}"
