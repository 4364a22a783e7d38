"""weak-and (language.md §4.1): walk the required documents in order, with budgets for what optional operands miss."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import U32, DocSet, settle, weak_and_walk
from query.plan import OptionalOperand, Plan, PlanWeakAnd, children

if TYPE_CHECKING:
    from query.execute import Execution


def weak_and(execution: Execution, plan: PlanWeakAnd) -> DocSet:
    """The admitted documents, at most `plan.limit`."""
    size = execution.size(plan.vertical)
    budgets = np.array([_budget(operand, plan.limit) for operand in plan.optional], dtype=np.int64)
    admitted: list[U32] = []
    misses: list[NDArray[np.bool_]] = []
    left = plan.limit
    for docs in execution.ranked(plan.required, size):
        if len(docs) and left:
            held = np.empty((len(docs), len(plan.optional)), dtype=np.bool_)
            for j, operand in enumerate(plan.optional):
                held[:, j] = _holds(execution, operand.plan, docs)
            places = np.empty(min(left, len(docs)), dtype=np.int64)
            places = places[: weak_and_walk(held, budgets, left, places)]
            admitted.append(docs[places])
            misses.append(~held[places])
            left -= len(places)
        if not left:
            break
    for node in children(plan):
        execution.note_cuts(node)
    if not admitted:
        return DocSet.empty(0, size)
    kept = _settle(np.concatenate(misses), [operand.weight for operand in plan.optional])
    return DocSet(0, size, np.sort(np.concatenate(admitted)[kept]))


def _budget(operand: OptionalOperand, limit: int) -> int:
    if operand.weight is not None:
        return floor((1 - operand.weight) * limit)
    assert operand.hits is not None
    return min(operand.hits, limit)


def _holds(execution: Execution, operand: Plan, docs: U32) -> NDArray[np.bool_]:
    """Whether an operand holds each of the documents, which stand in any order."""
    order = np.argsort(docs, kind="stable")
    kept = execution.keep(operand, docs[order])
    held = np.zeros(len(docs), dtype=np.bool_)
    held[order[docs[order].searchsorted(kept)]] = True
    return held


def _settle(misses: NDArray[np.bool_], weights: list[Fraction | None]) -> NDArray[np.int64]:
    """The places of the admitted that stay when every weight is to hold of the answer itself, not only of `L`."""
    most = max(len(misses), 1)
    allowed = [_at_most(1 if weight is None else 1 - weight, most) for weight in weights]
    shares = np.array([(share.numerator, share.denominator) for share in allowed], dtype=np.int64).reshape(-1, 2)
    return np.flatnonzero(settle(misses, shares))


def _at_most(share: int | Fraction, most: int) -> Fraction:
    """The largest fraction that is not above `share` and whose denominator is not above `most`.

    It allows as many misses as `share` does, of any number up to `most`, and fits a machine word. It is one of the two
    neighbours of `share` in the Farey sequence, between which its continued fraction ends (Graham, Knuth, Patashnik: Concrete
    Mathematics, 4.5).
    """
    share = Fraction(share)
    if share.denominator <= most:
        return share
    left, right = share.numerator, share.denominator
    p0, q0, p1, q1 = 0, 1, 1, 0
    while True:
        quotient = left // right
        if q0 + quotient * q1 > most:
            break
        p0, q0, p1, q1 = p1, q1, p0 + quotient * p1, q0 + quotient * q1
        left, right = right, left - quotient * right
    steps = (most - q0) // q1
    neighbours = (Fraction(p1, q1), Fraction(p0 + steps * p1, q0 + steps * q1))
    return max(neighbour for neighbour in neighbours if neighbour <= share)
