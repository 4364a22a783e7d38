"""Applies rewrite rules to a tree from the leaves up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
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


def bottom_up(bound: Bound, rules: Sequence[Callable[[Bound], Bound]]) -> Bound:
    """The tree after every rule has seen every node, its operands first."""

    def all_of(operands: tuple[Bound, ...]) -> tuple[Bound, ...]:
        return tuple(bottom_up(operand, rules) for operand in operands)

    match bound:
        case BoundTerm() | BoundNothing():
            return bound
        case BoundAnd():
            bound = replace(bound, operands=all_of(bound.operands), excluded=all_of(bound.excluded))
        case BoundOr():
            bound = replace(bound, operands=all_of(bound.operands))
        case BoundDifference():
            bound = replace(bound, operand=bottom_up(bound.operand, rules), excluded=all_of(bound.excluded))
        case BoundWeakAnd():
            optional = tuple(replace(o, operand=bottom_up(o.operand, rules)) for o in bound.optional)
            bound = replace(bound, required=all_of(bound.required), optional=optional)
        case BoundStrongOr():
            bound = replace(
                bound, operands=tuple(replace(q, operand=bottom_up(q.operand, rules)) for q in bound.operands)
            )
        case BoundApply() | BoundExtract():
            bound = replace(bound, inner=bottom_up(bound.inner, rules))
        case _:
            assert_never(bound)
    for rule in rules:
        bound = rule(bound)
    return bound
