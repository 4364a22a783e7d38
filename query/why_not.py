"""why-not: the first operator, limit or rule that kept a document out of an answer.

What is outside W_v answers exactly as an unknown id does; sentences name only what the viewer wrote.
"""

from __future__ import annotations

import numpy as np

from query.execute import Execution, InnerCut
from query.plan import (
    Plan,
    PlanAnd,
    PlanApply,
    PlanExtract,
    PlanOr,
    PlanStrongOr,
    PlanWeakAnd,
)
from schemas.ids import DocNum, ExternalId


def why_not(execution: Execution, plan: Plan, text: str, external: ExternalId, answered: list[int]) -> str:
    """One sentence about one document of the answer's vertical."""
    world = execution.world
    vertical = plan.vertical
    doc = world.segment.idmap(vertical).find(external)
    if doc is None or not world.shows(vertical, doc):
        return f"there is no {vertical} {external}"
    if external in answered:
        return f"{vertical} {external} is in the answer, at place {answered.index(external) + 1}"
    reason = _reason(execution, plan, text, doc)
    if reason is not None:
        return reason
    return f"{vertical} {external} fits the query and comes after the limit of {len(answered)} results"


def _holds(execution: Execution, plan: Plan, doc: DocNum) -> bool:
    return len(execution.keep(plan, np.array([doc], dtype=np.uint32))) == 1


def _reason(execution: Execution, plan: Plan, text: str, doc: DocNum) -> str | None:
    """Why a node does not hold a document, None where it does."""
    if _holds(execution, plan, doc):
        return None
    form = text[plan.span.start : plan.span.end]
    match plan:
        case PlanAnd():
            for operand in plan.operands:
                reason = _reason(execution, operand, text, doc)
                if reason is not None:
                    return reason
            excluded = next(operand for operand in plan.excluded if _holds(execution, operand, doc))
            return f"excluded by {text[excluded.span.start : excluded.span.end]}"
        case PlanOr():
            return f"in none of the operands of {form}"
        case PlanStrongOr():
            if any(_holds(execution, operand, doc) for operand in plan.operands):
                return f"past the limit of {plan.limit} of {form}"
            return f"in none of the operands of {form}"
        case PlanWeakAnd():
            reason = _reason(execution, plan.required, text, doc)
            if reason is not None:
                return reason
            for optional in plan.optional:
                if not _holds(execution, optional.plan, doc):
                    part = text[optional.plan.span.start : optional.plan.span.end]
                    return f"not in {part}, whose misses in {form} go to better results"
            return f"past the limit of {plan.limit} of {form}"
        case PlanApply() | PlanExtract():
            return _short(plan, form, execution.cuts.get(plan))
        case _:
            return f"not in {form}"


def _short(plan: PlanApply | PlanExtract, form: str, cut: InnerCut | None) -> str:
    """That too few inner results lead to a document, of those that were taken where some were cut off."""
    of = f"of {form}" if cut is None else f"that {form} took"
    least = plan.min_hits if isinstance(plan, PlanApply) else 1
    if least == 1:
        said = f"no inner result {of} leads to it"
    elif isinstance(plan, PlanApply) and plan.by_affinity:
        said = f"the inner results {of} that lead to it count less than {least} together, by affinity"
    else:
        said = f"fewer than {least} inner results {of} lead to it"
    return said if cut is None else f"{said}; it took {cut.kept} of {cut.found}, by {cut.order}"
