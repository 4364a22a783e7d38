"""`(difference a b c)` → `(and a (not b) (not c))`: one operator subtracts."""

from __future__ import annotations

from query.bound import Bound, BoundAnd, BoundDifference


def push_difference(bound: Bound) -> Bound:
    """Write a difference as an intersection with excluded operands."""
    if isinstance(bound, BoundDifference):
        return BoundAnd(bound.vertical, (bound.operand,), bound.excluded, bound.span)
    return bound
