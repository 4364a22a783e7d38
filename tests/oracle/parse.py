"""Text to tree by hand (language.md §1): syntax, names and size limits. Knows no meaning."""

import re
from dataclasses import dataclass, field

from .edges import EDGE_NAMES
from .errors import OracleError

TEXT_BYTES, DEPTH, NODES = 16 * 1024, 64, 1024
OPERATORS = frozenset(("term", "and", "or", "not", "difference", "weak-and", "strong-or", "apply", "extract"))
HEADED = ("apply", "extract")
NAME = re.compile(r"[a-z0-9_-]+", re.ASCII)


@dataclass(frozen=True)
class Term:
    """`EDGE:VALUE` or, with no edge, a bare word; `prefix` where a `*` stood behind it."""

    edge: str | None
    text: str
    prefix: bool = False
    quoted: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Form:
    """`(OP …)`: the head of apply or extract, operands and options, each in the order written."""

    op: str
    head: str | None
    operands: tuple["Node", ...]
    options: tuple[tuple[str, str], ...]
    at: int = field(default=0, compare=False)


Node = Term | Form


class Reader:
    """One pass over the text; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.nodes = 0

    def peek(self) -> str:
        """The next character, '' at the end."""
        return self.text[self.at : self.at + 1]

    def space(self) -> None:
        """White space is free; `;` starts a comment that ends with the line."""
        while (c := self.peek()) and (c.isspace() or c == ";"):
            if c == ";":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self.at += 1

    def run(self) -> str:
        """The longest run of characters that an unquoted value may hold."""
        start = self.at
        while (c := self.peek()) and not c.isspace() and c not in '()";':
            self.at += 1
        return self.text[start : self.at]

    def quoted(self) -> str:
        """A quoted value; escapes are `\\"` and `\\\\`, any other backslash is itself."""
        start, held = self.at, ""
        self.at += 1
        while (c := self.peek()) != '"':
            if c == "\\":
                escaped = self.text[self.at + 1 : self.at + 2]
                if escaped in ('"', "\\") and escaped:
                    self.at += 1
                    c = escaped
            if not c:
                raise OracleError("syntax", "the quote is not closed", start)
            held += c
            self.at += 1
        self.at += 1
        return held

    def query(self) -> Node:
        """`query := form`, and nothing behind it."""
        self.space()
        form = self.form(1)
        self.space()
        if self.peek():
            raise OracleError("syntax", "one form is a query", self.at)
        return form

    def form(self, depth: int) -> Node:
        """`form := term | list`."""
        self.nodes += 1
        is_list = self.peek() == "("
        if self.nodes > NODES or (is_list and depth > DEPTH):
            raise OracleError("limit", "too deep or too many nodes", self.at)
        return self.list(depth) if is_list else self.term()

    def term(self) -> Term:
        """`EDGE:VALUE` or `WORD`."""
        start = self.at
        run = self.run()
        if not run:
            raise OracleError("syntax", "a form is expected", start)
        edge, colon, text = run.partition(":")
        if not colon:
            return Term(None, run.removesuffix("*"), run.endswith("*"), False, start)
        if not edge:
            raise OracleError("syntax", "an option stands in a list", start)
        known_edge(edge, start)
        if text:
            return Term(edge, text.removesuffix("*"), text.endswith("*"), False, start)
        if self.peek() != '"':
            raise OracleError("syntax", "the value is missing", self.at)
        text = self.quoted()
        prefix = self.peek() == "*"
        self.at += prefix
        return Term(edge, text, prefix, True, start)

    def list(self, depth: int) -> Form:
        """`"(" OP argument* ")"`."""
        start = self.at
        self.at += 1
        self.space()
        op = self.run()
        if not op or ":" in op:
            raise OracleError("syntax", "an operator is expected", start)
        if op not in OPERATORS:
            raise OracleError("unknown-operator", op, start)
        head = self.head() if op in HEADED else None
        operands: list[Node] = []
        options: list[tuple[str, str]] = []
        while True:
            self.space()
            match self.peek():
                case "":
                    raise OracleError("syntax", "the list is not closed", start)
                case ")":
                    self.at += 1
                    return Form(op, head, tuple(operands), tuple(options), start)
                case ":":
                    options.append(self.option())
                case _:
                    operands.append(self.form(depth + 1))

    def head(self) -> str:
        """`PREFIX := EDGE ":"`, the head of apply and extract; it may touch what follows."""
        self.space()
        start = self.at
        edge, colon, _ = self.run().partition(":")
        if not colon:
            raise OracleError("bad-arity", "apply and extract begin with an edge and `:`", start)
        known_edge(edge, start)
        self.at = start + len(edge) + 1
        return edge

    def option(self) -> tuple[str, str]:
        """`":" NAME literal`."""
        start = self.at
        name = self.run()[1:]
        if not NAME.fullmatch(name):
            raise OracleError("syntax", "an option is `:name value`", start)
        self.space()
        literal = self.run()
        if not literal:
            raise OracleError("syntax", "the value of the option is missing", start)
        return name, literal


def known_edge(edge: str, at: int) -> None:
    """Unknown edge names are errors."""
    if edge not in EDGE_NAMES:
        raise OracleError("unknown-edge", edge, at)


def parse(text: str) -> Node:
    """The tree of a query text, within the limits of §1."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise OracleError("syntax", "a lone surrogate is no character", error.start) from error
    if size > TEXT_BYTES:
        raise OracleError("limit", "the text is too long", 0)
    return Reader(text).query()
