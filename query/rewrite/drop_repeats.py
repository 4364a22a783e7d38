"""`(and a a b)` → `(and a b)`: of equal terms the first stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from query.bound import Bound, BoundAnd, BoundOr, BoundTerm


def drop_repeats(bound: Bound) -> Bound:
    """Drop terms that stand a second time beside each other."""
    match bound:
        case BoundAnd():
            return replace(bound, operands=_once(bound.operands), excluded=_once(bound.excluded))
        case BoundOr():
            return replace(bound, operands=_once(bound.operands))
        case _:
            return bound


def _once(operands: Iterable[Bound]) -> tuple[Bound, ...]:
    kept: dict[object, Bound] = {}
    for operand in operands:
        key = (operand.edge, operand.value) if isinstance(operand, BoundTerm) else operand.span
        kept.setdefault(key, operand)
    return tuple(kept.values())
