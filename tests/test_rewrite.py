"""Rewrites: before and after, from tests/golden/plan; that answers stay is shown by test_agreement, which runs them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from query.bind import bind
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
    IdValue,
    TextValue,
)
from query.parse import parse
from query.rewrite import RULES
from query.rewrite.walk import bottom_up
from schemas.ids import ExternalId
from schemas.settings import Settings

GOLDEN = Path(__file__).parent / "golden" / "plan"


def show(bound: Bound) -> str:
    """A bound tree as an S-expression."""

    def joined(op: str, *parts: str) -> str:
        return f"({' '.join([op, *parts])})"

    match bound:
        case BoundTerm():
            value = bound.value
            text = str(value.id) if isinstance(value, IdValue) else getattr(value, "text", str(value))
            return f"{bound.edge.name}:{text}{'*' if isinstance(value, TextValue) and value.is_prefix else ''}"
        case BoundNothing():
            return "nothing"
        case BoundAnd():
            return joined("and", *map(show, bound.operands), *(f"(not {show(e)})" for e in bound.excluded))
        case BoundOr():
            return joined("or", *map(show, bound.operands))
        case BoundDifference():
            return joined("difference", show(bound.operand), *map(show, bound.excluded))
        case BoundWeakAnd():
            optional = [f"{show(o.operand)}?{o.hits if o.weight is None else o.weight}" for o in bound.optional]
            return joined("weak-and", *map(show, bound.required), *optional)
        case BoundStrongOr():
            return joined("strong-or", *(f"{show(q.operand)}?{q.weight}" for q in bound.operands))
        case BoundApply():
            by_hits = [":order hits"] if bound.orders_by_hits else []
            by_affinity = [":inner affinity"] if bound.by_affinity else []
            return joined("apply", f"{bound.edge.name}:", show(bound.inner), *by_hits, *by_affinity)
        case BoundExtract():
            return joined("extract", f"{bound.edge.name}:", show(bound.inner))


def pairs() -> list[tuple[str, str, str]]:
    """(rule, before, after) of every fixture."""
    found = []
    for path in sorted(GOLDEN.glob("*.txt")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith(";")]
        found += [(path.stem, before, after) for before, after in zip(lines[::2], lines[1::2], strict=True)]
    return found


@pytest.mark.parametrize(("rule", "before", "after"), pairs())
def test_before_and_after(rule, before, after):
    bound = bind(parse(before, Settings()), vertical=None, viewer=ExternalId(7), text=before)
    (apply,) = (apply for apply in RULES if apply.__name__ == rule)
    assert show(bottom_up(bound, (apply,))) == after


def test_every_rule_has_a_fixture():
    assert {rule.__name__ for rule in RULES} == {path.stem for path in GOLDEN.glob("*.txt")}
