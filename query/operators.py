"""The table of operators and options (language.md §4): names, how many operands, which options, where.

The binder, the completion of the REPL and the reference page are made from it, as from the
catalogue of edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from query.diagnostics import UNKNOWN_OPERATOR, Fault, nearest, shown
from query.nodes import Span


class Op(StrEnum):
    """The name behind an opening parenthesis."""

    TERM = "term"
    AND = "and"
    OR = "or"
    NOT = "not"
    DIFFERENCE = "difference"
    WEAK_AND = "weak-and"
    STRONG_OR = "strong-or"
    APPLY = "apply"
    EXTRACT = "extract"


class Opt(StrEnum):
    """The name behind the colon of an option."""

    LIMIT = "limit"
    MIN_HITS = "min-hits"
    ORDER = "order"
    INNER = "inner"
    OPTIONAL_HITS = "optional-hits"
    OPTIONAL_WEIGHT = "optional-weight"


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: at least `least` and at most `most` operands (None: any number).

    `options` are its own; `operand_options` are those that it reads on its operands, whatever
    operators these are.
    """

    op: Op
    meaning: str
    example: str
    least: int = 1
    most: int | None = None
    takes_head: bool = False
    options: tuple[Opt, ...] = ()
    operand_options: tuple[Opt, ...] = ()


OPERATORS: tuple[Operator, ...] = (
    Operator(
        Op.TERM,
        "the term itself; options of an operand stand on it",
        "(weak-and ann (term verified:1 :optional-hits 2))",
        most=1,
    ),
    Operator(Op.AND, "the documents that all operands hold", "(and hashtag:#tbt owner:me)"),
    Operator(Op.OR, "the documents that any operand holds", "(or city:paris city:rome)"),
    Operator(Op.NOT, "as an operand of and: without these", "(and liker:me (not owner:me))", most=1),
    Operator(Op.DIFFERENCE, "the first operand without the others", "(difference liker:me owner:me)", least=2),
    Operator(
        Op.WEAK_AND,
        "an and, some of whose operands may be missing from some results",
        "(weak-and name:ann (term verified:1 :optional-weight 0.3))",
        operand_options=(Opt.OPTIONAL_HITS, Opt.OPTIONAL_WEIGHT),
    ),
    Operator(
        Op.STRONG_OR,
        "an or, some of whose operands have a share of the results",
        "(strong-or name:ann (term verified:1 :optional-weight 0.3))",
        operand_options=(Opt.OPTIONAL_WEIGHT,),
    ),
    Operator(
        Op.APPLY,
        "the documents that the edge leads to from any inner result",
        "(apply liker: followed_by:me)",
        most=1,
        takes_head=True,
        options=(Opt.LIMIT, Opt.MIN_HITS, Opt.ORDER, Opt.INNER),
    ),
    Operator(
        Op.EXTRACT,
        "the ids that a field holds in the inner results",
        "(extract owner: liker:me)",
        most=1,
        takes_head=True,
        options=(Opt.LIMIT,),
    ),
)

OPERATOR_BY_NAME: dict[str, Operator] = {operator.op.value: operator for operator in OPERATORS}

OPTION_EXAMPLES: dict[Opt, tuple[str, str]] = {
    Opt.LIMIT: (":limit 500", "a whole number from 1: inner results that are taken"),
    Opt.MIN_HITS: (":min-hits 3", "a whole number from 1: inner ids that must lead to a result"),
    Opt.ORDER: (":order hits", "results that more inner ids lead to come first"),
    Opt.INNER: (":inner affinity", "inner ids by the viewer's affinity to them, which each of them counts"),
    Opt.OPTIONAL_HITS: (":optional-hits 2", "a whole number from 0: results that may lack this operand"),
    Opt.OPTIONAL_WEIGHT: (
        ":optional-weight 0.3",
        "a decimal above 0, at most 1: share of the results that hold this operand",
    ),
}
"""An example of each option, and what it takes and means."""


def readers(option: Opt) -> tuple[list[str], list[str]]:
    """The operators that read the option on themselves, and those that read it on their operands."""
    on_itself = [operator.op.value for operator in OPERATORS if option in operator.options]
    on_operands = [operator.op.value for operator in OPERATORS if option in operator.operand_options]
    return on_itself, on_operands


def unknown_operator(name: str, span: Span) -> Fault:
    """The fault of a list whose first word is no operator."""
    like = nearest(name, list(OPERATOR_BY_NAME))
    return Fault(UNKNOWN_OPERATOR, f"unknown operator {shown(name)}", span, f"did you mean `{like}`?")
