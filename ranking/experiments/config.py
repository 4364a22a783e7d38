"""The file that says which experiments run: TOML, checked as a whole before anything of it is used.

[experiments.learned-hashtag-tops]
layer = "tops"                   # experiments of one layer share no unit
traffic = [0, 50]                # the first half of the layer, in percent
arms.control.weight = 1
arms.learned = { weight = 1, parameters = { "hashtag_top.scorer" = "learned" } }
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ranking.experiments.assignment import BUCKETS, Arm, Experiment, Experiments
from ranking.experiments.parameters import PARAMETERS, Parameter
from schemas.errors import InputError

_EXPERIMENT = {"layer", "traffic", "arms", "salt"}
_ARM = {"weight", "parameters"}


def read_experiments(path: Path, parameters: Iterable[Parameter] = PARAMETERS) -> Experiments:
    """The experiments of a file. InputError `bad-experiments` names the file, the experiment and what is wrong with it."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("bad-experiments", f"{path} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("bad-experiments", f"{path} is no TOML: {error}") from None
    try:
        return Experiments(_experiments(body, {parameter.name: parameter for parameter in parameters}))
    except _Problem as problem:
        raise InputError("bad-experiments", f"{path}: {problem}") from None


class _Problem(Exception):
    """What is wrong, without the name of the file."""


def _experiments(body: Mapping[str, Any], known: Mapping[str, Parameter]) -> tuple[Experiment, ...]:
    _only(body, {"experiments"}, "the file")
    found: list[Experiment] = []
    for name, given in _table(body.get("experiments", {}), "experiments").items():
        one = _experiment(name, _table(given, f"experiment {name!r}"), known)
        for other in found:
            if other.layer == one.layer and other.low < one.high and one.low < other.high:
                raise _Problem(f"experiments {other.name!r} and {name!r} share units of layer {one.layer!r}")
            both = other.parameters & one.parameters
            if other.layer != one.layer and both:
                raise _Problem(f"experiments {other.name!r} and {name!r} of different layers both set {min(both)!r}")
        found.append(one)
    return tuple(found)


def _experiment(name: str, given: Mapping[str, Any], known: Mapping[str, Parameter]) -> Experiment:
    where = f"experiment {name!r}"
    _only(given, _EXPERIMENT, where)
    layer, salt = given.get("layer", name), given.get("salt", "")
    if not isinstance(layer, str) or not isinstance(salt, str):
        raise _Problem(f"{where}: layer and salt are texts")
    arms = _table(given.get("arms", {}), f"{where}: arms")
    if len(arms) < 2:
        raise _Problem(f"{where} has {len(arms)} arms: give a control first, and one more at least")
    weights = {
        arm: _weight(_table(body, f"{where}: arm {arm!r}"), f"{where}: arm {arm!r}") for arm, body in arms.items()
    }
    total = sum(weights.values())
    found = tuple(
        Arm(arm, weights[arm] / total, _parameters(body.get("parameters", {}), known, f"{where}: arm {arm!r}"))
        for arm, body in arms.items()
    )
    low, high = _traffic(given.get("traffic", [0, 100]), where)
    return Experiment(name, layer, f"{layer}/{salt}", low, high, found)


def _weight(arm: Mapping[str, Any], where: str) -> float:
    _only(arm, _ARM, where)
    weight = arm.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
        raise _Problem(f"{where}: weight {weight!r} is no number above 0")
    return float(weight)


def _parameters(given: Any, known: Mapping[str, Parameter], where: str) -> Mapping[str, Any]:
    for name, value in _table(given, f"{where}: parameters").items():
        if name not in known:
            raise _Problem(f"{where}: there is no parameter {name!r}; there are {', '.join(sorted(known))}")
        if problem := known[name].problem(value):
            raise _Problem(f"{where}: {name} = {value!r} {problem}")
    found: Mapping[str, Any] = given
    return found


def _traffic(given: Any, where: str) -> tuple[int, int]:
    numbers = isinstance(given, list) and len(given) == 2 and all(type(end) in (int, float) for end in given)
    if not numbers or not 0 <= given[0] < given[1] <= 100:
        raise _Problem(f"{where}: traffic {given!r} is not two percentages, the smaller first")
    return round(given[0] * BUCKETS / 100), round(given[1] * BUCKETS / 100)


def _table(given: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise _Problem(f"{where}: {given!r} is no table")
    return given


def _only(given: Mapping[str, Any], names: set[str], where: str) -> None:
    unknown = sorted(set(given) - names)
    if unknown:
        raise _Problem(f"{where} has no setting {unknown[0]!r}; it takes {', '.join(sorted(names))}")
