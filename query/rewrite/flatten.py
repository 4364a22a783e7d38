"""`(and a (and b (not c)))` → `(and a b (not c))`, `(or a (or b c))` → `(or a b c)`, and unions among what is excluded."""

from __future__ import annotations

from dataclasses import replace

from query.bound import Bound, BoundAnd, BoundOr


def flatten(bound: Bound) -> Bound:
    """Lift the operands of nested operators of the same kind."""
    match bound:
        case BoundAnd():
            operands: list[Bound] = []
            excluded: list[Bound] = []
            for operand in bound.operands:
                if isinstance(operand, BoundAnd):
                    operands += operand.operands
                    excluded += operand.excluded
                else:
                    operands.append(operand)
            for operand in bound.excluded:
                excluded += operand.operands if isinstance(operand, BoundOr) else (operand,)
            return replace(bound, operands=tuple(operands), excluded=tuple(excluded))
        case BoundOr():
            lifted: list[Bound] = []
            for operand in bound.operands:
                lifted += operand.operands if isinstance(operand, BoundOr) else (operand,)
            return replace(bound, operands=tuple(lifted))
        case _:
            return bound
