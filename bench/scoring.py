"""`python -m bench.scoring`: the time of scoring candidates, by a compiled ranker and by LightGBM itself, into bench/SCORING.md.

200 trees of 31 leaves over 40 features, of which four are categories and all may be missing; 1,000 and 150 candidates. The ways
take turns on one thread; times are of the processor, the median of all rounds, so the ratios hold on a machine that does
other things too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import lightgbm
import numpy as np

from bench.markdown import table
from ranking import Card, FeatureSchema, Forest, Learned, Model
from ranking.features.schema import Feature, Source

HERE = Path(__file__).parent
FEATURES, CATEGORIES, TREES, LEAVES = 40, 4, 200, 31
ROUNDS = 60

HEAD = f"""\
# Scoring

Written by `python -m bench.scoring`: {TREES} trees of {LEAVES} leaves, {FEATURES} features, {CATEGORIES} of them categories,
5 % of all values missing; milliseconds of processor time, one thread, the median of {ROUNDS} rounds in which the ways take turns.
Scores are the same to the bit.
"""


def made(seed: int = 1) -> tuple[Model, np.ndarray]:
    """A ranker, and rows to score."""
    random = np.random.default_rng(seed)
    rows = 20_000
    matrix = random.standard_normal((rows, FEATURES)).astype(np.float32)
    matrix[:, :CATEGORIES] = random.integers(0, 30, (rows, CATEGORIES))
    wanted = matrix[:, 5] + matrix[:, 6] * matrix[:, 7] + (matrix[:, 0] % 5 == 2) + random.standard_normal(rows)
    matrix[random.random(matrix.shape) < 0.05] = np.nan
    schema = FeatureSchema("bench", tuple(Feature(f"f{i}", Source.DOCUMENT, "made up") for i in range(FEATURES)))
    parameters = {"objective": "lambdarank", "num_leaves": LEAVES, "num_threads": 1, "verbosity": -1, "seed": seed}
    data = lightgbm.Dataset(
        matrix,
        np.clip(wanted, 0, 4).astype(int),
        group=[100] * (rows // 100),
        categorical_feature=list(range(CATEGORIES)),
        params=parameters,
    )
    booster = lightgbm.train(parameters, data, num_boost_round=TREES)
    return Model(booster, Card("bench", schema.hash, schema.names, ("", ""), {}, {}, TREES)), matrix


def times(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Milliseconds of each way."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.thread_time()
            way()
            taken[name].append((time.thread_time() - began) * 1e3)
    return {name: float(np.median(each)) for name, each in taken.items()}


def main() -> None:
    """Measure and write."""
    model, matrix = made()
    schema = FeatureSchema("bench", tuple(Feature(name, Source.DOCUMENT, "") for name in model.card.features))
    plain = Learned("bench", schema, model)
    compiled = Learned("bench", schema, model, Forest.of(model.booster.model_to_string()))
    heads = ["candidates", "LightGBM's predict", "a ranker by LightGBM", "ratio", "a ranker, compiled", "times as fast"]
    lines = []
    for rows in (1_000, 150):
        few = matrix[:rows].copy()
        assert (compiled.score(few) == plain.score(few)).all(), "the compiled forest differs"
        found = times(
            {
                "native": lambda few=few: model.booster.predict(few, num_threads=1),  # type: ignore[misc]
                "plain": lambda few=few: plain.score(few),  # type: ignore[misc]
                "compiled": lambda few=few: compiled.score(few),  # type: ignore[misc]
            }
        )
        lines.append(
            [
                f"{rows:,}",
                f"{found['native']:.2f} ms",
                f"{found['plain']:.2f} ms",
                f"{found['plain'] / found['native']:.2f}",
                f"{found['compiled']:.2f} ms",
                f"{found['native'] / found['compiled']:.1f}",
            ]
        )
    text = f"{HEAD}\n{chr(10).join(table(heads, lines))}\n"
    (HERE / "SCORING.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
