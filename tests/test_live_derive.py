"""The layers that follow from random mutations say what an index of the merged tables says."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from index import Layer, merge_layers
from ingest.live.base import Base
from ingest.live.batch import batch_of
from ingest.live.restoring import begun
from tests import live_worlds

SEEDS = range(40)


@pytest.fixture(autouse=True)
def _prefixes_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.prefixes._FREQUENT", 2)
    monkeypatch.setattr("index.prefixes._MANY", 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_layers_say_what_a_rebuilt_index_says(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    tables = live_worlds.base_tables(rng)
    base = live_worlds.built(tables, tmp_path / "index", tmp_path / "warehouse")
    oracle = live_worlds.oracle_of(tables)
    derivation = begun(Base(base))
    maker = live_worlds.MutationMaker(tables, rng)
    layers: list[Layer] = []
    for step in range(rng.randrange(1, 5)):
        for _ in range(rng.randrange(3)):
            batch = maker.batch(rng.choice((1, 5, 40)))
            derivation.apply(batch_of(batch))
            live_worlds.apply(oracle, batch)
        layers.append(Layer(str(step), str(step), derivation.arrays(), {}))
        if len(layers) > 1 and rng.random() < 0.3:
            newer, older = layers.pop(), layers.pop()
            layers.append(Layer(f"{step}m", f"{step}m", merge_layers(older, newer), {}))
        derivation.layers = tuple(layers)
        live = live_worlds.live_segment(base, [dict(layer.arrays) for layer in layers])
        said = live_worlds.contents(live)
        twin = live_worlds.built(live_worlds.in_force(oracle), tmp_path / f"twin{step}", tmp_path / f"tables{step}")
        expected = live_worlds.contents(twin)
        for name, value in expected.items():
            assert said[name] == value, f"seed {seed}, step {step}: {name}"
        assert live_worlds.order_is_right(live), f"seed {seed}, step {step}: order"
