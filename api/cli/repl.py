"""`monoceros repl`: the interactive shell, or the same on piped lines."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.flags import id_flag, index_flag, log_operator_to_stderr, settings_of
from schemas.ids import ExternalId


@click.command()
@index_flag
@click.option("--viewer", callback=id_flag, metavar="ID", help="Whose world to see; `:me ID` changes it.")
@click.option("--operator", is_flag=True, help="See everything, as the holder of this machine; logged.")
@click.pass_context
def repl(context: click.Context, index: Path, viewer: ExternalId | None, operator: bool) -> None:
    """Ask interactively: completion, history, and commands such as :help.

    Piped lines are read the same way: a query goes on until its parentheses are balanced.
    """
    from api.repl import run_repl
    from api.session import Session

    log_operator_to_stderr()
    session = Session(index, settings_of(context))
    run_repl(session, viewer, is_operator=operator, environment=context.find_root().obj)
