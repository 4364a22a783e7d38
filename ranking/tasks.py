"""The tasks that a ranker can be trained for: what each falls back to, which is also what it has to beat."""

from __future__ import annotations

from collections.abc import Mapping

from ranking.box.intents import TASK as INTENT
from ranking.box.weights import BLENDED, BY_VERTICAL
from ranking.explore.explorer import LINEAR as EXPLORE_LINEAR
from ranking.pipeline.scorer import Linear
from ranking.tops.tops import HASHTAG_LINEAR, PLACE_LINEAR
from ranking.training.learning import Correction
from schemas.errors import InputError

TASKS: Mapping[str, Linear] = {
    linear.schema.name: linear
    for linear in (*BY_VERTICAL.values(), BLENDED, HASHTAG_LINEAR, PLACE_LINEAR, EXPLORE_LINEAR)
}
TYPEAHEAD = (INTENT, *(linear.schema.name for linear in BY_VERTICAL.values()), BLENDED.schema.name)
"""What the box is made of, in the order in which it is trained."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "typeahead": TYPEAHEAD,
    "all": (*TYPEAHEAD, *(name for name in TASKS if name not in TYPEAHEAD)),
}
"""Names for several tasks."""

PAGES = (EXPLORE_LINEAR.schema.name, HASHTAG_LINEAR.schema.name, PLACE_LINEAR.schema.name)
"""Of which people choose many."""

BEHIND_ARMS = (HASHTAG_LINEAR.schema.name, PLACE_LINEAR.schema.name)
"""Whose models are served where an arm of an experiment says so, which is what they have to win."""


def correction_of(task: str) -> Correction:
    """The answer to position bias that serves a task best in `bench/quality/simulated.py`: a list under the box ends with one
    choice, on a page there is much that was liked and not looked at."""
    return Correction.IMPUTED if task in PAGES else Correction.POSITION


def tasks_of(name: str) -> tuple[str, ...]:
    """The tasks of a name, which is that of one or of several. InputError `unknown-task` names those there are."""
    if name in GROUPS:
        return GROUPS[name]
    if name in TASKS or name == INTENT:
        return (name,)
    there = ", ".join([*GROUPS, INTENT, *TASKS])
    raise InputError("unknown-task", f"there is no task {name!r}", hint=f"give one of {there}")
