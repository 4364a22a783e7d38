"""The consoles that people read: text as it is, without markup, emoji codes or highlighting of what came from outside."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console

PIPED_WIDTH = 200
"""Columns where no terminal says how many there are: names should rarely have to fold."""


def console(stream: TextIO) -> Console:
    """A console on a stream. Colours only on a terminal; NO_COLOR and COLUMNS count as everywhere."""
    is_terminal = stream.isatty()
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        width=None if is_terminal else PIPED_WIDTH,
        force_terminal=is_terminal,
    )
