"""Columns and texts through layers, beside dictionaries that each layer overwrites."""

from __future__ import annotations

import random

import numpy as np
import pytest

from index.corpus import Strings
from index.live.columns import LiveColumn, LiveTexts
from index.live.layer import Layer
from index.names import Names

BASE, LATE = 400, 150
DTYPES = (np.uint8, np.uint32, np.int64, np.float64)
LETTERS = "ab é\0字😀"


def said_by_layers(rng: random.Random) -> list[list[int]]:
    """The documents of some layers, sorted; those of some layers are few, or all late, or none."""
    found = []
    for _ in range(rng.randrange(9)):
        first, end = rng.choice([(0, BASE), (0, BASE + LATE), (BASE, BASE + LATE), (63, 129)])
        found.append(sorted(rng.sample(range(first, end), rng.choice([0, 1, 5, 60]))))
    return found


def asked(rng: random.Random) -> np.ndarray:
    """Documents in any order, some twice."""
    return np.array([rng.randrange(BASE + LATE) for _ in range(rng.choice([0, 1, 300]))], dtype=np.uint32)


@pytest.mark.parametrize("seed", range(40))
def test_the_newest_layer_that_has_a_document_says_its_value(seed):
    rng = random.Random(seed)
    dtype, missing = DTYPES[seed % len(DTYPES)], rng.randrange(2) * 77
    base = np.array([rng.randrange(250) for _ in range(BASE)], dtype=dtype)
    expected = np.full(BASE + LATE, missing, dtype=dtype)
    expected[:BASE] = base
    layers = []
    for docs in said_by_layers(rng):
        values = np.array([rng.randrange(250) for _ in docs], dtype=dtype)
        for doc, value in zip(docs, values.tolist(), strict=True):
            expected[doc] = value
        arrays = {"x.column.docs": np.array(docs, dtype=np.uint32), "x.column.values": values}
        layers.append(Layer("", "", arrays, {}))
    layers.insert(rng.randrange(len(layers) + 1), Layer("", "", {}, {}))
    column = LiveColumn(base, "x", layers, missing, BASE + LATE)
    docs = asked(rng)
    found = column.of(docs)
    assert found.dtype == dtype
    assert found.tolist() == expected[docs].tolist(), f"seed {seed}"
    assert column.whole().tolist() == expected.tolist(), f"seed {seed}"


@pytest.mark.parametrize("seed", range(40))
def test_the_newest_layer_that_has_a_document_says_its_text(seed):
    rng = random.Random(seed)
    letters = LETTERS if seed % 2 else LETTERS.replace("\0", "")

    def text() -> str:
        return "".join(rng.choices(letters, k=rng.randrange(4)))

    expected = [text() for _ in range(BASE)] + [""] * LATE
    strings = Strings.of(expected[:BASE])
    layers = []
    for docs in said_by_layers(rng):
        for doc in docs:
            expected[doc] = text()
        said = Strings.of([expected[doc] for doc in docs])
        arrays = {"x.docs": np.array(docs, dtype=np.uint32), "x.blob": said.blob, "x.offsets": said.offsets}
        layers.append(Layer("", "", arrays, {}))
    texts = LiveTexts(Names(Strings(strings.blob, strings.offsets.astype(np.uint32))), "x", layers)
    docs = asked(rng)
    assert texts.of(docs) == [expected[doc] for doc in docs], f"seed {seed}"
    assert [texts[doc] for doc in docs[:3].tolist()] == [expected[doc] for doc in docs[:3]], f"seed {seed}"
