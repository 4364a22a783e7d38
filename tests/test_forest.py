"""The compiled forest equals LightGBM's own predict: random models of numbers, categories and missing values of every kind."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import lightgbm
import numpy as np
import pytest

from ranking import Forest, compile_forest
from ranking.kernels.forest import score_rows
from schemas.errors import InputError

ODD = np.array(
    [
        0.0,
        -0.0,
        np.nan,
        np.inf,
        -np.inf,
        1e-35,
        -1e-35,
        1e-36,
        2e-35,
        1e-38,
        1e-45,
        -0.5,
        -1.0,
        3e38,
        -3e38,
        31,
        32,
        2**31,
    ],
    dtype=np.float32,
)


@cache
def trained(seed: int) -> tuple[lightgbm.Booster, np.ndarray]:
    """A random model, and rows that it did not see, odd ones among them."""
    draw, random = Random(seed), np.random.default_rng(seed)
    rows, features = 3_000, draw.choice((1, 3, 12, 40))
    matrix = random.standard_normal((rows, features)).astype(np.float32)
    categories = [f for f in range(features) if draw.random() < 0.3]
    for feature in categories:
        matrix[:, feature] = random.integers(0, draw.choice((3, 30, 70, 400)), rows)
    matrix[random.random(matrix.shape) < draw.choice((0.0, 0.1, 0.4))] = np.nan
    matrix[random.random(matrix.shape) < draw.choice((0.0, 0.3))] = 0
    matrix[:, draw.randrange(features)] *= np.float32(draw.choice((1.0, 1e-30, 1e30)))
    hidden = np.nan_to_num(matrix, posinf=0, neginf=0)
    target = np.sin(hidden[:, 0]) + (hidden[:, -1] % 3 == 1) + np.isnan(matrix[:, 0]) + random.standard_normal(rows) / 3
    parameters: dict[str, Any] = {
        "objective": draw.choice(("lambdarank", "regression", "binary", "lambdarank")),
        "num_leaves": draw.choice((2, 7, 31, 64, 65, 200)),
        "min_data_in_leaf": draw.choice((1, 5, 40)),
        "zero_as_missing": draw.random() < 0.3,
        "use_missing": draw.random() < 0.9,
        "max_cat_to_onehot": draw.choice((1, 4)),
        "min_data_per_group": 5,
        "cat_smooth": 1,
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }
    grades = np.clip(target, 0, 1 if parameters["objective"] == "binary" else 3).round()
    label = target if parameters["objective"] == "regression" else grades
    group = [rows // 30] * 30 if parameters["objective"] == "lambdarank" else None
    table = lightgbm.Dataset(matrix, label, group=group, categorical_feature=categories, params=parameters)
    booster = lightgbm.train(parameters, table, num_boost_round=draw.choice((1, 10, 40)))
    fresh = random.standard_normal((draw.choice((1, 15, 16, 129, 500)), features)).astype(np.float32)
    for feature in categories:
        fresh[:, feature] = random.integers(-3, 450, len(fresh))
    odd = random.random(fresh.shape) < 0.3
    fresh[odd] = random.choice(ODD, int(odd.sum()))
    return booster, np.concatenate([fresh, matrix[:200]])


@pytest.mark.parametrize("seed", range(400, 440))
@pytest.mark.filterwarnings("ignore:Overriding|categorical_feature")
def test_equals_lightgbm_to_the_bit(seed):
    print(f"seed {seed}")
    booster, matrix = trained(seed)
    forest = Forest.of(booster.model_to_string())
    expected = booster.predict(matrix, num_threads=1)
    found = forest.score(matrix)
    assert np.abs(found - expected).max() <= 1e-12
    if forest.sigmoid is None:
        assert (found == expected).all()
    assert (found == forest.score(np.asfortranarray(matrix))).all()


def test_random_models_have_every_kind_of_column():
    kinds: set[int] = set()
    words = set()
    for seed in range(400, 440):
        forest = Forest.of(trained(seed)[0].model_to_string())
        kinds |= set(forest.kinds.tolist())
        words.add(forest.words)
    assert kinds == {0, 1, 2, 3, 4, 5}
    assert max(words) > 1


def test_the_kernel_is_compiled_once():
    compile_forest()
    Forest.of(trained(403)[0].model_to_string()).score(trained(403)[1])
    assert len(score_rows.signatures) == 1


def test_no_rows_and_no_splits():
    booster, matrix = trained(1)
    forest = Forest.of(booster.model_to_string())
    assert forest.score(matrix[:0]).tolist() == []
    flat = lightgbm.train(
        {"objective": "regression", "verbosity": -1, "num_threads": 1},
        lightgbm.Dataset(matrix, np.ones(len(matrix))),
        num_boost_round=2,
    )
    assert (Forest.of(flat.model_to_string()).score(matrix) == flat.predict(matrix)).all()


def test_what_it_cannot_evaluate_it_refuses():
    booster, matrix = trained(2)
    text = booster.model_to_string()
    forest = Forest.of(text)
    with pytest.raises(InputError, match="shape"):
        forest.score(np.zeros((2, forest.features + 1), dtype=np.float32))
    with pytest.raises(InputError, match="shape"):
        forest.score(matrix[0])
    objective = next(line for line in text.splitlines() if line.startswith("objective="))
    for old, new in (
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3"),
        (objective, "objective=poisson"),
        ("is_linear=0", "is_linear=1"),
        ("label_index=0", "label_index=0\naverage_output"),
    ):
        assert old in text
        with pytest.raises(InputError, match="cannot be evaluated"):
            Forest.of(text.replace(old, new, 1))
