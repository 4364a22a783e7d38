"""A model on disk: `model.txt`, as LightGBM writes it, and `model.json`, which says what it is and holds its hash.

LightGBM's parser can end the process on damaged text, so no byte reaches it before its hash was checked.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from ranking.features.schema import F32, FeatureSchema
from schemas.errors import DamagedError, InputError

FORMAT = 1
MODEL, CARD = "model.txt", "model.json"


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model: its task, when and on what it was trained, and what it reached there. `window` names the
    first and the last of what it was trained on (times, or splits of a data set)."""

    task: str
    schema_hash: str
    features: tuple[str, ...]
    window: tuple[str, str]
    metrics: dict[str, float]
    parameters: dict[str, Any]
    trees: int


@dataclass(frozen=True, slots=True)
class Model:
    """A ranker and its card. Scores are comparable within one query only."""

    booster: lightgbm.Booster
    card: Card

    def score(self, matrix: F32) -> npt.NDArray[np.float64]:
        """A score a row, higher is better; one call, one thread."""
        if matrix.ndim != 2 or matrix.shape[1] != len(self.card.features):
            message = f"matrix of shape {matrix.shape} for a model of {len(self.card.features)} features"
            raise InputError("bad-matrix", message)
        if len(matrix) == 0:
            return np.zeros(0)
        found: npt.NDArray[np.float64] = np.asarray(self.booster.predict(matrix, num_threads=1), dtype=np.float64)
        return found


def save(model: Model, directory: Path) -> None:
    """Write both files; the card comes last, so that a model without one was never finished."""
    directory.mkdir(parents=True, exist_ok=True)
    text = model.booster.model_to_string().encode()
    (directory / MODEL).write_bytes(text)
    body = {"format": FORMAT, "model_sha256": hashlib.sha256(text).hexdigest(), "card": asdict(model.card)}
    body["sha256"] = _hash_of(body)
    (directory / CARD).write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load(directory: Path, schema: FeatureSchema) -> Model:
    """The model in a directory, if it is whole and was trained on this schema.

    Raises InputError where there is none, or one of another schema or format; DamagedError where bytes changed.
    """
    body = _card_body(directory / CARD)
    card = Card(
        **{**body["card"], "features": tuple(body["card"]["features"]), "window": tuple(body["card"]["window"])}
    )
    if (card.schema_hash, card.features) != (schema.hash, schema.names):
        message = f"the model in {directory} was trained on another feature schema than {schema.name!r}"
        raise InputError("schema-mismatch", message, hint="train it anew with `monoceros train`")
    path = directory / MODEL
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DamagedError("damaged-model", f"{path} cannot be read: {error.strerror}") from None
    if hashlib.sha256(text).hexdigest() != body["model_sha256"]:
        raise DamagedError("damaged-model", f"{path} is not what was written: its hash differs from that in {CARD}")
    return Model(lightgbm.Booster(model_str=text.decode()), card)


def _card_body(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError("no-model", f"no model at {path.parent}: {error.strerror}") from None
    try:
        body = json.loads(raw)
        whole = isinstance(body, dict) and body.pop("sha256", None) == _hash_of(body)
    except ValueError:
        whole = False
    if not whole:
        raise DamagedError("damaged-model", f"{path} is not what was written")
    if body["format"] != FORMAT:
        raise InputError("model-format", f"{path} has format {body['format']}, this version reads {FORMAT}")
    found: dict[str, Any] = body
    return found


def _hash_of(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
