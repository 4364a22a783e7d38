"""`python -m bench.quality.ltr DIR`: our way to train, keep and ask a ranker against LightGBM's own, on its ranking example.

DIR holds train.parquet and test.parquet: query_id, label, feature_ids and feature_values (lists). Parameters are those of the
example that comes with LightGBM (lambdarank, 100 trees).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np

from bench.quality.command import run
from bench.quality.table import lines
from bench.quality.tables import Say, integers, read
from ranking import Feature, FeatureSchema, Source, TrainingSet, bootstrap_mean, load, ndcg_by_query, save, train
from schemas.errors import InputError

PARAMETERS = {"learning_rate": 0.1, "num_leaves": 31, "min_data_in_leaf": 50, "min_sum_hessian_in_leaf": 5.0}
TREES = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """Scores of both over the test rows, and what they reach."""

    ours: np.ndarray
    native: np.ndarray
    ndcg: np.ndarray
    native_ndcg: float


def rows(folder: Path, name: str, width: int | None = None) -> TrainingSet:
    """One table as a matrix; features that a row does not name are 0."""
    table = read(folder, name, ("query_id", "label", "feature_ids", "feature_values"))
    query, label = (integers(table, column, f"{folder}/{name}.parquet") for column in ("query_id", "label"))
    lengths = table["feature_ids"].list.len().to_numpy()
    if (lengths != table["feature_values"].list.len().to_numpy()).any():
        raise InputError(
            "bad-column", f"{folder}/{name}.parquet: a row has other numbers of feature_ids and feature_values"
        )
    ids = table["feature_ids"].explode().drop_nulls().to_numpy().astype(np.int64)
    values = table["feature_values"].explode().drop_nulls().to_numpy()
    size = int(ids.max(initial=0)) + 1 if width is None else width
    found = np.zeros((len(label), size), dtype=np.float32)
    line = np.repeat(np.arange(len(label)), lengths)
    kept = ids < size
    found[line[kept], ids[kept]] = values[kept]
    starts = np.flatnonzero(np.r_[True, query[1:] != query[:-1]])
    return TrainingSet(found, label, np.diff(np.append(starts, len(query))))


def measure(folder: Path, k: int = 10) -> Measured:
    """Train ours, save it, load it, score; beside it LightGBM asked directly, with its own NDCG."""
    known = rows(folder, "train")
    asked = rows(folder, "test", known.matrix.shape[1])
    schema = FeatureSchema(
        "ltr", tuple(Feature(f"f{n}", Source.DOCUMENT, "unknown") for n in range(known.matrix.shape[1]))
    )
    model = train(schema, known, PARAMETERS, TREES, task="ltr", window=("train", "train"))
    with tempfile.TemporaryDirectory() as directory:
        save(model, Path(directory))
        ours = load(Path(directory), schema).score(asked.matrix)
    own = {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [k],
        "verbosity": -1,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
    }
    data = lightgbm.Dataset(known.matrix, label=known.labels, group=known.sizes, params=own | PARAMETERS)
    held = lightgbm.Dataset(asked.matrix, label=asked.labels, group=asked.sizes, reference=data)
    history: dict[str, dict[str, list[float]]] = {}
    booster = lightgbm.train(
        own | PARAMETERS,
        data,
        TREES,
        valid_sets=[held],
        valid_names=["test"],
        callbacks=[lightgbm.record_evaluation(history)],
    )
    native = np.asarray(booster.predict(asked.matrix, num_threads=1))
    return Measured(ours, native, ndcg_by_query(ours, asked.labels, asked.sizes, k), history["test"][f"ndcg@{k}"][-1])


def report(folder: Path, say: Say = print) -> Measured:
    """Measure and print."""
    m = measure(folder)
    found = [
        ("trained, saved, loaded and asked by us, NDCG@10 by us", str(bootstrap_mean(m.ndcg))),
        ("LightGBM's own NDCG@10 of its own model", f"{m.native_ndcg:.6f}"),
        ("difference of both NDCG@10", f"{abs(float(m.ndcg.mean()) - m.native_ndcg):.1e}"),
        ("largest difference of a score", f"{np.abs(m.ours - m.native).max():.1e}"),
    ]
    for line in lines(("LightGBM's ranking example", "value"), found):
        say(line)
    return m


def figures(measured: Measured) -> dict[str, float]:
    """What is held against `expected.txt`."""
    return {
        "NDCG@10": float(measured.ndcg.mean()),
        "difference of NDCG@10": abs(float(measured.ndcg.mean()) - measured.native_ndcg),
        "largest difference of a score": float(np.abs(measured.ours - measured.native).max()),
    }


if __name__ == "__main__":
    run(__doc__, lambda options: report(options.folder))
