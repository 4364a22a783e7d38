"""Counts of rows, sizes and times on stdout, for the commands that write."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich import box
from rich.table import Table

from api.console.output import console
from api.console.text import printable


def print_rows(rows: Mapping[str, int], warehouse: Path | str) -> None:
    """The rows that were written, by table."""
    print_table(("table", "rows"), ((table, f"{count:,}") for table, count in sorted(rows.items())))
    console(sys.stdout).print(f"{sum(rows.values()):,} rows in {printable(str(warehouse))}")


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table whose first column is text, and the last too where there are more than two; numbers stand right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, header in enumerate(headers):
        is_text = place == 0 or place == len(headers) - 1 > 1
        table.add_column(header, justify="left" if is_text else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    console(sys.stdout).print(table)
