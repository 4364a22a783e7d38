"""Which vertical people want who type a text in a country: counts of choices, smoothed, backed off to less and less.

From the most general to the most special: all choices; those of texts of the same shape; of the shape in the country; of each
beginning of the text, letter by letter, anywhere and in the country. Each level is smoothed towards the one before it, with
`STRENGTH` imagined choices (a hierarchy of Dirichlet priors: MacKay and Peto, 1995). Counts are kept only of values that at least
`FEWEST` viewers chose under (data-model.md §4), so that nothing is told of one of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ranking.box.rewriting.place_words import BETWEEN
from ranking.box.rewriting.typed import Typed
from ranking.models.versions import put_in_force, version_in_force
from schemas.catalogue import Vertical
from schemas.errors import DamagedError, InputError

FORMAT = 1
TASK = "intent"
FILE = "intent.json"
FEWEST = 20
"""Viewers that a value must come from to be counted."""
STRENGTH = 8.0
LONGEST = 24
"""Letters up to which beginnings are counted."""
VERTICALS = (Vertical.USER, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP, Vertical.MEDIA)
"""The verticals in the order of all counts and chances."""

F64 = npt.NDArray[np.float64]
_PRIOR: Mapping[str, tuple[float, ...]] = {
    "": (0.62, 0.16, 0.14, 0.05, 0.03),
    "#": (0.0, 1.0, 0.0, 0.0, 0.0),
    "@": (1.0, 0.0, 0.0, 0.0, 0.0),
    "several": (0.62, 0.07, 0.22, 0.06, 0.03),
    "place words": (0.15, 0.05, 0.70, 0.05, 0.05),
    "numbers": (0.70, 0.15, 0.08, 0.04, 0.03),
}
"""What is thought of each shape before anything was counted."""


def shape_of(typed: Typed) -> str:
    """What kind of text it is: by its sign, else by its words."""
    if typed.only is not None:
        return typed.key[:1]
    if any(word in BETWEEN for word in typed.words[1:]):
        return "place words"
    if any(char.isdigit() for word in typed.words for char in word):
        return "numbers"
    return "several" if len(typed.words) > 1 else ""


def keys_of(typed: Typed, country: str) -> list[tuple[str, str]]:
    """(country, value) of each level, the most general first; country '' is all of them. A value that begins with a tab is a
    shape, any other one the beginning of a text."""
    shape = "\t" + shape_of(typed)
    keys = [("", "\t*"), ("", shape)]
    if country:
        keys.append((country, shape))
    text = typed.key.rstrip()[:LONGEST]
    for end in range(1, len(text) + 1):
        keys.append(("", text[:end]))
        if country:
            keys.append((country, text[:end]))
    return keys


@dataclass(frozen=True)
class Intents:
    """The counts in force. Without any, the chances are what is thought of the shape of a text."""

    counts: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)

    def chances(self, typed: Typed, country: str) -> F64:
        """How likely each of `VERTICALS` is wanted: positive where a vertical can be meant, summing to 1."""
        chance = np.array(_PRIOR[shape_of(typed)])
        for key in keys_of(typed, country) if self.counts else ():
            counted = self.counts.get(key)
            if counted is not None:
                chance = (counted + STRENGTH * chance) / (sum(counted) + STRENGTH)
        found: F64 = chance / chance.sum()
        return found


def save_intents(intents: Intents, directory: Path, version: str) -> Path:
    """Write counts as a version under `directory/intent` and put it in force, as models are."""
    place = directory / TASK / version
    place.mkdir(parents=True, exist_ok=True)
    rows = [[country, value, list(counted)] for (country, value), counted in sorted(intents.counts.items())]
    body = {"format": FORMAT, "verticals": [vertical.value for vertical in VERTICALS], "counts": rows}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    whole = json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest()}) + "\n" + text + "\n"
    (place / FILE).write_text(whole, encoding="utf-8")
    put_in_force(directory, TASK, version)
    return place


def load_intents(place: Path) -> Intents:
    """The counts of one version. InputError where there are none, or of another format; DamagedError where bytes changed."""
    path = place / FILE
    try:
        head, _, text = path.read_text(encoding="utf-8").partition("\n")
        whole = json.loads(head)["sha256"] == hashlib.sha256(text.removesuffix("\n").encode()).hexdigest()
    except FileNotFoundError:
        raise InputError("no-model", f"no counts of intents at {place}") from None
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise DamagedError("damaged-model", f"{path} is not what was written")
    body = json.loads(text)
    if body["format"] != FORMAT or body["verticals"] != [vertical.value for vertical in VERTICALS]:
        raise InputError("model-format", f"{path} has another format than this version reads", hint="train it anew")
    return Intents({(country, value): tuple(counted) for country, value, counted in body["counts"]})


_kept = lru_cache(8)(load_intents)
"""`load_intents`, kept for the versions seen last: a version never changes."""


def intents_in_force(models: Path) -> Intents:
    """The counts in force, none where no version is; errors as of `load_intents`."""
    version = version_in_force(models, TASK)
    return Intents() if version is None else _kept(models / TASK / version)
