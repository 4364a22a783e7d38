"""What a ranked surface gives: slots in order with a reason each, what was dropped on the way, and the features as served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ranking.features.schema import F32
from schemas.catalogue import Vertical
from schemas.ids import ExternalId


@dataclass(frozen=True, slots=True)
class Slot:
    """One document of the list. `reason` is a sentence for people; `source` names what found it, `score` is its model's and
    comparable within one vertical of one slate only."""

    vertical: Vertical
    id: ExternalId
    name: str
    score: float
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A candidate that a stage removed, and why: only documents of the viewer's world are ever named."""

    vertical: Vertical
    id: ExternalId
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServedRows:
    """The features of some slots as one scorer saw them: row i of `matrix` is that of the slot at `positions[i]`."""

    task: str
    scorer: str
    schema_hash: str
    positions: tuple[int, ...]
    matrix: F32


@dataclass(frozen=True, slots=True)
class Slate:
    """A list, best first. `incomplete` holds the engine's own reasons where an answer below was cut. `teams` says, where two
    rankers drafted it in turn, which brought each slot, 'a' or 'b', and `drafted_by` which parameter had it drafted. `docs` are the
    numbers of the slots' documents in the state of the index that was asked, where the surface has them at hand."""

    slots: tuple[Slot, ...]
    dropped: tuple[Dropped, ...] = ()
    incomplete: tuple[dict[str, Any], ...] = ()
    served: tuple[ServedRows, ...] = ()
    teams: str = ""
    drafted_by: str = ""
    docs: tuple[int, ...] = ()
