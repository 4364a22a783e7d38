"""The plans of one viewer's questions over one segment: kept, because the world that they are bound to never changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import final

from query.bound import Bound
from query.plan import Plan, PlanAnd, PlanStrongOr
from query.planner import plan
from query.resolve import Places
from query.visibility import World
from schemas.catalogue import Vertical
from schemas.settings import Settings


def in_tiers(rest: Plan, tiers: Sequence[Plan], shares: Sequence[Decimal], limit: int) -> Plan:
    """The plan of a strong-or: the best of `rest` that are in each tier up to its share, filled up with the best of `rest`."""
    vertical, span = rest.vertical, rest.span
    both = [tuple(sorted((rest, tier), key=lambda operand: operand.estimate)) for tier in tiers]
    operands = tuple(PlanAnd(vertical, span, by_size[0].estimate, by_size, (), by_size) for by_size in both)
    weights = (*map(Fraction, shares), None)
    return PlanStrongOr(vertical, span, min(limit, rest.estimate), (*operands, rest), weights, limit)


@final
class Plans:
    """A world and the plans that were made in it last: few, for they hold keys of lists, which may be many. They are nobody
    else's: a plan holds the viewer's masks."""

    __slots__ = ("_kept", "_most", "_places", "_settings", "world")

    def __init__(self, world: World, places: Places, settings: Settings) -> None:
        self.world = world
        self._places = places
        self._settings = settings
        self._most = settings.cached_plans
        self._kept: dict[tuple[str, Vertical | None, int], Plan] = {}

    def of(self, text: str, vertical: Vertical | None, bound: Bound, limit: int, check: Callable[[], None]) -> Plan:
        """The plan of a text that was bound so for this viewer and vertical, for a request of this limit."""
        key = (text, vertical, limit)
        found = self._kept.get(key)
        if found is None:
            found = self.make(bound, limit, check)
            if len(self._kept) >= self._most:
                self._kept.clear()
            if self._most:
                self._kept[key] = found
        return found

    def make(self, bound: Bound, limit: int, check: Callable[[], None]) -> Plan:
        """A plan that is not kept."""
        return plan(bound, self.world, self._places, self._settings, limit, check)
