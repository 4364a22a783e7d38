"""The one small tree of errors: each says what, where and what to do, and who is responsible.

Messages are lower case and name the value and the place. They never hold anything about the data of an index
beyond what the caller typed: an error text is a surface, and visibility holds on it too.
"""

from __future__ import annotations

from enum import StrEnum


class Responsible(StrEnum):
    """Who has to act for the error to go away."""

    CALLER = "caller"
    DEPENDENCY = "dependency"
    SERVER = "server"
    BUG = "bug"


class MonocerosError(Exception):
    """Base of every error that Monoceros raises on purpose.

    `code` is stable and meant for machines; `line` and `column` count from 1 and stand only where the error has a
    place in a text; `excerpt` is the offending line with a second line that underlines it.
    """

    responsible: Responsible = Responsible.CALLER

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        line: int | None = None,
        column: int | None = None,
        excerpt: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column
        self.excerpt = excerpt

    def as_json(self) -> dict[str, str | int | None]:
        """The wire form: `{"code", "message", "line", "column", "hint"}`."""
        return {
            "code": self.code,
            "message": self.message,
            "line": self.line,
            "column": self.column,
            "hint": self.hint,
        }


class QueryError(MonocerosError):
    """A query that cannot be answered as it is written. Raised before any posting list is read."""


class InputError(MonocerosError):
    """A flag, file or table that cannot be used as it is."""


class DamagedError(MonocerosError):
    """Bytes on disk that are not what was written; names file and block."""

    responsible = Responsible.SERVER


class BusyError(MonocerosError):
    """Somebody else holds what only one may hold, such as the writer's lock of an index."""

    responsible = Responsible.SERVER
