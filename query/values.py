"""From the value of a term to what its edge is looked up by (data-model.md §2)."""

from __future__ import annotations

import re
from typing import assert_never

from query.bound import (
    Bound,
    BoundAnd,
    BoundNothing,
    BoundTerm,
    IdValue,
    MachineTagValue,
    TextValue,
)
from query.diagnostics import BAD_VALUE, NO_VIEWER, Fault, shown
from query.nodes import Span, Term
from schemas.catalogue import Edge, ValueKind
from schemas.ids import INT64_MAX, INT64_MIN, ExternalId
from schemas.text import fold, hashtag, machine_tag_query, tag, words

_ID = re.compile(r"(-?)0*([0-9]{1,19})")


def bind_term(term: Term, edge: Edge, viewer: ExternalId | None) -> Bound:
    """The posting list of `edge` that the term names, or what stands for it.

    Several words are an `and` of terms; one without a word, or that normalises to nothing, has no documents.
    """
    if term.is_prefix and not edge.takes_prefix:
        what = "ids" if edge.kind is ValueKind.ID else "1"
        end = Span(max(term.span.start, term.span.end - 1), term.span.end)
        raise Fault(BAD_VALUE, f"`{edge.name}:` takes {what}, no prefix", end, f"remove the *, such as {edge.example}")
    match edge.kind:
        case ValueKind.ID:
            return BoundTerm(edge, IdValue(_id(term, edge, viewer)), term.span)
        case ValueKind.WORD:
            return _bind_words(term, edge)
        case ValueKind.TEXT:
            return _bind_text(term, edge, fold(term.value))
        case ValueKind.HASHTAG:
            return _bind_text(term, edge, hashtag(term.value))
        case ValueKind.HASHTAG_NAME:
            return _bind_text(term, edge, fold(hashtag(term.value)))
        case ValueKind.TAG:
            return _bind_text(term, edge, tag(term.value))
        case ValueKind.MACHINE_TAG:
            return _bind_machine_tag(term, edge)
        case ValueKind.FLAG:
            return _bind_text(term, edge, term.value if term.value == "1" else "")
        case _:
            assert_never(edge.kind)


def _id(term: Term, edge: Edge, viewer: ExternalId | None) -> ExternalId:
    if edge.takes_me and term.value == "me" and not term.is_quoted:
        if viewer is None:
            raise Fault(
                NO_VIEWER,
                "`me` stands for the viewer, and there is none",
                _value_span(term),
                "name a viewer, or write an id",
            )
        return viewer
    match = _ID.fullmatch(term.value)
    value = int(match[1] + match[2]) if match else None
    if value is None or not INT64_MIN <= value <= INT64_MAX:
        takes = f"the id of a {edge.value_vertical}"
        if edge.takes_me:
            takes += ", or me without quotes"
        raise Fault(
            BAD_VALUE,
            f"{shown(term.value)} is no id: `{edge.name}:` takes a decimal 64-bit integer",
            _value_span(term),
            f"write {takes}, such as {edge.example}",
        )
    return ExternalId(value)


def _bind_words(term: Term, edge: Edge) -> Bound:
    if not term.value and term.is_prefix:
        return BoundTerm(edge, TextValue("", True), term.span)
    found = words(term.value)
    if not found:
        return BoundNothing(edge.vertical, term.span)
    last = len(found) - 1
    terms = tuple(
        BoundTerm(edge, TextValue(word, term.is_prefix and place == last), term.span)
        for place, word in enumerate(found)
    )
    return BoundAnd(edge.vertical, terms, (), term.span) if last else terms[0]


def _bind_text(term: Term, edge: Edge, text: str) -> Bound:
    if not text and not term.is_prefix:
        return BoundNothing(edge.vertical, term.span)
    return BoundTerm(edge, TextValue(text, term.is_prefix), term.span)


def _bind_machine_tag(term: Term, edge: Edge) -> Bound:
    parts = machine_tag_query(term.value)
    if parts is None:
        raise Fault(
            BAD_VALUE,
            f"{shown(term.value)} is no machine tag, or all its parts are open",
            _value_span(term),
            "write namespace:predicate=value and leave at most two parts empty or *, such as mt:osm:way=30*",
        )
    return BoundTerm(edge, MachineTagValue(parts, term.is_prefix and parts.value is not None), term.span)


def _value_span(term: Term) -> Span:
    """Behind the colon; the whole of it, with its quotes."""
    start = min(term.span.start + len(term.edge) + 1, term.span.end)
    return Span(start, max(term.span.end, start))
