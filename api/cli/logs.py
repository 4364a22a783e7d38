"""The directory of logs that commands learn from: the search log, read as the warehouse table that it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.flags import DIRECTORY
from schemas.errors import InputError
from schemas.tables import TABLES

if TYPE_CHECKING:
    from ranking import Searches

log_flag = click.option(
    "--log",
    type=DIRECTORY,
    required=True,
    metavar="DIR",
    help="The directory of the logs, as of monoceros serve --log.",
)


def read_searches(log: Path) -> Searches:
    """The search log of a directory. InputError `empty-log` where it has none, and what a warehouse table can get wrong."""
    from ingest.opening import open_warehouse
    from ranking import Searches

    table = TABLES["search_log"]
    try:
        with open_warehouse(str(log)) as tables:
            found = Searches.of(tables.read(table.name, [column.name for column in table.columns]))
    except InputError as error:
        if error.code != "no-warehouse":
            raise
        raise _empty(log) from None
    if found.frame.is_empty():
        raise _empty(log)
    return found


def _empty(log: Path) -> InputError:
    return InputError(
        "empty-log",
        f"{log} holds no search log: no row in search_log.parquet or search_log/*.parquet",
        hint="monoceros serve --log DIR keeps one, monoceros simulate makes one",
    )
