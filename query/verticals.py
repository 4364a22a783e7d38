"""Which vertical each form of a query has (language.md §2): first the possible ones, then the choice.

Possible verticals rise from the terms to the whole query, the choice comes back down: two walks over the
sites.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from query.diagnostics import TYPE, UNKNOWN_EDGE, Fault, listed, nearest, shown
from query.nodes import Span
from query.operators import Op
from query.sites import FormSite, Site, TermSite
from schemas.catalogue import BARE_WORD_EDGE, CATALOGUE, EDGE_NAMES, EDGES, Edge, Vertical, edges_named

Verticals = frozenset[Vertical]

_EDGES_BY_NAME: dict[str, tuple[Edge, ...]] = {name: edges_named(name) for name in EDGE_NAMES}
_VERTICALS_BY_NAME: dict[str, Verticals] = {
    name: frozenset(edge.vertical for edge in edges) for name, edges in _EDGES_BY_NAME.items()
}
_BARE_WORD: Verticals = frozenset(BARE_WORD_EDGE)
_HEADS = tuple(dict.fromkeys(edge.name for edge in CATALOGUE if edge.value_vertical is not None))
_FIELDS = tuple(dict.fromkeys(edge.name for edge in CATALOGUE if edge.is_field))


def possible_verticals(sites: Sequence[Site]) -> list[Verticals]:
    """For each site the verticals that all below it allows, never none."""
    for site in sites:
        _check_edge(site)
    possible: list[Verticals] = [_BARE_WORD] * len(sites)
    for place in range(len(sites) - 1, -1, -1):
        site = sites[place]
        if isinstance(site, TermSite):
            if site.term.edge:
                possible[place] = _VERTICALS_BY_NAME[site.term.edge]
            continue
        match site.op:
            case Op.APPLY | Op.EXTRACT:
                possible[place] = _crossed(site, sites, possible)
            case Op.TERM | Op.NOT | Op.AND | Op.OR | Op.DIFFERENCE | Op.WEAK_AND | Op.STRONG_OR:
                possible[place] = _shared(site, sites, possible)
            case _:
                assert_never(site.op)
    return possible


def choose_verticals(sites: Sequence[Site], possible: Sequence[Verticals], request: Vertical | None) -> list[Vertical]:
    """For each site its vertical; `request` decides where several remain (None: users do)."""
    whole = span_of(sites[0])
    if request is not None and request not in possible[0]:
        raise Fault(
            TYPE,
            f"the query finds {_named(possible[0])}, and {request} was asked for",
            whole,
            f"ask for {_named(possible[0])}, or write {_crossing(possible[0], frozenset([request]))}",
        )
    chosen: list[Vertical] = [Vertical.USER] * len(sites)
    chosen[0] = _decide(possible[0], request, whole)
    for place, site in enumerate(sites):
        if isinstance(site, TermSite):
            continue
        below = chosen[place]
        if site.op is Op.APPLY:
            value = EDGES[below, site.form.edge].value_vertical
            assert value is not None, site.form.edge
            below = value
        elif site.op is Op.EXTRACT:
            inner = _inner_verticals(site, below) & possible[site.children[0]]
            below = _decide(inner, request, site.form.span)
        for child in site.children:
            chosen[child] = below
    return chosen


def span_of(site: Site) -> Span:
    """Where the site stands in the text."""
    return site.term.span if isinstance(site, TermSite) else site.form.span


def _check_edge(site: Site) -> None:
    """Every edge named is in the catalogue, and in an apply or extract one that can stand there."""
    if isinstance(site, TermSite):
        term = site.term
        if term.edge and term.edge not in _EDGES_BY_NAME:
            raise _unknown_edge(term.edge, Span(term.span.start, term.span.start + len(term.edge)))
        return
    edge, span = site.form.edge, site.form.edge_span
    if not edge:
        return
    if edge not in _EDGES_BY_NAME:
        raise _unknown_edge(edge, Span(span.start, span.start + len(edge)))
    if site.op is Op.APPLY and edge not in _HEADS:
        raise Fault(
            TYPE,
            f"`{edge}:` holds no ids, so apply cannot follow it",
            span,
            f"edges of ids: {listed(_HEADS)}",
        )
    if site.op is Op.EXTRACT and edge not in _FIELDS:
        raise Fault(TYPE, f"`{edge}:` is no field, so extract cannot read it", span, f"fields: {listed(_FIELDS)}")


def _unknown_edge(name: str, span: Span) -> Fault:
    like = nearest(name, EDGE_NAMES)
    return Fault(UNKNOWN_EDGE, f"unknown edge {shown(name + ':')}", span, f"did you mean `{like}:`?")


def _shared(site: FormSite, sites: Sequence[Site], possible: Sequence[Verticals]) -> Verticals:
    """The verticals that all operands allow; the fault is the first operand that leaves none."""
    first, *others = site.children
    shared = possible[first]
    for child in others:
        both = shared & possible[child]
        if not both:
            raise Fault(
                TYPE,
                f"this operand finds {_named(possible[child])}, those before it {_named(shared)}",
                span_of(sites[child]),
                "operands of one list find documents of one vertical; cross over with "
                + _crossing(possible[child], shared),
            )
        shared = both
    return shared


def _crossed(site: FormSite, sites: Sequence[Site], possible: Sequence[Verticals]) -> Verticals:
    """The verticals of an apply or extract whose head fits what is inside it."""
    (child,) = site.children
    inner = possible[child]
    edges = _EDGES_BY_NAME[site.form.edge]
    if site.op is Op.APPLY:
        wanted = frozenset(edge.value_vertical for edge in edges if edge.value_vertical is not None)
        found = frozenset(edge.vertical for edge in edges if edge.value_vertical in inner)
        takes = f"{site.form.edge}: takes ids of {_named(wanted)}"
    else:
        wanted = frozenset(edge.vertical for edge in edges if edge.is_field)
        found = frozenset(
            edge.value_vertical for edge in edges if edge.is_field and edge.vertical in inner and edge.value_vertical
        )
        takes = f"{site.form.edge}: is a field of {_named(wanted)}"
    if not found:
        raise Fault(
            TYPE,
            f"{takes}, and this finds {_named(inner)}",
            span_of(sites[child]),
            f"write a form that finds {_named(wanted)}, such as {_crossing(inner, wanted)}",
        )
    return found


def _inner_verticals(site: FormSite, field_vertical: Vertical) -> Verticals:
    """The verticals with a field of the extract's name that holds ids of `field_vertical`."""
    edges = _EDGES_BY_NAME[site.form.edge]
    return frozenset(edge.vertical for edge in edges if edge.is_field and edge.value_vertical is field_vertical)


def _decide(remaining: Verticals, request: Vertical | None, span: Span) -> Vertical:
    if len(remaining) == 1:
        return next(iter(remaining))
    wanted = request or Vertical.USER
    if wanted not in remaining:
        raise Fault(
            TYPE,
            f"this may find {_named(remaining)}",
            span,
            f"say which: a request has a vertical ({_named(remaining)})",
        )
    return wanted


def _named(verticals: Verticals) -> str:
    """`media`, or `media or user`: in the order of the catalogue."""
    return " or ".join(vertical.value for vertical in Vertical if vertical in verticals)


def _crossing(here: Verticals, there: Verticals) -> str:
    """An example of a form that leads from a vertical of `here` to one of `there`, or what to do without."""
    for edge in CATALOGUE:
        if edge.value_vertical in here and edge.vertical in there:
            return f"(apply {edge.name}: …)"
    for edge in CATALOGUE:
        if edge.is_field and edge.vertical in here and edge.value_vertical in there:
            return f"(extract {edge.name}: …)"
    return "apply or extract, one step after the other"
