"""Starts the shell: on a terminal with prompt_toolkit, on anything else line by line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from api.console.output import console
from api.repl.piped import run_piped
from api.repl.shell import Shell
from api.repl.sources import Source
from schemas.ids import ExternalId


def run_repl(session: Source, viewer: ExternalId | None, *, is_operator: bool, environment: Mapping[str, str]) -> None:
    """Read and answer until the input ends or `:quit`."""
    shell = Shell(session, console(sys.stdout), viewer, is_operator=is_operator)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from api.repl.interactive import run_interactive

        run_interactive(shell, history_path(environment))
    else:
        run_piped(shell, sys.stdin.buffer)


def history_path(environment: Mapping[str, str]) -> Path:
    """Where the queries of this person are kept: the state directory of the desktop conventions."""
    state = environment.get("XDG_STATE_HOME") or ""
    home = environment.get("HOME") or "~"
    base = Path(state) if Path(state).is_absolute() else Path(home).expanduser() / ".local" / "state"
    return base / "monoceros" / "history"
