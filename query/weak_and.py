"""weak-and (language.md §4.1): walk the required documents in order, with budgets for what optional operands miss."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import U32, DocSet, weak_and_walk
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
    for base, end in execution.spans(plan.required):
        docs = execution.evaluate(plan.required, base, end).docs()
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
    return DocSet(0, size, np.concatenate(admitted)[kept])


def _budget(operand: OptionalOperand, limit: int) -> int:
    if operand.weight is not None:
        return floor((1 - operand.weight) * limit)
    assert operand.hits is not None
    return min(operand.hits, limit)


def _holds(execution: Execution, operand: Plan, docs: U32) -> NDArray[np.bool_]:
    kept = execution.keep(operand, docs)
    held = np.zeros(len(docs), dtype=np.bool_)
    held[docs.searchsorted(kept)] = True
    return held


def _settle(misses: NDArray[np.bool_], weights: list[Fraction | None]) -> NDArray[np.int64]:
    """The places of the admitted that stay when every weight is to hold of the answer itself, not only of `L`."""
    alive = np.ones(len(misses), dtype=np.bool_)
    missing = misses.sum(axis=0).tolist()
    last = [np.flatnonzero(misses[:, j]).tolist() for j in range(misses.shape[1])]
    count = len(misses)
    while True:
        for j, weight in enumerate(weights):
            if weight is not None and missing[j] > (1 - weight) * count:
                break
        else:
            return np.flatnonzero(alive)
        row = last[j].pop()
        while not alive[row]:
            row = last[j].pop()
        alive[row] = False
        count -= 1
        for k in np.flatnonzero(misses[row]).tolist():
            missing[k] -= 1
