"""What was read and kept out, by table and reason: the counts that a build prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ingest.warehouse import Warehouse


class Ledger:
    """Collects the counts of the tables that exist: `rows`, and every reason that kept a row or part of it out.

    Reasons: `null_required`, `dangling`, `unknown_place`, `self`, `duplicate`, `empty` (a text that leaves no term),
    `later_than_build`.
    """

    def __init__(self, warehouse: Warehouse, progress: Callable[[str], None]) -> None:
        self.counts: dict[str, dict[str, int]] = {}
        self._tables = frozenset(warehouse.tables())
        self._progress = progress

    def note(self, table: str, tally: Counter[str]) -> None:
        """Set the counts in `tally`; those of a table that is read again stay what they are."""
        there = table in self._tables
        found = {why: count for why, count in tally.items() if count or (there and why == "rows")}
        if found:
            self.counts.setdefault(table, {}).update(found)
            self._progress(f"{table}: " + ", ".join(f"{count:,} {_TEXTS[why]}" for why, count in found.items()))


_TEXTS = {
    "rows": "rows",
    "null_required": "with null in a required column",
    "dangling": "that refer to nothing",
    "unknown_place": "with an unknown place",
    "self": "of a user and himself",
    "duplicate": "duplicates",
    "empty": "that leave no text",
    "later_than_build": "with a time later than this build",
}
