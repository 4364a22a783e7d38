"""Who is in which arm: salted hashes put a unit (a viewer) into one of a layer's buckets, and from there into an arm.

Layers are independent of each other: one unit is in one experiment of each. Experiments of one layer share no bucket, and a
parameter belongs to one layer, so no two experiments set the same one for a unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from ranking.experiments.parameters import Value

BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Arm:
    """`share` of the experiment's units are in it; its parameters, the others are as the surface has them."""

    name: str
    share: float
    parameters: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Experiment:
    """Units in the buckets from `low` up to `high` of its layer. The first arm is the control."""

    name: str
    layer: str
    salt: str
    low: int
    high: int
    arms: tuple[Arm, ...]

    @property
    def parameters(self) -> frozenset[str]:
        """What any of its arms sets."""
        return frozenset(name for arm in self.arms for name in arm.parameters)

    def arm_of(self, unit: str) -> Arm | None:
        """The arm that a unit is in, None where the experiment is not for it. The same at all times and in all processes."""
        if not self.low <= share_of(self.salt, unit) * BUCKETS < self.high:
            return None
        at = share_of(f"{self.salt}/{self.name}", unit)
        for arm in self.arms:
            at -= arm.share
            if at < 0:
                return arm
        return self.arms[-1]


@dataclass(frozen=True, slots=True)
class Exposure:
    """A unit met an arm: what it was given depended on it. `share` is that of the arm among the experiment's units."""

    experiment: str
    arm: str
    share: float


@final
class Arms(Mapping[str, Value]):
    """The parameters in force for a unit in one request. Whoever reads one is noted: `exposures` says what the answer depended on.

    Reading a parameter that the experiment sets in another arm only exposes too: its absence is what the control is.
    """

    def __init__(self, assigned: Sequence[tuple[Experiment, Arm]] = ()) -> None:
        self._values = {name: value for _, arm in assigned for name, value in arm.parameters.items()}
        self._owner = {
            name: Exposure(experiment.name, arm.name, arm.share)
            for experiment, arm in assigned
            for name in experiment.parameters
        }
        self._met: dict[Exposure, None] = {}

    def __getitem__(self, name: str) -> Value:
        self._meet(name)
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """As of every mapping; most parameters are set by no experiment."""
        self._meet(name)
        return self._values.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def _meet(self, name: str) -> None:
        owner = self._owner.get(name)
        if owner is not None:
            self._met[owner] = None

    def owner(self, name: str) -> Exposure | None:
        """The arm that decides a parameter for the unit, None where no experiment does. Asking exposes to nothing."""
        return self._owner.get(name)

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """What was met so far, in order."""
        return tuple(self._met)


@dataclass(frozen=True, slots=True)
class Experiments:
    """All experiments that run; none by default."""

    experiments: tuple[Experiment, ...] = ()

    def arms(self, unit: str | None) -> Arms:
        """The parameters for a unit; none where nobody is known."""
        if unit is None:
            return Arms()
        found = ((experiment, experiment.arm_of(unit)) for experiment in self.experiments)
        return Arms([(experiment, arm) for experiment, arm in found if arm is not None])

    def exposure(self, experiment: str, unit: str) -> Exposure | None:
        """What a unit meets that a client says was shown it; None where there is no such experiment, or not for this unit."""
        for one in self.experiments:
            if one.name == experiment and (arm := one.arm_of(unit)) is not None:
                return Exposure(one.name, arm.name, arm.share)
        return None


def share_of(salt: str, unit: str) -> float:
    """Where a unit falls in [0, 1), evenly, and for each salt independently."""
    digest = hashlib.blake2b(f"{salt}\0{unit}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / (1 << 53)
