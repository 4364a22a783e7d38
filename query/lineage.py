"""lineage: for every result that an apply reached, some of the inner results that lead to it ("followed by ann and 3 more").

Inner results are those that the apply took, so all of them are in W_v, and so is each fact that leads on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index import U32, DocSet
from query.answer import Lead
from query.documents import external_ids, names
from query.execute import Execution
from query.plan import Plan, PlanAnd, PlanApply, PlanOr, PlanStrongOr, PlanWeakAnd

_NAMED = 3


def lineage(execution: Execution, plan: Plan, text: str, docs: U32) -> tuple[tuple[Lead, ...], ...]:
    """The leads of every document, in the order of the documents; those of one document in the order of the text."""
    leads: list[list[Lead]] = [[] for _ in docs]
    for apply in _applies(plan):
        for row, inner in enumerate(_leading(execution, apply, docs)):
            if len(inner):
                segment, vertical = execution.world.segment, apply.inner.vertical
                named = np.array(inner[:_NAMED], dtype=np.uint32)
                form = text[apply.span.start : apply.span.end]
                ids = tuple(external_ids(segment, vertical, named))
                labels = tuple(names(segment, vertical, named))
                lead = Lead(form, apply.edge.name, vertical, ids, labels, len(inner) - len(named))
                leads[row].append(lead)
    return tuple(map(tuple, leads))


def _applies(plan: Plan) -> Iterator[PlanApply]:
    """The applies whose documents can be results: not those inside a traversal, nor what is excluded."""
    match plan:
        case PlanApply():
            yield plan
        case PlanAnd() | PlanOr() | PlanStrongOr():
            for operand in plan.operands:
                yield from _applies(operand)
        case PlanWeakAnd():
            yield from _applies(plan.required)
            for optional in plan.optional:
                yield from _applies(optional.plan)
        case _:
            return


def _leading(execution: Execution, plan: PlanApply, docs: U32) -> list[list[int]]:
    """For every document the inner results that lead to it, best first (by affinity: who matters most); none where the apply does
    not hold it."""
    found: list[list[int]] = [[] for _ in docs]
    wanted = np.sort(docs)
    wanted = execution.keep(plan, wanted)
    row_of = {doc: row for row, doc in enumerate(docs.tolist())}
    size = execution.size(plan.vertical)
    for cut in execution.world.cut(plan.edge, execution.inner(plan)):
        shown = wanted if cut.mask is None else DocSet(0, size, None, cut.mask).keep(wanted)
        for key in cut.keys.tolist():
            for doc in cut.lists.of(key).keep(shown).tolist():
                found[row_of[doc]].append(key)
    vertical = plan.inner.vertical
    order = execution.order(vertical)
    sets = (np.array(sorted(keys), dtype=np.uint32) for keys in found)
    ordered = (execution.by_affinity(vertical, keys) if plan.by_affinity else order.sorted(keys) for keys in sets)
    return [keys.tolist() for keys in ordered]
