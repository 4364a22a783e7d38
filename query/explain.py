"""explain: the plan as it is run, every operator with its size in W_v; estimates and times for the operator only."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import assert_never

from query.answer import Explanation
from query.execute import Execution
from query.plan import (
    Plan,
    PlanAnd,
    PlanApply,
    PlanExtract,
    PlanList,
    PlanNothing,
    PlanOr,
    PlanStrongOr,
    PlanUnion,
    PlanWeakAnd,
    children,
)


def explain(execution: Execution, plan: Plan, text: str) -> Explanation:
    """Evaluate every operator as a whole, operands first and as written, and say what came out.

    The time of an operator is that of putting its operands together, the lists below it included, but not the traversals
    below it, which have times of their own.
    """
    operands = tuple(explain(execution, operand, text) for operand in children(plan))
    if isinstance(plan, PlanAnd):
        kept = len(plan.operands)
        operands = operands[:kept] + tuple(replace(left_out, is_excluded=True) for left_out in operands[kept:])
    started = perf_counter()
    size = execution.whole(plan).size()
    took_ms = (perf_counter() - started) * 1e3
    is_operator = execution.world.is_operator
    return Explanation(
        _name(plan),
        text[plan.span.start : plan.span.end],
        size,
        plan.estimate if is_operator else None,
        took_ms if is_operator else None,
        operands,
    )


def _name(plan: Plan) -> str:
    match plan:
        case PlanList() | PlanUnion() | PlanNothing():
            return "term"  # one list or many, or none: which of them is a fact of the whole world
        case PlanAnd():
            return "and"
        case PlanOr():
            return "or"
        case PlanWeakAnd():
            return "weak-and"
        case PlanStrongOr():
            return "strong-or"
        case PlanApply():
            return "apply"
        case PlanExtract():
            return "extract"
        case _:
            assert_never(plan)
