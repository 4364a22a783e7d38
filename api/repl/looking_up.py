"""`:terms`, `:peek` and `:stats`: what may be looked up beside answers. The first two are cut to the viewer's world."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from api.console.text import instant, is_unicode, printable
from api.repl.shell import Shell
from api.session import log_operator
from schemas.catalogue import BARE_WORD_EDGE, EDGE_NAMES, EDGES, Edge, ValueKind, Vertical, edges_named
from schemas.errors import InputError
from schemas.ids import ExternalId

_TERMS_SHOWN = 20
_VALUE_SHOWN = 200


def show_terms(shell: Shell, argument: str) -> None:
    """The most frequent terms of W_v with a beginning."""
    edge, beginning = _edge_and_beginning(argument, shell.vertical)
    if edge.kind is ValueKind.ID:
        raise InputError(
            "no-terms", f"`{edge.name}:` takes ids, and ids are not listed", hint="ask for words: :terms name:mel"
        )
    if not is_unicode(beginning):
        raise InputError("bad-argument", f"`{printable(beginning[:40])}` is no text", hint="send it as valid UTF-8")
    if shell.is_operator:
        log_operator("terms", argument)
    terms = shell.session.terms(shell.viewer, edge, beginning, _TERMS_SHOWN, is_operator=shell.is_operator)
    if not terms:
        shell.say("no terms")
        return
    table = _table("term", f"{edge.vertical.value} documents")
    for term in terms:
        table.add_row(Text(printable(f"{edge.name}:{term.text}")), f"{term.documents:,}")
    shell.out.print(table)


def show_peek(shell: Shell, vertical: Vertical, external: ExternalId) -> None:
    """The fields of one document of W_v."""
    fields = shell.session.peek(shell.viewer, vertical, external, is_operator=shell.is_operator)
    if fields is None:
        raise InputError("unknown-id", f"there is no {vertical} {external}", hint="`:peek ID VERTICAL` looks elsewhere")
    table = _table("field", "value")
    for name, value in fields.items():
        table.add_row(name, Text(_value(name, value)))
    shell.out.print(table)


def show_stats(shell: Shell) -> None:
    """Figures of the whole world, so the operator's."""
    table = _table("", "")
    table.show_header = False
    for name, value in shell.session.stats().items():
        table.add_row(name, Text(printable(value)))
    shell.out.print(table)


def _edge_and_beginning(argument: str, vertical: Vertical | None) -> tuple[Edge, str]:
    """The edge that `edge:beginning` names, in the vertical set or else the first that has it; a bare word's own edge."""
    name, colon, beginning = argument.partition(":")
    if not colon:
        main = vertical or Vertical.USER
        return EDGES[main, BARE_WORD_EDGE[main]], argument
    edges = edges_named(name)
    if not edges:
        raise InputError("unknown-edge", f"unknown edge `{name[:40]}:`", hint=f"edges: {', '.join(sorted(EDGE_NAMES))}")
    return next((edge for edge in edges if edge.vertical is vertical), edges[0]), beginning.strip('"').removesuffix("*")


def _value(name: str, value: object) -> str:
    if name.endswith("_ms") and isinstance(value, int):
        return instant(value)
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            text = ", ".join(map(str, value)) or "none"
        case _:
            text = str(value)
    return printable(text if len(text) <= _VALUE_SHOWN else text[: _VALUE_SHOWN - 1] + "…")


def _table(*headers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    return table
