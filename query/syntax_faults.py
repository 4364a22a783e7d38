"""What to say about a text that the grammar does not take: the reason and the place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lark import Token

from query.diagnostics import SYNTAX, Fault, shown
from query.nodes import Span

_RUN = re.compile(r'[^\s();"]*')
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_EDGE_COLON = re.compile(r"[^:]+:")


def lexical_fault(text: str, at: int) -> Fault:
    """The fault of a text that is no token at `at`: it always has to do with a quote."""
    run = _RUN.match(text, at)
    assert run is not None
    quote = run.end()
    if not text.startswith('"', quote):
        return Fault(SYNTAX, f"{shown(run[0])} is no term", Span(at, quote), "write edge:value")
    before = run[0]
    if before and not _EDGE_COLON.fullmatch(before):
        return Fault(
            SYNTAX,
            "a quote stands inside a value",
            Span(quote, quote + 1),
            'quote the whole value, with \\" for the quote itself: name:"a \\"b\\""',
        )
    string = _STRING.match(text, quote)
    if string is None:
        return Fault(
            SYNTAX,
            "the string that begins here is not closed",
            Span(quote, quote + 1),
            'close it with ", and write \\" for a quote inside it',
        )
    if not before:
        example = string[0] if len(string[0]) <= 40 else '"…"'
        return Fault(
            SYNTAX,
            f"{shown(string[0])} has no edge",
            Span(*string.span()),
            f"put an edge in front of it, such as name:{example}",
        )
    end = string.end() + text.startswith("*", string.end())
    rest = _RUN.match(text, end)
    assert rest is not None
    return Fault(
        SYNTAX,
        "something touches the end of a quoted value",
        Span(end, max(rest.end(), end + 1)),
        'only a * may touch the closing quote; put a space here, or write \\" for a quote inside the value',
    )


def token_fault(text: str, token: Token, previous: Token | None, opened: Sequence[Token]) -> Fault:
    """The fault of a `token` that may not stand behind `previous`, inside the lists `opened`."""
    kind = token.type
    span = Span(token.start_pos or 0, token.end_pos or 0)
    if previous is not None and previous.type == "OPTION":
        return Fault(
            SYNTAX,
            f"option {shown(previous)} has no value",
            Span(previous.start_pos or 0, previous.end_pos or 0),
            f"write one behind it, such as {previous if len(previous) <= 40 else ':limit'} 10",
        )
    if kind == "$END":
        return _end_fault(text, opened)
    if previous is not None and previous.type == "LPAR":
        if kind == "RPAR":
            begin = previous.start_pos or 0
            return Fault(SYNTAX, "this list is empty", Span(begin, span.end), "write an operator: (and … …)")
        hint = "write an operator first, such as (and … …)"
        if kind in ("TERM", "QUOTED"):
            hint = "a single term stands without parentheses; for several write (and … …) or (or … …)"
        return Fault(SYNTAX, f"{shown(token)} is no operator, and a list begins with one", span, hint)
    if kind == "RPAR":
        return Fault(SYNTAX, "this parenthesis closes no list", span, "remove it, or open a list before it")
    if previous is None and kind == "PREFIX":
        return Fault(
            SYNTAX,
            f"{shown(token)} has no value",
            span,
            'a value touches its edge, such as name:ann; an empty one is written name:""',
        )
    if previous is None:
        return Fault(SYNTAX, f"option {shown(token)} stands outside a list", span, "options stand inside ( … )")
    return Fault(SYNTAX, "the query ended before this", span, "join several with an operator: (and … …)")


def _end_fault(text: str, opened: Sequence[Token]) -> Fault:
    if not opened:
        return Fault(SYNTAX, "the query is empty", Span(len(text), len(text)), "write a term, such as name:ann")
    start = opened[-1].start_pos or 0
    missing = len(opened)
    what = "a closing parenthesis" if missing == 1 else f"{missing} closing parentheses"
    return Fault(SYNTAX, "the list that opens here is not closed", Span(start, start + 1), f"{what} missing at the end")
