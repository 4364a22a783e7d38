"""`monoceros repl`: the interactive shell, or the same on piped lines, over an index or a service."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from api.cli.flags import DIRECTORY, id_flag, log_operator_to_stderr, settings_of
from schemas.ids import ExternalId


@click.command()
@click.option("--index", type=DIRECTORY, metavar="DIR", help="The directory of the index.")
@click.option("--url", metavar="URL", help="A service instead of an index, such as http://127.0.0.1:8000.")
@click.option("--keys", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The file with the key.")
@click.option("--key", metavar="ID", help="Which key of the file.")
@click.option("--viewer", callback=id_flag, metavar="ID", help="Whose world to see; `:me ID` changes it.")
@click.option("--operator", is_flag=True, help="See everything, as the holder of this machine or of a key; logged.")
@click.pass_context
def repl(
    context: click.Context,
    index: Path | None,
    url: str | None,
    keys: Path | None,
    key: str | None,
    viewer: ExternalId | None,
    operator: bool,
) -> None:
    """Ask interactively: completion, history, and commands such as :help.

    Piped lines are read the same way: a query goes on until its parentheses are balanced. Over the wire, a service of this
    machine without keys is asked as any viewer; others take --keys.
    """
    from api.repl import run_repl

    if (index is None) == (url is None):
        raise click.UsageError("give either --index or --url")
    if keys is not None and url is None:
        raise click.UsageError("--keys are for a service: give --url")
    settings, environment = settings_of(context), context.find_root().obj
    if index is not None:
        from api.session import Session

        log_operator_to_stderr()
        run_repl(Session(index, settings), viewer, is_operator=operator, environment=environment)
        return
    assert url is not None
    from api.cli.curl import check_url
    from api.client import read_credentials
    from api.repl.wire import WireSource

    check_url(url)
    credentials = None if keys is None else read_credentials(keys, key)
    with closing(WireSource(url, credentials, settings)) as source:
        run_repl(source, viewer, is_operator=operator, environment=environment)
