"""What is checked before anything runs (language.md §1, §2): options, operands, values, verticals."""

import re
from decimal import Decimal
from fractions import Fraction

from .edges import EDGES, FIELDS, ID_KINDS, TEXT_KINDS, VERTICALS, edge_in, kind_of, verticals_of
from .errors import OracleError
from .parse import Form, Node, Term
from .text import fold, tag_pieces

WHOLE_NUMBER = re.compile(r"[0-9]+", re.ASCII)
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", re.ASCII)
ID = re.compile(r"-?[0-9]+", re.ASCII)

OWN_OPTIONS = {"apply": {"limit", "min-hits", "order", "inner"}, "extract": {"limit"}}
"""The options that a rule of the operator itself reads."""

OPERAND_OPTIONS = {"weak-and": {"optional-hits", "optional-weight"}, "strong-or": {"optional-weight"}}
"""The options that an operand may carry for the form around it."""

LEAST = {"limit": 1, "min-hits": 1, "optional-hits": 0}
WORDS = {"order": "hits", "inner": "affinity"}


def integer(text: str) -> int:
    """A whole number of any length (`int` refuses texts of more than 4,300 digits)."""
    return int(Decimal(text))


def fraction(text: str) -> Fraction:
    """A decimal of any length, exactly."""
    return Fraction(Decimal(text))


def option(node: Node, name: str) -> str | None:
    """The literal of an option, None where it does not stand."""
    return dict(node.options).get(name) if isinstance(node, Form) else None


def number(node: Node, name: str) -> int | None:
    """A whole-number option."""
    literal = option(node, name)
    return None if literal is None else integer(literal)


def weight(node: Node) -> Fraction | None:
    """`:optional-weight`, exactly (§1)."""
    literal = option(node, "optional-weight")
    return None if literal is None else fraction(literal)


def is_optional(node: Node) -> bool:
    """Operands with `:optional-hits` or `:optional-weight` are optional (§4.1)."""
    return option(node, "optional-hits") is not None or option(node, "optional-weight") is not None


def is_not(node: Node) -> bool:
    """Whether the node is `(not e)`."""
    return isinstance(node, Form) and node.op == "not"


def is_me(term: Term) -> bool:
    """§2: `me` is the viewer, unquoted, on edges whose value is a user."""
    return kind_of(term.edge) == "user" and term.text == "me" and not term.quoted and not term.prefix


def check_options(form: Form, around: str | None, has_affinity: bool) -> None:
    """§1: options stand only where a rule reads them; one of `:optional-…` on an operand; their values."""
    allowed = OWN_OPTIONS.get(form.op, set()) | OPERAND_OPTIONS.get(around or "", set())
    names = [name for name, _ in form.options]
    for name, literal in form.options:
        if name not in allowed or names.count(name) > 1:
            raise OracleError("bad-option", f"`:{name}` may not stand here", form.at)
        if name in LEAST and not (WHOLE_NUMBER.fullmatch(literal) and integer(literal) >= LEAST[name]):
            raise OracleError("bad-option", f"`:{name} {literal}`", form.at)
        if name in WORDS and literal != WORDS[name]:
            raise OracleError("bad-option", f"`:{name} {literal}`", form.at)
        if name == "optional-weight" and not (DECIMAL.fullmatch(literal) and 0 < fraction(literal) <= 1):
            raise OracleError("bad-option", f"`:{name} {literal}`", form.at)
    if {"optional-hits", "optional-weight"} <= set(names):
        raise OracleError("bad-option", "one of `:optional-hits`, `:optional-weight`", form.at)
    if "inner" in names and not has_affinity:
        raise OracleError("no-affinity", "there is no affinity model", form.at)


def check_operands(form: Form) -> None:
    """§4: how many operands, and which."""
    operands = form.operands
    least = 2 if form.op == "difference" else 1
    exactly_one = form.op in ("term", "not", "apply", "extract")
    if len(operands) < least or (exactly_one and len(operands) > 1):
        raise OracleError("bad-arity", f"`{form.op}` does not take {len(operands)} operands", form.at)
    if form.op == "term" and not isinstance(operands[0], Term):
        raise OracleError("bad-arity", "`term` takes a term", form.at)
    if form.op != "and" and any(is_not(operand) for operand in operands):
        raise OracleError("bad-arity", "`not` stands in `and`", form.at)
    if form.op == "and" and all(is_not(operand) for operand in operands):
        raise OracleError("bad-arity", "one operand of `and` is no `not`", form.at)
    if form.op == "weak-and" and all(is_optional(operand) for operand in operands):
        raise OracleError("bad-arity", "one operand of `weak-and` is required", form.at)


def check_weights(form: Form) -> None:
    """§4.2: the weights' sum is at most 1."""
    if form.op == "strong-or" and sum(weight(operand) or 0 for operand in form.operands) > 1:
        raise OracleError("bad-option", "the weights' sum is more than 1", form.at)


def check_value(term: Term, viewer: int | None) -> None:
    """§1, §2: ids are decimal 64-bit integers or `me`; prefixes on text; machine tags by their parts."""
    kind = kind_of(term.edge)
    if term.prefix and kind not in TEXT_KINDS:
        raise OracleError("bad-value", "no prefix on this edge", term.at)
    if is_me(term):
        if viewer is None:
            raise OracleError("no-viewer", "`me` without a viewer", term.at)
    elif kind in ID_KINDS and not (ID.fullmatch(term.text) and -(2**63) <= integer(term.text) < 2**63):
        raise OracleError("bad-value", f"{term.text!r} is no id", term.at)
    if kind == "machine-tag":
        pieces = tag_pieces(fold(term.text))
        if pieces is None or (all(piece in ("", "*") for piece in pieces)):
            raise OracleError("bad-value", "`namespace:predicate=value`, not all of them open", term.at)


def value_vertical(form: Form) -> str:
    """The vertical of what an apply's edge takes."""
    kind = kind_of(form.head)
    if kind not in VERTICALS:
        raise OracleError("type", f"`{form.head}:` takes no document", form.at)
    return kind


def verticals(node: Node) -> frozenset[str]:
    """§2: the verticals that all of the form allows; none is an error."""
    if isinstance(node, Term):
        return verticals_of(node.edge)
    inner = [verticals(operand) for operand in node.operands]
    if node.op == "apply":
        if value_vertical(node) not in inner[0]:
            raise OracleError("type", f"`{node.head}:` takes another vertical", node.at)
        return verticals_of(node.head)
    if node.op == "extract":
        if node.head not in FIELDS or "media" not in inner[0]:
            raise OracleError("type", f"`{node.head}` is no field of that vertical", node.at)
        return frozenset((FIELDS[node.head],))
    common = frozenset.intersection(*inner)
    if not common:
        raise OracleError("type", "the operands are of different verticals", node.at)
    return common


def check_affinity(node: Node, viewer: int | None) -> None:
    """§4: affinity is that of a viewer, and to users."""
    if isinstance(node, Term):
        return
    for operand in node.operands:
        check_affinity(operand, viewer)
    if option(node, "inner") is not None:
        if value_vertical(node) != "user":
            raise OracleError("bad-option", f"affinity is to users, not to what `{node.head}:` takes", node.at)
        if viewer is None:
            raise OracleError("no-viewer", "affinity without a viewer", node.at)


def check(node: Node, viewer: int | None, around: str | None = None, has_affinity: bool = False) -> None:
    """Everything but the verticals, of a form inside the operator `around`."""
    if isinstance(node, Term):
        check_value(node, viewer)
        return
    if node.op == "not" and around != "and":
        raise OracleError("bad-arity", "`not` stands in `and`", node.at)
    check_options(node, around, has_affinity)
    check_operands(node)
    for operand in node.operands:
        check(operand, viewer, node.op, has_affinity)
    check_weights(node)


def bind(node: Node, viewer: int | None, vertical: str | None, has_affinity: bool = False) -> str:
    """All checks; the vertical of the answer: the only one left, or the request's (default `user`)."""
    check(node, viewer, None, has_affinity)
    check_affinity(node, viewer)
    possible = verticals(node)
    if vertical is not None:
        if vertical not in possible:
            raise OracleError("type", f"the form cannot be of {vertical}", node.at)
        return vertical
    return next(iter(possible)) if len(possible) == 1 else "user"


def kind_in(vertical: str, term: Term) -> str:
    """The kind of a term's edge in the vertical that it is bound to."""
    return EDGES[vertical][edge_in(vertical, term.edge)]
