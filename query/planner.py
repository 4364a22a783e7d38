"""Bound → Plan: terms become posting lists, operands get estimates and an order of work, limits are filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from query.bound import (
    Bound,
    BoundAnd,
    BoundApply,
    BoundDifference,
    BoundExtract,
    BoundNothing,
    BoundOr,
    BoundStrongOr,
    BoundTerm,
    BoundWeakAnd,
)
from query.nodes import Span
from query.plan import (
    OptionalOperand,
    Plan,
    PlanAnd,
    PlanApply,
    PlanExtract,
    PlanNothing,
    PlanOr,
    PlanStrongOr,
    PlanWeakAnd,
)
from query.resolve import Places, resolve
from query.visibility import World
from schemas.catalogue import Vertical
from schemas.settings import Settings

_FAN_OUT = 32
"""Documents that one inner id is thought to lead to, when an order of work is chosen."""


def plan(bound: Bound, world: World, places: Places, settings: Settings, limit: int, check: Callable[[], None]) -> Plan:
    """The plan of a query whose request has this limit (the `L` of language.md §4); `check` keeps the deadline."""
    return _Planner(world, places, settings, check).plan(bound, limit)


class _Planner:
    def __init__(self, world: World, places: Places, settings: Settings, check: Callable[[], None]) -> None:
        self._world = world
        self._places = places
        self._settings = settings
        self._check = check

    def plan(self, bound: Bound, limit: int) -> Plan:
        self._check()
        match bound:
            case BoundTerm():
                return resolve(bound, self._world, self._places)
            case BoundNothing():
                return PlanNothing(bound.vertical, bound.span, 0)
            case BoundAnd():
                return self._and(bound.operands, bound.excluded, bound.vertical, bound.span, limit)
            case BoundDifference():
                return self._and((bound.operand,), bound.excluded, bound.vertical, bound.span, limit)
            case BoundOr():
                operands = tuple(self.plan(operand, limit) for operand in bound.operands)
                return PlanOr(bound.vertical, bound.span, _sum(operands), operands)
            case BoundWeakAnd():
                required = (
                    self.plan(bound.required[0], limit)
                    if len(bound.required) == 1
                    else self._and(bound.required, (), bound.vertical, bound.span, limit)
                )
                optional = tuple(OptionalOperand(self.plan(o.operand, limit), o.hits, o.weight) for o in bound.optional)
                return PlanWeakAnd(bound.vertical, bound.span, min(limit, required.estimate), required, optional, limit)
            case BoundStrongOr():
                operands = tuple(self.plan(quota.operand, limit) for quota in bound.operands)
                weights = tuple(quota.weight for quota in bound.operands)
                return PlanStrongOr(bound.vertical, bound.span, min(limit, _sum(operands)), operands, weights, limit)
            case BoundApply():
                inner_limit = self._settings.inner_limit if bound.limit is None else bound.limit
                inner = self.plan(bound.inner, inner_limit)
                estimate = min(self._size(bound.vertical), _FAN_OUT * min(inner.estimate, inner_limit))
                return PlanApply(
                    bound.vertical,
                    bound.span,
                    estimate,
                    bound.edge,
                    inner,
                    inner_limit,
                    bound.min_hits,
                    bound.orders_by_hits,
                    bound.by_affinity,
                )
            case BoundExtract():
                inner_limit = self._settings.inner_limit if bound.limit is None else bound.limit
                inner = self.plan(bound.inner, inner_limit)
                estimate = min(self._size(bound.vertical), inner.estimate, inner_limit)
                return PlanExtract(bound.vertical, bound.span, estimate, bound.edge, inner, inner_limit)
            case _:
                assert_never(bound)

    def _and(
        self,
        operands: tuple[Bound, ...],
        excluded: tuple[Bound, ...],
        vertical: Vertical,
        span: Span,
        limit: int,
    ) -> PlanAnd:
        plans = tuple(self.plan(operand, limit) for operand in operands)
        less = tuple(self.plan(operand, limit) for operand in excluded)
        by_size = tuple(sorted(plans, key=lambda operand: operand.estimate))
        return PlanAnd(vertical, span, by_size[0].estimate, plans, less, by_size)

    def _size(self, vertical: Vertical) -> int:
        return self._world.segment.size(vertical)


def _sum(operands: tuple[Plan, ...]) -> int:
    return sum(operand.estimate for operand in operands)
