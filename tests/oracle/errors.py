"""Errors: a code that the engine uses too, and the place in the text (language.md §1)."""

CODES = (
    "syntax",
    "limit",
    "unknown-operator",
    "unknown-edge",
    "bad-value",
    "bad-option",
    "bad-arity",
    "type",
    "no-viewer",
    "no-affinity",
)


class OracleError(Exception):
    """A query that the language refuses: `code` is one of CODES, `at` the offset of what is wrong."""

    def __init__(self, code: str, message: str, at: int = 0) -> None:
        assert code in CODES, code
        super().__init__(f"{code} at {at}: {message}")
        self.code = code
        self.at = at


class WarehouseError(Exception):
    """A warehouse that breaks data-model.md §1: a column without a default is missing."""
