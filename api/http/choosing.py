"""Rankings that a request names, to compare them side by side: by hand, learnt, one version of a model, an arm of an experiment.

Whoever looks at one is exposed to no experiment, and nothing of it is kept to be learnt from: nobody was shown it unasked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.http.params import Kind, Param, shown
from ranking import BEHIND_ARMS, TASKS, Experiments, Rankers
from schemas.errors import InputError

HAND, LEARNED = "hand", "learned"
RANKER = Param(
    "ranker",
    Kind.TEXT,
    "rank by it, whatever is in force: hand, learned, or TASK/VERSION of a model that is kept; takes the scope raw",
    "hand",
    low=1,
    high=128,
)
ARM = Param(
    "arm",
    Kind.TEXT,
    "rank as in this arm, whoever asks: EXPERIMENT/ARM; takes the scope raw, and is no exposure",
    "tops/learned",
    low=1,
    high=256,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The models, and the parameters that arms of experiments would set."""

    rankers: Rankers
    arms: Mapping[str, float | str | bool]


def choose(rankers: Rankers, experiments: Experiments, ranker: str | None, arm: str | None) -> Chosen | None:
    """What a request names; None where it names nothing. `InputError` `no-ranker`, `no-experiment`."""
    if ranker is not None and arm is not None:
        raise InputError("bad-parameter", "give either ranker or arm", hint="an arm is ranked by what is in force")
    if arm is not None:
        return Chosen(rankers, _arm(experiments, arm))
    if ranker is None:
        return None
    if ranker == HAND:
        return Chosen(Rankers(), {})
    if ranker == LEARNED:
        return Chosen(rankers, _as_learned(*BEHIND_ARMS))
    task, _, version = ranker.partition("/")
    kept = rankers.versions(task) if task in TASKS else []
    if version not in kept:
        hint = (
            f"{HAND}, {LEARNED}, or one of {', '.join(f'{task}/{one}' for one in kept)}" if kept else "hand or learned"
        )
        raise InputError("no-ranker", f"no ranker {shown(ranker)} is kept", hint=f"give {hint}")
    return Chosen(rankers.pin(task, version), _as_learned(task) if task in BEHIND_ARMS else {})


def _as_learned(*tasks: str) -> dict[str, str]:
    """The parameters that have learnt rankers serve tasks which go by hand otherwise."""
    return {f"{task}.scorer": LEARNED for task in tasks}


def _arm(experiments: Experiments, name: str) -> Mapping[str, float | str | bool]:
    for experiment in experiments.experiments:
        for arm in experiment.arms:
            if f"{experiment.name}/{arm.name}" == name:
                return arm.parameters
    raise InputError("no-experiment", f"no arm {shown(name)} runs", hint="GET /v1/admin/experiments lists them")
