"""From text to syntax tree: limits, Lark's LALR parser over `grammar.lark`, and good errors.

Edges and options are not known here, operators only by name. Work is linear in the text and nothing recurses,
so hostile texts cost no more than honest ones; the parser stops at the token that goes over a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

from query.diagnostics import BAD_ARITY, BAD_OPTION, LIMIT, SYNTAX, UNKNOWN_EDGE, Fault, shown
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


def check_text(text: str, settings: Settings) -> None:
    """Refuse, by a `QueryError`, a text that `parse` would not look at: one that is too long, or no Unicode."""
    try:
        _check_text(text, settings.max_text_bytes)
    except Fault as fault:
        raise fault.located(text) from None


def _check_text(text: str, max_bytes: int) -> None:
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
        tree = parser.feed_token(Token("$END", ""))
        if isinstance(tree, _Touching):
            raise tree.fault()
        return cast(Node, tree)
    except UnexpectedCharacters as error:
        raise lexical_fault(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        raise token_fault(text, error.token, previous, opened) from None


_HEADED = ("apply", "extract")


@dataclass(frozen=True, slots=True)
class _Touching:
    """A head and the term that it touches, written as one token; legal in apply and extract only."""

    head: str
    term: Term
    span: Span

    def fault(self) -> Fault:
        """The error for standing elsewhere."""
        edge = f"{self.head}:{self.term.edge}"
        return Fault(UNKNOWN_EDGE, f"there is no edge {shown(edge)}", self.span, "an edge name holds no colon")


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

    def quoted(self, children: list[Token]) -> Term | _Touching:
        token = children[0]
        before, _, rest = token.partition('"')
        head, _, edge = before[:-1].rpartition(":")
        rest = '"' + rest
        is_prefix = rest.endswith("*")
        value = rest[1:-2] if is_prefix else rest[1:-1]
        if "\\" in value:
            value = _ESCAPE.sub(r"\1", value)
        span = _span(token)
        if head:
            return _Touching(head, Term(edge, value, is_prefix, True, Span(span.start + len(head) + 1, span.end)), span)
        return Term(edge, value, is_prefix, True, span)

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

    def operation(self, children: list[Token | Node | Option | _Touching]) -> Form:
        opening, op, *arguments, closing = children
        assert isinstance(opening, Token)
        assert isinstance(op, Token)
        assert isinstance(closing, Token)
        edge, edge_span = "", Span(0, 0)
        operands: list[Node] = []
        options: list[Option] = []
        takes_head = op in _HEADED
        for argument in arguments:
            if isinstance(argument, Option):
                options.append(argument)
            elif takes_head and not edge and not operands and isinstance(argument, Term | _Touching):
                touching = argument if isinstance(argument, _Touching) else _touching(argument)
                if touching is None:
                    operands.append(cast(Term, argument))
                    continue
                edge, edge_span = touching.head, Span(touching.span.start, touching.span.start + len(touching.head) + 1)
                operands.append(touching.term)
            elif isinstance(argument, _Touching):
                raise argument.fault()
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


def _touching(term: Term) -> _Touching | None:
    """The head and the term that an unquoted term of apply or extract is read as: `liker:verified:1`, `liker:melanie`."""
    if not term.edge or term.is_quoted:
        return None
    edge, colon, value = term.value.partition(":")
    if not colon:
        edge, value = "", term.value
    elif not edge or not (value or term.is_prefix):
        return None
    span = Span(term.span.start + len(term.edge) + 1, term.span.end)
    return _Touching(term.edge, Term(edge, value, term.is_prefix, False, span), term.span)


def _literal(text: str) -> int | Decimal | str:
    """A whole number of any length, a plain decimal, or the text itself."""
    if _WHOLE.fullmatch(text):
        return int(Decimal(text))
    return Decimal(text) if _DECIMAL.fullmatch(text) else text
