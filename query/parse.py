"""From text to syntax tree: limits, Lark's LALR parser over `grammar.lark`, and good errors.

Edges and options are not known here, operators only by name. Work is linear in the text and nothing recurses,
so hostile texts cost no more than honest ones; the parser stops at the token that goes over a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

from query.diagnostics import BAD_ARITY, BAD_OPTION, LIMIT, SYNTAX, Fault, shown
from query.nodes import Form, Node, Option, Span, Term
from query.operators import OPERATOR_BY_NAME, unknown_operator
from query.syntax_faults import lexical_fault, token_fault
from schemas.settings import Settings

_ESCAPE = re.compile(r'\\(["\\])')
_WHOLE = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?[0-9]*\.[0-9]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: str, settings: Settings) -> Node:
    """The tree of one query text; any other text is a `QueryError`."""
    try:
        _check_text(text, settings.max_text_bytes)
        return _parse(text, settings)
    except Fault as fault:
        raise fault.located(text) from None


def _check_text(text: str, max_bytes: int) -> None:
    """Refuse a text that is too long, before anything looks at it, or that is no Unicode."""
    head = text[: max_bytes + 1]
    if len(head) > max_bytes or len(head.encode("utf-8", "surrogatepass")) > max_bytes:
        fits = len(head.encode("utf-8", "surrogatepass")[:max_bytes].decode("utf-8", "ignore"))
        raise Fault(
            LIMIT,
            f"the query is longer than {max_bytes} bytes",
            Span(fits, fits + 1),
            "shorten it: put long lists of ids into a group, or split the query",
        )
    surrogate = _SURROGATE.search(text)
    if surrogate:
        raise Fault(
            SYNTAX,
            f"{shown(surrogate[0])} is half a character (a lone surrogate)",
            Span(*surrogate.span()),
            "send the text as valid UTF-8",
        )


def _parse(text: str, settings: Settings) -> Node:
    parser = _parser().parse_interactive(text)
    lex: Callable[[object], Iterator[Token]] = parser.lexer_thread.lex
    opened: list[Token] = []
    nodes = 0
    previous: Token | None = None
    try:
        for token in lex(parser.parser_state):
            parser.feed_token(token)
            kind = token.type
            if kind == "LPAR":
                opened.append(token)
                nodes += 1
                if len(opened) > settings.max_depth:
                    raise _over(token, f"lists are nested deeper than {settings.max_depth}", "flatten the query")
            elif kind == "RPAR":
                opened.pop()
            elif kind in ("TERM", "QUOTED"):
                nodes += 1
            elif kind == "WORD":
                before = previous.type if previous else ""
                if before != "LPAR":
                    nodes += before != "OPTION"
                elif token not in OPERATOR_BY_NAME:
                    raise unknown_operator(str(token), _span(token))
            if nodes > settings.max_nodes:
                raise _over(
                    token,
                    f"the query has more than {settings.max_nodes} terms and lists",
                    "use fewer operands",
                )
            previous = token
        return cast(Node, parser.feed_token(Token("$END", "")))
    except UnexpectedCharacters as error:
        raise lexical_fault(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        raise token_fault(text, error.token, previous, opened) from None


def _over(token: Token, message: str, hint: str) -> Fault:
    return Fault(LIMIT, message, _span(token), hint)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", transformer=_Builder(), maybe_placeholders=False)


def _span(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


class _Builder(Transformer[Token, Node]):
    """Makes nodes as the parser reduces; no parse tree is ever built."""

    def term(self, children: list[Token]) -> Term:
        token = children[0]
        edge, _, value = token.partition(":")
        is_prefix = value.endswith("*")
        return Term(edge, value[:-1] if is_prefix else value, is_prefix, False, _span(token))

    def quoted(self, children: list[Token]) -> Term:
        token = children[0]
        edge, _, rest = token.partition(":")
        is_prefix = rest.endswith("*")
        value = rest[1:-2] if is_prefix else rest[1:-1]
        if "\\" in value:
            value = _ESCAPE.sub(r"\1", value)
        return Term(edge, value, is_prefix, True, _span(token))

    def word(self, children: list[Token]) -> Term:
        token = children[0]
        value, is_prefix = (token[:-1], True) if token.endswith("*") else (str(token), False)
        try:
            return Term("", value, is_prefix, False, _span(token))
        except ValueError:
            hint = f'write it with its edge, such as name:"{value}"*'
            raise Fault(SYNTAX, f"{shown(token)} cannot stand as a bare word", _span(token), hint) from None

    def head(self, children: list[Token]) -> Token:
        return children[0]

    def option(self, children: list[Token]) -> Option:
        name, literal = children
        span = Span(name.start_pos or 0, literal.end_pos or 0)
        if len(name) == 1:
            raise Fault(
                BAD_OPTION,
                "an option needs a name",
                _span(name),
                "such as :limit; a value touches its edge: name:ann",
            )
        return Option(name[1:], _literal(str(literal)), span)

    def operation(self, children: list[Token | Node | Option]) -> Form:
        opening, op, *arguments, closing = children
        assert isinstance(opening, Token)
        assert isinstance(op, Token)
        assert isinstance(closing, Token)
        edge, edge_span = "", Span(0, 0)
        operands: list[Node] = []
        options: list[Option] = []
        for argument in arguments:
            if isinstance(argument, Option):
                options.append(argument)
            elif not isinstance(argument, Token):
                operands.append(argument)
            elif edge or operands:
                raise Fault(
                    BAD_ARITY,
                    f"{shown(argument)} has no value",
                    _span(argument),
                    f"write a value right behind it, such as {argument[:40]}5; an edge alone is the "
                    "first argument of apply and extract",
                )
            else:
                edge, edge_span = argument[:-1], _span(argument)
        span = Span(opening.start_pos or 0, closing.end_pos or 0)
        return Form(str(op), edge, tuple(operands), tuple(options), span, edge_span)


def _literal(text: str) -> int | Decimal | str:
    """A whole number of any length, a plain decimal, or the text itself."""
    if _WHOLE.fullmatch(text):
        return int(Decimal(text))
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
