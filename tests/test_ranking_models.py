"""Model artefacts: the same scores after the disk, another schema refused, damage named before LightGBM sees it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

import lightgbm

from ranking import Feature, FeatureSchema, Source, TrainingSet, load, save, train, version_in_force
from ranking.models.versions import put_in_force
from schemas.errors import DamagedError, InputError

SCHEMA = FeatureSchema("toy", tuple(Feature(name, Source.DOCUMENT, name) for name in ("one", "two", "three")))


def data(seed=1, queries=60, rows=20):
    random = np.random.default_rng(seed)
    matrix = random.random((queries * rows, 3)).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    labels = (np.nan_to_num(matrix[:, 0]) + 0.2 * random.random(len(matrix)) > 0.8).astype(np.int64)
    return TrainingSet(matrix, labels, np.full(queries, rows))


def model(schema=SCHEMA, **parameters):
    return train(
        schema,
        data(),
        {"min_data_in_leaf": 5, **parameters},
        20,
        task="toy",
        window=("a", "b"),
        metrics={"ndcg@10": 0.5},
    )


def test_a_model_scores_alike_after_the_disk_and_after_a_second_training(tmp_path):
    first = model()
    save(first, tmp_path)
    again = load(tmp_path, SCHEMA)
    rows = data(2).matrix
    assert np.array_equal(first.score(rows), again.score(rows))
    assert np.array_equal(first.score(rows), model().score(rows))
    assert again.card == first.card
    assert (again.card.window, again.card.metrics, again.card.trees) == (("a", "b"), {"ndcg@10": 0.5}, 20)
    assert again.score(rows[:0]).shape == (0,)


@pytest.mark.parametrize(
    "other",
    [
        FeatureSchema("toy", (*SCHEMA.features[:2], Feature("four", Source.DOCUMENT, ""))),
        FeatureSchema("toy", SCHEMA.features[::-1]),
        FeatureSchema("toy", SCHEMA.features[:2]),
        FeatureSchema("other", SCHEMA.features),
        FeatureSchema("toy", (*SCHEMA.features[:2], Feature("three", Source.DOCUMENT, "", default=0.0))),
    ],
)
def test_a_model_of_another_schema_is_refused(tmp_path, other):
    save(model(), tmp_path)
    with pytest.raises(InputError, match="another feature schema") as error:
        load(tmp_path, other)
    assert error.value.code == "schema-mismatch"


@pytest.mark.parametrize("seed", range(30))
def test_damage_is_named_and_never_parsed(tmp_path, seed, monkeypatch):
    save(model(), tmp_path)
    monkeypatch.setattr(lightgbm, "Booster", lambda **_: pytest.fail("a damaged model was parsed"))
    random = np.random.default_rng(seed)
    path = tmp_path / ("model.txt" if seed % 2 else "model.json")
    raw = bytearray(path.read_bytes())
    if seed % 5 == 0:
        raw = raw[: random.integers(0, len(raw) - 2)]
    else:
        raw[random.integers(0, len(raw) - 1)] ^= 1 << random.integers(0, 7)
    if path.name == "model.json" and _same(raw, path.read_bytes()):
        pytest.skip("the flipped bit changed white space only")
    path.write_bytes(raw)
    with pytest.raises(DamagedError) as error:
        load(tmp_path, SCHEMA)
    assert str(path) in error.value.message, f"seed {seed}"


def _same(one, other):
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


def test_a_missing_model_and_a_missing_half(tmp_path):
    with pytest.raises(InputError, match="no model at"):
        load(tmp_path / "none", SCHEMA)
    save(model(), tmp_path)
    (tmp_path / "model.txt").unlink()
    with pytest.raises(DamagedError, match=r"model\.txt cannot be read"):
        load(tmp_path, SCHEMA)


def test_lopsided_and_ill_shaped_training_sets_are_errors():
    rows = np.zeros((4, 3), np.float32)
    for labels, sizes, code in (
        (np.zeros(4, np.int64), [4], "lopsided-log"),
        (np.array([0, 1, 0, 1]), [3], "bad-training-set"),
        (np.zeros(0, np.int64), [], "bad-training-set"),
    ):
        with pytest.raises(InputError) as error:
            train(SCHEMA, TrainingSet(rows, labels, np.array(sizes, dtype=np.int64)), {}, 1, task="t", window=("", ""))
        assert error.value.code == code
    empty = TrainingSet(rows[:0], np.zeros(0, np.int64), np.zeros(0, np.int64))
    with pytest.raises(InputError, match="the training set is empty"):
        train(SCHEMA, empty, {}, 1, task="t", window=("", ""))


def test_columns_are_ordered_filled_and_checked():
    schema = FeatureSchema("toy", (Feature("one", Source.QUERY, "", default=7.0), Feature("two", Source.QUERY, "")))
    assert schema.matrix({"two": np.array([1, 2])}, 2).tolist() == [[7.0, 1.0], [7.0, 2.0]]
    with pytest.raises(InputError, match="no feature 'three'"):
        schema.matrix({"three": np.zeros(2)}, 2)
    with pytest.raises(InputError, match="has shape"):
        schema.matrix({"one": np.zeros(3)}, 2)
    with pytest.raises(InputError, match="twice"):
        FeatureSchema("toy", (schema.features[0], schema.features[0]))
    with pytest.raises(InputError, match="matrix of shape"):
        model().score(np.zeros((2, 2), np.float32))


def test_a_monotone_feature_only_helps():
    schema = FeatureSchema("toy", (Feature("one", Source.DOCUMENT, "", monotone=1), *SCHEMA.features[1:]))
    rows = np.full((50, 3), 0.5, np.float32)
    rows[:, 0] = np.linspace(0, 1, 50)
    assert (np.diff(model(schema).score(rows)) >= 0).all()


def test_the_version_in_force_is_noticed_whoever_changes_it(tmp_path):
    assert version_in_force(tmp_path, "toy") is None
    (tmp_path / "toy").mkdir()
    for version in ("1", "2", "2", "3", "4"):
        put_in_force(tmp_path, "toy", version)
        assert version_in_force(tmp_path, "toy") == version == version_in_force(tmp_path, "toy")
    pointer = tmp_path / "toy" / "CURRENT"
    pointer.write_text("")
    assert version_in_force(tmp_path, "toy") is None
    pointer.write_text("17\n")
    assert version_in_force(tmp_path, "toy") == "17"
    pointer.unlink()
    assert version_in_force(tmp_path, "toy") is None


def test_the_version_in_force_is_not_read_again_while_it_stands(tmp_path, monkeypatch):
    (tmp_path / "toy").mkdir()
    put_in_force(tmp_path, "toy", "1")
    assert version_in_force(tmp_path, "toy") == "1"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("read again"))
    assert version_in_force(tmp_path, "toy") == "1"
