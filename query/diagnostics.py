"""Errors of the language: a fault with a span, and the `QueryError` with line, column, underline and hint.

Stages raise `Fault`, which knows only code points; the edge of each stage, which has the text, makes the
`QueryError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from query.nodes import Span
from schemas.errors import QueryError

SYNTAX = "syntax"
LIMIT = "limit"
UNKNOWN_OPERATOR = "unknown-operator"
UNKNOWN_EDGE = "unknown-edge"
BAD_VALUE = "bad-value"
BAD_OPTION = "bad-option"
BAD_ARITY = "bad-arity"
TYPE = "type"
NO_VIEWER = "no-viewer"
NO_AFFINITY = "no-affinity"

CODES: tuple[str, ...] = (
    SYNTAX,
    LIMIT,
    UNKNOWN_OPERATOR,
    UNKNOWN_EDGE,
    BAD_VALUE,
    BAD_OPTION,
    BAD_ARITY,
    TYPE,
    NO_VIEWER,
    NO_AFFINITY,
)
"""Every code that a query error may have; they are stable."""

EXCERPT_COLUMNS = 80
_BEFORE = 32
_SHOWN = 48


class Fault(Exception):
    """What is wrong and at which code points, raised inside a stage that does not hold the text."""

    def __init__(self, code: str, message: str, span: Span, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint

    def located(self, text: str) -> QueryError:
        """The error for the outside: the same, with line, column and excerpt of `text`."""
        start = min(self.span.start, len(text))
        line_start = text.rfind("\n", 0, start) + 1
        return QueryError(
            self.code,
            self.message,
            hint=self.hint,
            line=text.count("\n", 0, start) + 1,
            column=start - line_start + 1,
            excerpt=_excerpt(text, line_start, start, self.span.end),
        )


def _excerpt(text: str, line_start: int, start: int, end: int) -> str:
    """The line of `start`, at most `EXCERPT_COLUMNS` of it, over an underline of `start` to `end`."""
    line_end = text.find("\n", start)
    if line_end < 0:
        line_end = len(text)
    left, right = line_start, line_end
    if right - left > EXCERPT_COLUMNS:
        left = max(line_start, min(start - _BEFORE, line_end - EXCERPT_COLUMNS))
        right = min(line_end, left + EXCERPT_COLUMNS)
    window = "".join(char if char.isprintable() else " " for char in text[left:right])
    offset = start - left
    if left > line_start:
        window = "…" + window[1:]
    if right < line_end:
        window = window[:-1] + "…"
    return f"{window}\n{' ' * offset}{'^' * max(1, min(end, right) - start)}"


def shown(text: str) -> str:
    """A piece of the caller's text for a message: in backticks, cut when long, escaped where unprintable."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return f"`{cut}`"


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def nearest(name: str, known: Sequence[str]) -> str:
    """The known name that is most like `name`, upper and lower case alike; the same one every time."""
    return get_close_matches(name[:_SHOWN].lower(), known, n=1, cutoff=0.0)[0]
