"""From an exception to a message on stderr and an exit code. No user error shows a traceback."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Mapping

import click

from schemas.errors import MonocerosError

DAMAGE = 1
BROKEN_PIPE = 1
BAD_INPUT = 2
BUG = 70
INTERRUPTED = 130


def exit_code_of(error: BaseException, environment: Mapping[str, str]) -> int:
    """Say what went wrong, once and on stderr, and give the exit code."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            error.show()
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            click.echo("interrupted", err=True)
            return INTERRUPTED
        case MonocerosError():
            show_error(error)
            return BAD_INPUT
        case OSError() if error.errno == errno.EPIPE:
            _drop_output()
            return BROKEN_PIPE
        case OSError():
            where = f" {error.filename}" if error.filename else ""
            click.echo(f"error: the system refused{where}: {error.strerror or error}", err=True)
            return BAD_INPUT
        case MemoryError():
            click.echo("error: not enough memory for this; the index and the warehouse are as they were", err=True)
            return BAD_INPUT
        case _:
            if environment.get("MONOCEROS_DEBUG") == "1":
                traceback.print_exception(error)
            what = f"{type(error).__name__}: {error}".split("\n", 1)[0]
            hint = "MONOCEROS_DEBUG=1 shows where"
            click.echo(f"internal error: {what} — this is a bug, please report it ({hint})", err=True)
            return BUG


def show_error(error: MonocerosError, query: str = "") -> None:
    """The error for people, on stderr."""
    from api.console.errors import error_text
    from api.console.output import console

    console(sys.stderr).print(error_text(error, query), soft_wrap=True)


def _drop_output() -> None:
    """Nobody reads any more: what is still buffered goes nowhere, without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
