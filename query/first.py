"""The best documents of one posting list, or of two that one operator combines, in one compiled step.

A union of posting lists, such as a prefix, counts as one. Other forms are evaluated span by span (`query/execute.py`).
"""

from __future__ import annotations

import numpy as np

from index import AND, LESS, OR, U32, LivePart, LiveSegment, PostingList, Words, best_of_two
from query.execute import Execution
from query.plan import Plan, PlanAnd, PlanList, PlanOr, PlanUnion

_APART = 32
"""Through layers, a list that is so many times as long as another is looked up in and not read."""
_FEW_LISTS = 16
"""Unions of more lists are made before they are combined with another."""
_NO_LISTS = PostingList(np.empty(0, dtype=np.uint32)).alone(None)


def first_of_lists(execution: Execution, plan: Plan, limit: int) -> U32 | None:
    """The best `limit` documents; None for other forms, where few candidates are quicker looked up in a long list that layers
    change, and where base documents do not rank by number."""
    execution.check()
    match plan:
        case PlanList():
            return best_of_two(plan.list.alone(plan.mask), _NO_LISTS, OR, limit, execution.order(plan.vertical))
        case PlanAnd(excluded=(), by_size=(PlanList() | PlanUnion() as one, PlanList() | PlanUnion() as other)):
            return _first_of_both(execution, one, other, limit) if _suits(execution, one, other) else None
        case PlanAnd(by_size=(PlanList() | PlanUnion() as one,), excluded=(PlanList() | PlanUnion() as other,)):
            return _combined(execution, one, other, LESS, limit) if _suits(execution, one, other) else None
        case PlanOr(operands=(PlanList() | PlanUnion() as one, PlanList() | PlanUnion() as other)):
            return _combined(execution, one, other, OR, limit)
        case _:
            return None


def _suits(execution: Execution, one: Plan, other: Plan) -> bool:
    is_layered = isinstance(execution.world.segment, LiveSegment)
    return not is_layered or other.estimate <= one.estimate * _APART


def _first_of_both(
    execution: Execution, one: PlanList | PlanUnion, other: PlanList | PlanUnion, limit: int
) -> U32 | None:
    """A union that is a bitset is a mask to the other operand, which needs no second cut where both are cut alike."""
    for listed, united in ((one, other), (other, one)):
        dense = _as_bitset(execution, united)
        if dense is not None:
            part = _as_part(execution, listed)
            if part is None:
                return None
            lists, keys, mask = part
            if mask is not None and not _is_within(united, mask):
                dense = mask & dense
            return best_of_two((lists, keys, dense), _NO_LISTS, OR, limit, execution.order(one.vertical))
    return _combined(execution, one, other, AND, limit)


def _combined(
    execution: Execution, one: PlanList | PlanUnion, other: PlanList | PlanUnion, how: int, limit: int
) -> U32 | None:
    left, right = _as_part(execution, one), _as_part(execution, other)
    if left is None or right is None:
        return None
    if how != OR and left[2] is right[2]:
        right = (right[0], right[1], None)  # what one operand cuts needs no second cut
    return best_of_two(left, right, how, limit, execution.order(one.vertical))


def _as_part(execution: Execution, plan: PlanList | PlanUnion) -> LivePart | None:
    """The union of few lists as it is, of more as the list that they make together; None where that is a bitset."""
    if isinstance(plan, PlanList):
        return plan.list.alone(plan.mask)
    narrow = _narrow(plan)
    if narrow is not None:
        return narrow
    docs = execution.once(plan).packed
    return None if docs is None else PostingList(docs).alone(None)


def _as_bitset(execution: Execution, plan: PlanList | PlanUnion) -> Words | None:
    return None if isinstance(plan, PlanList) or _narrow(plan) is not None else execution.once(plan).words


def _is_within(plan: PlanList | PlanUnion, mask: Words) -> bool:
    """Whether all that a union holds was cut by this mask."""
    return isinstance(plan, PlanUnion) and all(cut.mask is mask for cut in plan.cuts)


def _narrow(plan: PlanUnion) -> LivePart | None:
    """A union of few lists, as it stands."""
    lists, keys, mask = plan.cuts[0]
    return (lists, keys, mask) if len(plan.cuts) == 1 and len(keys) <= _FEW_LISTS else None
