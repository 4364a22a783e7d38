"""strong-or (language.md §4.2): a union some of whose operands must be present in a share of the results."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from index import DocSet, joined
from query.plan import Plan, PlanStrongOr

if TYPE_CHECKING:
    from query.execute import Execution


def strong_or(execution: Execution, plan: PlanStrongOr) -> DocSet:
    """The taken documents, at most `plan.limit`."""
    size, order = execution.size(plan.vertical), execution.order(plan.vertical)
    sets: list[DocSet] = []
    taken = DocSet.empty(0, size)
    for operand, weight in zip(plan.operands, plan.weights, strict=True):
        docs = _best(execution, operand, plan.limit) if weight is None else execution.whole(operand)
        sets.append(docs)
        if weight is None:
            continue
        room = plan.limit - taken.size()
        quota = min(ceil(weight * plan.limit), docs.size())
        wanted = min(room, quota - (taken & docs).size())
        if wanted > 0:
            taken = taken | DocSet(0, size, np.sort(order.first(docs - taken, wanted)))
    room = plan.limit - taken.size()
    if room > 0:
        best = [order.first(docs - taken, room) for docs in sets]
        filling = order.sorted(np.unique(np.concatenate(best)))[:room]
        taken = taken | DocSet(0, size, np.sort(filling))
    return taken


def _best(execution: Execution, operand: Plan, limit: int) -> DocSet:
    """The best documents of an operand without a quota: of as many as the answer has, enough are left when others took some."""
    first = joined(execution.ranked(operand, limit))
    execution.note_cuts(operand)
    return DocSet(0, execution.size(operand.vertical), np.sort(first))
