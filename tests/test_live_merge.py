"""Merging layers says the same as reading them one after the other: random layers from seeds, against plain dictionaries."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import numpy as np
import pytest

from index import Layer, arrays_of, merge_layers, pack_rows
from index.live.rows import rows_of

DOCS = 900
SEEDS = range(40)
Meaning = dict[str, dict[Any, Any]]


def u32(values: Any) -> np.ndarray:
    return np.array(sorted(values), dtype=np.uint32)


def random_layer(rng: Random, first: int) -> dict[str, np.ndarray]:
    """A layer of every family; each may be absent. `first` keeps terms and late ids apart from those of other layers."""
    arrays: dict[str, np.ndarray] = {}
    if rng.random() < 0.8:
        touched = u32(rng.sample(range(40), rng.randrange(12)))
        arrays["e.touched"] = touched
        for kind in ("added", "removed"):
            keys = u32(key for key in touched.tolist() if rng.random() < 0.6)
            rows = [sorted(rng.sample(range(DOCS), rng.choice((1, 3, 400)))) for _ in keys]
            offsets = np.cumsum([0, *map(len, rows)])
            values = np.array([doc for row in rows for doc in row], dtype=np.uint32)
            arrays |= arrays_of(f"e.{kind}", pack_rows(keys, offsets, values, DOCS)) if len(keys) else {}
    if rng.random() < 0.6:
        arrays["e.hidden"] = u32(rng.sample(range(DOCS), 5))
    if rng.random() < 0.6:
        terms = sorted((f"{rng.choice('abcé')}{first + i}" for i in range(rng.randrange(5))), key=str.encode)
        arrays["e.terms.blob"] = np.frombuffer("".join(terms).encode(), dtype=np.uint8)
        arrays["e.terms.offsets"] = np.cumsum([0, *(len(term.encode()) for term in terms)]).astype(np.uint32)
        arrays["e.terms.number"] = np.array(rng.sample(range(first, first + len(terms)), len(terms)), dtype=np.uint32)
    if rng.random() < 0.6:
        arrays["media.late"] = np.arange(first, first + rng.randrange(4))
    if rng.random() < 0.6:
        arrays["media.order"] = u32(rng.sample(range(DOCS), 4))
        arrays["media.order.slot"] = u32(rng.sample(range(DOCS), 4))
    changed = rng.sample(range(DOCS), 20)
    if rng.random() < 0.7:
        arrays["media.alive.set"], arrays["media.alive.clear"] = u32(changed[:10]), u32(changed[10:])
    docs = u32(rng.sample(range(30), 6))
    if rng.random() < 0.7:
        arrays["c.column.docs"], arrays["c.column.values"] = docs, np.array([rng.randrange(99) for _ in docs])
        texts = [f"{rng.randrange(10 ** rng.randrange(9))}é" for _ in docs]
        arrays["n.text.docs"] = docs
        arrays["n.text.blob"] = np.frombuffer("".join(texts).encode(), dtype=np.uint8)
        arrays["n.text.offsets"] = np.cumsum([0, *(len(text.encode()) for text in texts)]).astype(np.uint32)
    return arrays


def strings(arrays: dict[str, np.ndarray], name: str) -> list[str]:
    ends = arrays[f"{name}.offsets"].tolist()
    blob = arrays[f"{name}.blob"].tobytes()
    return [blob[start:end].decode() for start, end in itertools.pairwise(ends)]


def read(layers: list[dict[str, np.ndarray]]) -> Meaning:
    """What layers say, the newest last, in the words of the decision."""
    said: Meaning = {name: {} for name in ("lists", "hidden", "terms", "late", "order", "bits", "column", "text")}
    for arrays in layers:
        for key in arrays.get("e.touched", []):
            lists = (rows_of(arrays, f"e.{kind}", DOCS) for kind in ("added", "removed"))
            said["lists"][int(key)] = [
                [] if rows is None else rows.of(int(key)).within(0, DOCS).docs().tolist() for rows in lists
            ]
        said["hidden"] |= dict.fromkeys(arrays.get("e.hidden", u32([])).tolist())
        if "e.terms.blob" in arrays:
            terms = strings(arrays, "e.terms")
            assert terms == sorted(terms, key=str.encode)
            said["terms"] |= dict(zip(terms, arrays["e.terms.number"].tolist(), strict=True))
        for late in arrays.get("media.late", u32([])).tolist():
            said["late"][len(said["late"])] = late
        if "media.order" in arrays:
            said["order"] = {0: (arrays["media.order"].tolist(), arrays["media.order.slot"].tolist())}
        for value, kind in ((True, "set"), (False, "clear")):
            said["bits"] |= dict.fromkeys(arrays.get(f"media.alive.{kind}", u32([])).tolist(), value)
        if "c.column.docs" in arrays:
            column = zip(arrays["c.column.docs"].tolist(), arrays["c.column.values"].tolist(), strict=True)
            said["column"] |= dict(column)
            said["text"] |= dict(zip(arrays["n.text.docs"].tolist(), strings(arrays, "n.text"), strict=True))
    return said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merged_layer_says_what_its_layers_said(seed: int) -> None:
    rng = Random(seed)
    layers = [random_layer(rng, 1_000 + 100 * i) for i in range(4)]
    said = read(layers)
    while len(layers) > 1:
        at = rng.randrange(len(layers) - 1)  # merging is associative
        older, newer = (Layer("one", "", arrays, {}) for arrays in layers[at : at + 2])
        layers[at : at + 2] = [merge_layers(older, newer)]
        assert read(layers) == said
    for name, array in layers[0].items():
        if name.endswith((".touched", ".hidden", ".docs", ".set", ".clear", ".keys")):
            assert (np.diff(array.astype(np.int64)) > 0).all(), name


def test_an_array_that_no_layer_has_is_refused() -> None:
    with pytest.raises(ValueError, match=r"hold x\.y, which is no array of a layer"):
        merge_layers(Layer("one", "", {"x.y": u32([])}, {}), Layer("two", "", {}, {}))
