"""From syntax tree to bound tree: every static rule of language.md §1 and §2; nothing that needs an index.

Stages: `sites` (operators, arity, options), `verticals` (types), `values` (normalisation, `me`), and here the
building.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from query.bound import (
    Bound,
    BoundAnd,
    BoundApply,
    BoundDifference,
    BoundExtract,
    BoundOr,
    BoundStrongOr,
    BoundWeakAnd,
    Optional,
    Quota,
)
from query.diagnostics import BAD_OPTION, NO_VIEWER, Fault
from query.nodes import Node, Term
from query.operators import Op, Opt
from query.options import NO_OPTIONS, Options
from query.sites import FormSite, Site, TermSite, lay_out
from query.values import bind_term
from query.verticals import choose_verticals, possible_verticals
from schemas.catalogue import BARE_WORD_EDGE, EDGES, Edge, Rule, Vertical
from schemas.ids import ExternalId


def bind(
    node: Node, *, vertical: Vertical | None, viewer: ExternalId | None, text: str, has_affinity: bool = False
) -> Bound:
    """The bound tree of `node`, for a request for `vertical` (None: not said) by `viewer`.

    `text` is what `node` was parsed from, for the places of errors; raises `QueryError`, for `:inner affinity` too where there is
    no model of affinity. Linear in the tree, and without recursion.
    """
    try:
        sites = lay_out(node, has_affinity=has_affinity)
        chosen = choose_verticals(sites, possible_verticals(sites), vertical)
        return _build(sites, chosen, viewer)
    except Fault as fault:
        raise fault.located(text) from None


def bind_tree(tree: Node, vertical: Vertical) -> Bound:
    """As `bind`, without a viewer, of a tree that a program made for a vertical: of terms of its edges that say something of a
    document alone, all of them named, under `and` and `or`. There is nothing to find out about such a tree but what its values
    are."""
    if isinstance(tree, Term):
        edge = EDGES[vertical, tree.edge]
        assert edge.rule is Rule.DOCUMENT, "which facts show depends on who asks"
        return bind_term(tree, edge, None)
    operands = tuple([bind_tree(operand, vertical) for operand in tree.operands])
    if tree.op == Op.AND:
        return BoundAnd(vertical, operands, (), tree.span)
    assert tree.op == Op.OR, "a program's tree is of terms under and and or"
    return BoundOr(vertical, operands, tree.span)


def _build(sites: Sequence[Site], chosen: Sequence[Vertical], viewer: ExternalId | None) -> Bound:
    """Terms in the order of the text, so the first bad value is reported; then lists, inner first."""
    done: dict[int, Bound] = {}
    for place, site in enumerate(sites):
        if isinstance(site, TermSite):
            name = site.term.edge or BARE_WORD_EDGE[chosen[place]]
            done[place] = bind_term(site.term, EDGES[chosen[place], name], viewer)
    for place in range(len(sites) - 1, -1, -1):
        site = sites[place]
        if isinstance(site, FormSite):
            if site.options.by_affinity:
                _check_affinity(site, EDGES[chosen[place], site.form.edge], viewer)
            done[place] = _build_form(site, chosen, place, sites, done)
    return done[0]


def _build_form(
    site: FormSite, chosen: Sequence[Vertical], place: int, sites: Sequence[Site], done: dict[int, Bound]
) -> Bound:
    vertical, span, options = chosen[place], site.form.span, site.options
    operands = tuple(done[child] for child in site.children)
    match site.op:
        case Op.TERM | Op.NOT:
            return operands[0]
        case Op.AND:
            kept = tuple(done[child] for child in site.children if not _is_not(sites[child]))
            excluded = tuple(done[child] for child in site.children if _is_not(sites[child]))
            return BoundAnd(vertical, kept, excluded, span)
        case Op.OR:
            return BoundOr(vertical, operands, span)
        case Op.DIFFERENCE:
            return BoundDifference(vertical, operands[0], operands[1:], span)
        case Op.WEAK_AND:
            read = [(done[child], _options(sites[child])) for child in site.children]
            required = tuple(bound for bound, own in read if own.hits is None and own.weight is None)
            optional = tuple(
                Optional(bound, own.hits, own.weight)
                for bound, own in read
                if own.hits is not None or own.weight is not None
            )
            return BoundWeakAnd(vertical, required, optional, span)
        case Op.STRONG_OR:
            quotas = tuple(Quota(done[child], _options(sites[child]).weight) for child in site.children)
            return BoundStrongOr(vertical, quotas, span)
        case Op.APPLY:
            edge = EDGES[vertical, site.form.edge]
            return BoundApply(
                edge, operands[0], options.limit, options.min_hits, options.orders_by_hits, options.by_affinity, span
            )
        case Op.EXTRACT:
            edge = EDGES[chosen[site.children[0]], site.form.edge]
            return BoundExtract(edge, operands[0], options.limit, span)
        case _:
            assert_never(site.op)


def _check_affinity(site: FormSite, edge: Edge, viewer: ExternalId | None) -> None:
    """Affinity is that of a viewer, and to users."""
    [span] = [option.span for option in site.form.options if option.name == Opt.INNER]
    if edge.value_vertical is not Vertical.USER:
        message = f"affinity is to users, and `{edge.name}:` takes ids of {edge.value_vertical}"
        raise Fault(BAD_OPTION, message, span, "remove :inner affinity; inner results then come in their own order")
    if viewer is None:
        raise Fault(NO_VIEWER, "affinity is that of the viewer, and there is none", span, "name a viewer")


def _is_not(site: Site) -> bool:
    return isinstance(site, FormSite) and site.op is Op.NOT


def _options(site: Site) -> Options:
    return site.options if isinstance(site, FormSite) else NO_OPTIONS
