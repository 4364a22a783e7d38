"""The flags that several commands share, and the settings of the process."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from api.ids import read_id
from schemas.catalogue import Vertical
from schemas.errors import InputError
from schemas.ids import ExternalId
from schemas.settings import Settings


def id_flag(context: click.Context, param: click.Parameter, value: str | None) -> ExternalId | None:
    """Callback of flags that take a decimal 64-bit integer; anything else is click's usage error."""
    try:
        return None if value is None else read_id(value)
    except InputError as error:
        raise click.BadParameter(f"{error.message}: {error.hint}.", context, param) from None


DIRECTORY = click.Path(path_type=Path, file_okay=False)
VERTICALS = click.Choice([vertical.value for vertical in Vertical])

index_flag = click.option("--index", type=DIRECTORY, required=True, metavar="DIR", help="The directory of the index.")
warehouse_flag = click.option(
    "--warehouse", type=DIRECTORY, required=True, metavar="DIR", help="The directory of the warehouse tables."
)


class Location(click.ParamType[str]):
    """The path of a directory, or an address with a scheme, as text."""

    name = "location"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """What has a scheme is left to whoever opens it; a path may not be that of a file."""
        return value if "://" in value else str(DIRECTORY.convert(value, param, ctx))


source_flag = click.option(
    "--warehouse",
    type=Location(),
    required=True,
    metavar="DIR|URL",
    help="The directory of the warehouse tables, or hive://[USER@]HOST:PORT/DATABASE[?auth=NOSASL].",
)

target_flag = click.option(
    "--warehouse",
    type=Location(),
    required=True,
    metavar="DIR|URL",
    help="The warehouse to write; replaced as a whole.",
)


def settings_of(context: click.Context) -> Settings:
    """The settings that the environment of the process gives."""
    return Settings.from_environment(context.find_root().obj)


def log_operator_to_stderr() -> None:
    """Show the log of the operator role, one line a reading, on stderr."""
    from api.session import OPERATOR_LOG

    OPERATOR_LOG.setLevel(logging.INFO)
    OPERATOR_LOG.propagate = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    OPERATOR_LOG.handlers[:] = [handler]
