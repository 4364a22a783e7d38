"""`monoceros demo`: a world of its own, three queries with their answers and explains, then the shell."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.build import build_index, print_build
from api.cli.flags import DIRECTORY, log_operator_to_stderr, settings_of
from schemas.catalogue import Vertical
from schemas.errors import DamagedError, InputError
from schemas.ids import ExternalId
from schemas.settings import Settings

if TYPE_CHECKING:
    from api.session import Session

USERS = 10_000
SEED = 7
QUERIES: tuple[tuple[str, str], ...] = (
    (
        "people whom at least two of those I follow follow, and I do not yet",
        "(difference (apply followed_by: followed_by:me :min-hits 2) followed_by:me)",
    ),
    (
        "places that people I follow have been to, most visited by them first",
        "(apply visited_by: followed_by:me :order hits)",
    ),
    (
        "videos and albums liked by people I follow, not my own",
        "(and (apply liker: followed_by:me) (or type:video type:album) (not owner:me))",
    ),
)
_SHOWN = 5
_CANDIDATES = 40


@click.command()
@click.option(
    "--directory",
    type=DIRECTORY,
    default=Path(".monoceros/demo"),
    show_default=True,
    metavar="DIR",
    help="Where the world and its index are kept.",
)
@click.pass_context
def demo(context: click.Context, directory: Path) -> None:
    """Show everything once, on a generated world of 10,000 users.

    The world and its index are kept, and used again the next time.
    """
    from api.repl import run_repl

    settings = settings_of(context)
    log_operator_to_stderr()
    session = open_demo(directory, settings)
    viewer = well_connected(session)
    _show(session, viewer)
    index = directory / "index"
    click.echo("\nGo on:")
    click.echo(f"  monoceros repl --index {index} --viewer {viewer}")
    click.echo(f"  monoceros query --index {index} --viewer {viewer} --lineage '{QUERIES[0][1]}'")
    if sys.stdin.isatty() and sys.stdout.isatty():
        click.echo()
        run_repl(session, viewer, is_operator=False, environment=context.find_root().obj)


def open_demo(directory: Path, settings: Settings) -> Session:
    """The demo's index, made where it is not there yet or cannot be used any more."""
    from api.session import Session
    from ingest import generate

    warehouse, index = directory / "warehouse", directory / "index"
    try:
        return Session(index, settings)
    except (DamagedError, InputError):
        pass  # not made yet, damaged, or made by another version: make it again
    if not warehouse.exists():
        from api.cli.counts import print_rows
        from api.cli.progress import counted

        click.echo(f"Generating a world of {USERS:,} users")
        with counted("generate") as tell:
            rows = generate(USERS, SEED, warehouse, progress=tell)
        print_rows(rows, warehouse)
    started = time.monotonic()
    click.echo("Building its index")
    print_build(build_index(str(warehouse), index), index, time.monotonic() - started)
    return Session(index, settings)


def well_connected(session: Session) -> ExternalId:
    """Of the accounts that most follow, the one for whom the poorest of the queries finds most."""
    from query import Request

    known = session.run(Request(text="name:*", vertical=Vertical.USER, limit=_CANDIDATES))

    def poorest(viewer: int) -> int:
        requests = (Request(text=text, viewer=ExternalId(viewer), is_exact=True, limit=1) for _, text in QUERIES)
        return min(session.run(request).total for request in requests)

    return ExternalId(max(known.ids, key=poorest))


def _show(session: Session, viewer: ExternalId) -> None:
    from api.console.answers import answer_parts
    from api.console.output import console
    from query import Request

    out = console(sys.stdout)
    for title, text in QUERIES:
        request = Request(text=text, viewer=viewer, limit=_SHOWN, is_exact=True, explains=True, gives_lineage=True)
        click.echo(f"\n{title}, as user {viewer}:\n  {text}")
        for part in answer_parts(session.run(request)):
            out.print(part)
