"""`monoceros verify`: is every byte of an index what was written?"""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.failures import DAMAGE
from api.cli.flags import index_flag


@click.command()
@index_flag
@click.pass_context
def verify(context: click.Context, index: Path) -> None:
    """Check every byte of an index.

    Damage is listed by file and block, and the exit code is 1.
    """
    from api.console.text import printable, size_of
    from index import verify_index
    from schemas.errors import DamagedError

    try:
        manifest, problems = verify_index(index)
    except DamagedError as error:
        problems = [error.message]
    if problems:
        for problem in problems:
            click.echo(printable(problem))
        click.echo(f"{len(problems)} damaged: restore the files or build the index again", err=True)
        context.exit(DAMAGE)
    click.echo(f"{printable(str(index))}: no damage in {len(manifest.files)} files, {size_of(manifest.size)}")
