"""`monoceros rollback`: the generation before comes back in force."""

from __future__ import annotations

import time
from pathlib import Path

import click

from api.cli.build import follow
from api.cli.flags import index_flag


@click.command()
@index_flag
def rollback(index: Path) -> None:
    """Put the generation before the one in force in force again.

    It is checked first, byte by byte. The one that is left stays on the disk until the next build.
    """
    from api.console.text import printable
    from index import rollback as roll_back
    from index import writing

    with writing(index):
        generation = roll_back(index)
    follow(index, time.time_ns() // 1_000_000)
    click.echo(f"{printable(str(index))}: generation {generation} is in force again")
