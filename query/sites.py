"""The tree laid out as a list of sites, and the rules that need no edge: operators, arity, options.

Every later pass walks the list forwards (parents first) or backwards (children first), so none recurses.
"""

from __future__ import annotations

from dataclasses import dataclass

from query.diagnostics import BAD_ARITY, Fault, shown
from query.nodes import Form, Node, Term
from query.operators import OPERATOR_BY_NAME, Op, Operator, unknown_operator
from query.options import NO_OPTIONS, Options, check_weights, read_options


@dataclass(frozen=True, slots=True)
class TermSite:
    """A term; it has no children."""

    term: Term


@dataclass(frozen=True, slots=True)
class FormSite:
    """A list: its operator, its options as read, and the places of its operands among the sites, in order."""

    form: Form
    op: Op
    options: Options
    children: tuple[int, ...]

    @property
    def is_optional(self) -> bool:
        """Whether the list is an operand that may be missing, or one with a share."""
        return self.options.hits is not None or self.options.weight is not None


Site = TermSite | FormSite


def lay_out(root: Node, *, has_affinity: bool) -> list[Site]:
    """All sites in the order of the text, so that the first fault of a text is the one that is reported."""
    sites: list[Site] = []
    children: list[list[int]] = []
    todo: list[tuple[Node, int, Operator | None]] = [(root, -1, None)]
    while todo:
        node, parent, around = todo.pop()
        place = len(sites)
        if parent >= 0:
            children[parent].append(place)
        children.append([])
        if isinstance(node, Term):
            sites.append(TermSite(node))
            continue
        own = _operator(node)
        _check_place(node, own, around)
        _check_shape(node, own)
        options = read_options(node, own, around, has_affinity=has_affinity) if node.options else NO_OPTIONS
        sites.append(FormSite(node, own.op, options, ()))
        todo.extend((operand, place, own) for operand in reversed(node.operands))
    for place, site in enumerate(sites):
        if isinstance(site, FormSite):
            done = FormSite(site.form, site.op, site.options, tuple(children[place]))
            sites[place] = done
            _check_operands(done, sites)
    return sites


def _operator(form: Form) -> Operator:
    """The operator of a list; a parsed text has no others, a tree made by hand may."""
    operator = OPERATOR_BY_NAME.get(form.op)
    if operator is None:
        raise unknown_operator(form.op, form.span)
    return operator


def _check_place(form: Form, own: Operator, around: Operator | None) -> None:
    if own.op is Op.NOT and (around is None or around.op is not Op.AND):
        raise Fault(
            BAD_ARITY,
            "(not …) stands where a set of documents must",
            form.span,
            "it is only an operand of and: (and a (not b)); elsewhere write (difference a b)",
        )


def _check_shape(form: Form, own: Operator) -> None:
    """The head and the number of operands."""
    count, name, example = len(form.operands), own.op.value, f"such as {own.example}"
    if own.takes_head and not form.edge:
        hint = f"write an edge and a colon first, {example}"
        if count and isinstance(form.operands[0], Term) and form.operands[0].edge:
            hint += "; a space ends the head where a term follows"
        raise Fault(BAD_ARITY, f"{name} has no head", form.span, hint)
    if form.edge and not own.takes_head:
        head = shown(form.edge + ":")
        hint = f"write a value right behind it, such as {form.edge[:40]}:5; only apply and extract take a head"
        raise Fault(BAD_ARITY, f"{head} has no value", form.edge_span, hint)
    if count < own.least:
        wanted = "an operand" if own.least == 1 else f"{own.least} operands at least"
        raise Fault(BAD_ARITY, f"{name} needs {wanted} and has {count or 'none'}", form.span, example)
    if own.most is not None and count > own.most:
        hint = f"join them with (and … …) or (or … …): {name} takes one, {example}"
        raise Fault(BAD_ARITY, f"{name} takes one operand and has {count}", form.operands[own.most].span, hint)
    if own.op is Op.TERM and not isinstance(form.operands[0], Term):
        hint = "leave (term …) away: a list carries its options itself"
        raise Fault(BAD_ARITY, "the operand of term is a list", form.operands[0].span, hint)


def _check_operands(site: FormSite, sites: list[Site]) -> None:
    """What an operator asks of its operands together; they have been read by now."""
    operands = [sites[child] for child in site.children]
    match site.op:
        case Op.AND:
            if all(isinstance(operand, FormSite) and operand.op is Op.NOT for operand in operands):
                hint = "add what to take them from: (and a (not b))"
                raise Fault(BAD_ARITY, "all operands of this and are (not …)", site.form.span, hint)
        case Op.WEAK_AND:
            if all(isinstance(operand, FormSite) and operand.is_optional for operand in operands):
                hint = "leave one operand without :optional-hits and :optional-weight"
                raise Fault(BAD_ARITY, "all operands of this weak-and are optional", site.form.span, hint)
        case Op.STRONG_OR:
            check_weights([operand.form for operand in operands if isinstance(operand, FormSite)])
        case _:
            pass
