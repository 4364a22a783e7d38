"""The plan: a bound tree resolved against one snapshot and one viewer's world, with estimates. Ready to run.

Nodes are compared by identity; what an execution learns about one is kept beside it, under the node.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from index import AnyList, Words
from query.nodes import Span
from query.visibility import Cut
from schemas.catalogue import Edge, Vertical


@dataclass(frozen=True, slots=True, eq=False)
class PlanNode:
    """What all nodes have: the vertical of the documents, the place in the text, and an estimate of the size.

    Estimates come from the lengths of whole lists; they choose the order of work and never the answer.
    """

    vertical: Vertical
    span: Span
    estimate: int


@dataclass(frozen=True, slots=True, eq=False)
class PlanList(PlanNode):
    """One posting list under one mask."""

    list: AnyList
    mask: Words | None


@dataclass(frozen=True, slots=True, eq=False)
class PlanUnion(PlanNode):
    """The union of the lists of many keys: a prefix, or one key whose lists are cut in several ways."""

    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PlanNothing(PlanNode):
    """No documents."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanAnd(PlanNode):
    """Intersection of the operands less the excluded ones, both as written."""

    operands: tuple[Plan, ...]
    excluded: tuple[Plan, ...]
    by_size: tuple[Plan, ...]
    """The operands, the one that is thought smallest first."""


@dataclass(frozen=True, slots=True, eq=False)
class PlanOr(PlanNode):
    """Union of the operands."""

    operands: tuple[Plan, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OptionalOperand:
    """See `query.bound.Optional`."""

    plan: Plan
    hits: int | None
    weight: Fraction | None


@dataclass(frozen=True, slots=True, eq=False)
class PlanWeakAnd(PlanNode):
    """language.md §4.1; `limit` is the `L` there."""

    required: Plan
    optional: tuple[OptionalOperand, ...]
    limit: int


@dataclass(frozen=True, slots=True, eq=False)
class PlanStrongOr(PlanNode):
    """language.md §4.2; `limit` is the `L` there, `weights` stand beside the operands, None for no quota."""

    operands: tuple[Plan, ...]
    weights: tuple[Fraction | None, ...]
    limit: int


@dataclass(frozen=True, slots=True, eq=False)
class PlanApply(PlanNode):
    """The posting lists of every inner result; `by_affinity` as in `query.bound.BoundApply`."""

    edge: Edge
    inner: Plan
    limit: int
    min_hits: int
    orders_by_hits: bool
    by_affinity: bool

    @property
    def is_union(self) -> bool:
        """Whether its documents are all that the lists of its inner results hold, in static-rank order."""
        return self.min_hits == 1 and not self.orders_by_hits


@dataclass(frozen=True, slots=True, eq=False)
class PlanExtract(PlanNode):
    """What a field holds in every inner result."""

    edge: Edge
    inner: Plan
    limit: int


Plan = PlanList | PlanUnion | PlanNothing | PlanAnd | PlanOr | PlanWeakAnd | PlanStrongOr | PlanApply | PlanExtract


def children(plan: Plan) -> tuple[Plan, ...]:
    """The operands of a node, as written."""
    match plan:
        case PlanList() | PlanUnion() | PlanNothing():
            return ()
        case PlanAnd():
            return plan.operands + plan.excluded
        case PlanOr() | PlanStrongOr():
            return plan.operands
        case PlanWeakAnd():
            return (plan.required, *(optional.plan for optional in plan.optional))
        case PlanApply() | PlanExtract():
            return (plan.inner,)
