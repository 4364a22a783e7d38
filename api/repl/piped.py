"""The shell on piped lines: a query goes on until it is balanced; at the end of input what is left is taken as it is."""

from __future__ import annotations

from typing import BinaryIO

from api.lines import bounded_lines
from api.repl.balance import Balance
from api.repl.shell import Shell


def run_piped(shell: Shell, source: BinaryIO) -> None:
    """Read and answer to the end of `source`, or to `:quit`; errors are printed and the run goes on."""
    longest = shell.session.settings.max_text_bytes + 1  # one byte over, so that the parser sees what is too long
    lines: list[str] = []
    size = 0
    open_parts = Balance()
    for raw, _ in bounded_lines(source, longest):
        line = raw.decode("utf-8", "surrogateescape")
        if not lines and _is_blank(line):
            continue
        lines.append(line)
        size += len(raw) + 1
        is_command = len(lines) == 1 and line.lstrip().startswith(":")
        if not is_command:
            open_parts.feed(line + "\n")
        if is_command or not open_parts.is_open or size > longest:
            if not shell.handle("\n".join(lines)):
                return
            lines, size, open_parts = [], 0, Balance()
    if lines:
        shell.handle("\n".join(lines))


def _is_blank(line: str) -> bool:
    """Whether a line holds nothing, or a comment only."""
    stripped = line.strip()
    return not stripped or stripped.startswith(";")
