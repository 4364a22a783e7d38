"""Plain tables: columns aligned for the terminal, which are Markdown as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table with aligned columns."""
    body = [list(row) for row in rows]
    widths = [max(len(row[place]) for row in [list(heads), *body]) for place in range(len(heads))]
    rule = ["-" * width for width in widths]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [list(heads), rule, *body]
    ]
