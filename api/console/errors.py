"""An error for people: what, where with the offending text underlined, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from api.console.text import printable
from schemas.errors import MonocerosError

_AROUND = 2
"""Lines of a query that are shown before the offending one."""


def error_text(error: MonocerosError, query: str = "") -> Text:
    """The whole message. `query` is what was asked, so that an error inside a longer text shows the lines before it."""
    text = Text()
    text.append("error: ", "bold red")
    text.append(printable(error.message))
    if error.line is not None:
        text.append(f"\n  line {error.line}, column {error.column}", "dim")
    for line, is_mark in _echo(error, query):
        text.append("\n    ")
        text.append(line, "bold red" if is_mark else "")
    if error.hint:
        text.append("\n  hint: ", "bold")
        text.append(printable(error.hint))
    return text


def _echo(error: MonocerosError, query: str) -> Iterator[tuple[str, bool]]:
    """The lines before the offending one, that one, and the marks under it."""
    shown, _, underline = error.excerpt.partition("\n")
    if not shown:
        return
    if query and error.line is not None:
        for line in query.split("\n")[max(0, error.line - 1 - _AROUND) : error.line - 1]:
            yield printable(line.replace("\t", " ")), False
    yield shown, False
    start = len(underline) - len(underline.lstrip())
    marks = max(1, cell_len(shown[start : len(underline)]))
    yield " " * cell_len(shown[:start]) + "^" * marks, True
