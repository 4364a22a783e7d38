"""What may stand at the cursor: operators, edges and options from their tables, `me`, and live terms of the viewer's world.

Which candidates there are, how many and in which order depends on the text, the tables and W_v alone (data-model.md §4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from api.console.text import is_unicode
from api.repl.cursor import ALL, Cursor, Frame, cursor_at
from query import OPERATOR_BY_NAME, OPERATORS, OPTION_EXAMPLES, LiveTerm, Op, Opt, Term, print_term
from schemas.catalogue import BARE_WORD_EDGE, CATALOGUE, Edge, ValueKind, Vertical, edges_named

MAX_TERMS = 30
TermsOf = Callable[[Edge, str, int], Sequence[LiveTerm]]
"""The live terms of W_v that begin so: `query.live_terms`, or a service asked for them."""
_ESCAPE = re.compile(r'\\(["\\])')
_LONG_DICTIONARIES = (ValueKind.WORD, ValueKind.HASHTAG, ValueKind.HASHTAG_NAME, ValueKind.TAG, ValueKind.MACHINE_TAG)


class Candidate(NamedTuple):
    """A text for the piece at the cursor, and what it means."""

    text: str
    meaning: str


def candidates(text: str, terms: TermsOf, vertical: Vertical | None) -> tuple[str, list[Candidate]]:
    """The piece at the end of `text`, and what may stand in its place; `vertical` is that of the request."""
    cursor = cursor_at(text)
    if cursor.in_comment:
        return "", []
    return cursor.partial, list(_offered(cursor, terms, vertical))


def _offered(cursor: Cursor, terms: TermsOf, vertical: Vertical | None) -> Iterator[Candidate]:
    partial = cursor.partial
    frame = cursor.frames[-1] if cursor.frames else None
    if frame is not None and not frame.op:
        for operator in OPERATORS:
            if operator.op.value.startswith(partial):
                yield Candidate(operator.op.value, operator.meaning)
        return
    if frame is not None and frame.awaits:
        yield from _literals(frame.awaits, partial)
        return
    if partial.startswith(":"):
        yield from _options(cursor, partial)
        return
    found = cursor.verticals(ALL if vertical is None else frozenset([vertical]))
    name, colon, value = partial.partition(":")
    if colon:
        edge = _chosen([edge for edge in edges_named(name) if edge.vertical in found] or edges_named(name))
        if edge is not None:
            yield from _values(edge, value, terms)
    elif frame is not None and frame.op in (Op.APPLY, Op.EXTRACT) and not frame.head:
        yield from _heads(frame, partial, found)
    else:
        yield from _edges(partial, found)
        if partial:
            main = Vertical.USER if Vertical.USER in found else min(found, key=list(Vertical).index)
            yield from _words(edges_named(BARE_WORD_EDGE[main]), main, partial, terms)
        else:
            yield from (Candidate(f"({operator.op.value}", operator.meaning) for operator in OPERATORS)


def _edges(partial: str, found: frozenset[Vertical]) -> Iterator[Candidate]:
    """The edges that begin so, each name once, with its meaning in every vertical that fits."""
    meanings: dict[str, list[str]] = {}
    for edge in CATALOGUE:
        if edge.vertical in found and edge.name.startswith(partial):
            meanings.setdefault(edge.name, []).append(f"{edge.vertical.value}: {edge.meaning}")
    for name, said in meanings.items():
        yield Candidate(f"{name}:", " · ".join(said))


def _heads(frame: Frame, partial: str, found: frozenset[Vertical]) -> Iterator[Candidate]:
    """What may be the first argument of an apply or extract that finds one of `found`."""
    is_extract = frame.op == Op.EXTRACT
    meanings: dict[str, str] = {}
    for edge in CATALOGUE:
        if is_extract and edge.is_field and edge.value_vertical in found:
            meanings[edge.name] = f"the {edge.value_vertical.value} documents that the {edge.vertical.value} holds"
        elif not is_extract and edge.value_vertical is not None and edge.vertical in found:
            meanings.setdefault(edge.name, edge.meaning)
    for name, meaning in meanings.items():
        if name.startswith(partial):
            yield Candidate(f"{name}:", meaning)


def _options(cursor: Cursor, partial: str) -> Iterator[Candidate]:
    """The options that the list reads on itself, and those that the list around it reads on it."""
    if not cursor.frames:
        return
    own = OPERATOR_BY_NAME.get(cursor.frames[-1].op)
    around = OPERATOR_BY_NAME.get(cursor.frames[-2].op) if len(cursor.frames) > 1 else None
    read = (own.options if own else ()) + (around.operand_options if around else ())
    for option in read:
        if option.value not in cursor.frames[-1].options and f":{option.value}".startswith(partial):
            yield Candidate(f":{option.value}", OPTION_EXAMPLES[option][1])


def _literals(option: str, partial: str) -> Iterator[Candidate]:
    if option == Opt.ORDER and "hits".startswith(partial):
        yield Candidate("hits", OPTION_EXAMPLES[Opt.ORDER][1])


def _values(edge: Edge, value: str, terms: TermsOf) -> Iterator[Candidate]:
    """`me`, `1`, or live terms behind the colon."""
    if edge.takes_me and "me".startswith(value):
        yield Candidate(f"{edge.name}:me", "the viewer")
    elif edge.kind is ValueKind.FLAG and "1".startswith(value):
        yield Candidate(f"{edge.name}:1", edge.meaning)
    elif edge.kind is not ValueKind.FLAG:
        beginning = _ESCAPE.sub(r"\1", value[1:].removesuffix('"')) if value.startswith('"') else value
        yield from _terms(edge, edge.name, beginning, terms)


def _words(edges: tuple[Edge, ...], vertical: Vertical, partial: str, terms: TermsOf) -> Iterator[Candidate]:
    """Live terms that may stand without their edge."""
    edge = next(edge for edge in edges if edge.vertical is vertical)
    yield from _terms(edge, "", partial, terms)


def _terms(edge: Edge, name: str, beginning: str, terms: TermsOf) -> Iterator[Candidate]:
    if (not beginning and edge.kind in _LONG_DICTIONARIES) or not is_unicode(beginning):
        return
    for term in terms(edge, beginning, MAX_TERMS):
        if term.text.isprintable():
            try:
                text = print_term(Term(name, term.text))
            except ValueError:  # cannot stand as a bare word
                continue
            yield Candidate(text, f"{term.documents:,} {edge.vertical.value}")


def _chosen(edges: list[Edge] | tuple[Edge, ...]) -> Edge | None:
    """The edge whose terms are offered, where several verticals have one of that name: users first."""
    return next((edge for edge in edges if edge.vertical is Vertical.USER), edges[0] if edges else None)
