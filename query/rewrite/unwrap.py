"""`(or a)` → `a`, `(and a)` → `a`. An apply that this brings to the top loses `:order hits`, which had no effect below."""

from __future__ import annotations

from dataclasses import replace

from query.bound import Bound, BoundAnd, BoundApply, BoundOr


def unwrap(bound: Bound) -> Bound:
    """Replace an operator that has one operand and excludes nothing by that operand."""
    if isinstance(bound, BoundAnd) and (bound.excluded or len(bound.operands) > 1):
        return bound
    if not isinstance(bound, BoundAnd | BoundOr) or len(bound.operands) > 1:
        return bound
    (only,) = bound.operands
    return replace(only, orders_by_hits=False) if isinstance(only, BoundApply) else only
