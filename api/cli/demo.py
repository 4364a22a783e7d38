"""`monoceros demo`: a world of its own and what happens in it, three queries with their answers and explains, then the service."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import closing
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
EVENTS = 20_000
SESSIONS, PEOPLE = 800, 150
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
@click.option(
    "--then",
    type=click.Choice(["serve", "shell", "end"]),
    help="What comes behind the queries; the service if not said, and the end where nobody sits at a terminal.",
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="The port of the service."
)
@click.pass_context
def demo(context: click.Context, directory: Path, then: str | None, port: int) -> None:
    """Show everything once, on a generated world of 10,000 users: its index, what happens live, three queries, the service.

    The world and its index are kept, and used again the next time.
    """
    settings = settings_of(context)
    log_operator_to_stderr()
    session = open_demo(directory, settings)
    viewer = well_connected(session)
    _show(session, viewer)
    index = directory / "index"
    then = then or ("serve" if sys.stdin.isatty() and sys.stdout.isatty() else "end")
    click.echo("\nGo on:")
    click.echo(f"  monoceros query --index {index} --viewer {viewer} --lineage '{QUERIES[0][1]}'")
    if then == "serve":
        _serve(context, session, viewer, port, directory)
        return
    click.echo(f"  monoceros serve --index {index}")
    if then == "end":
        click.echo(f"  monoceros repl --index {index} --viewer {viewer}")
        return
    from api.repl import run_repl

    click.echo()
    run_repl(session, viewer, is_operator=False, environment=context.find_root().obj)


def open_demo(directory: Path, settings: Settings) -> Session:
    """The demo's index with its live events, made where it is not there yet or cannot be used any more."""
    from api.cli.ingest import run_consumer
    from api.session import Session
    from index import LiveSegment

    index = directory / "index"
    try:
        session = Session(index, settings)
        if isinstance(session.searcher.segment, LiveSegment):
            return session
    except (DamagedError, InputError):
        _make(directory)  # not made yet, damaged, or made by another version: make it again
    stream = directory / "events.db"
    if not stream.exists():
        _make_events(directory / "warehouse", stream)
    click.echo(f"Applying {EVENTS:,} events that came since")
    run_consumer(index, _url(stream), once=True)
    return Session(index, settings)


def _make(directory: Path) -> None:
    """The world, where it is not there yet, and its base build."""
    from index import LIVE, has_index
    from ingest.worlds import generate

    warehouse, index = directory / "warehouse", directory / "index"
    if not warehouse.exists():
        from api.cli.counts import print_rows
        from api.cli.progress import counted

        click.echo(f"Generating a world of {USERS:,} users")
        with counted("generate") as tell:
            rows = generate(USERS, SEED, warehouse, progress=tell)
        print_rows(rows, warehouse)
    started = time.monotonic()
    click.echo("Building its index")
    if has_index(index):  # the events that it knows come again
        (index / LIVE).unlink(missing_ok=True)
        shutil.rmtree(index / LIVE.lower(), ignore_errors=True)
    print_build(build_index(str(warehouse), index), index, time.monotonic() - started)


def _make_events(warehouse: Path, stream: Path) -> None:
    """What happens next in the world; a stream that was not made to its end is not there."""
    from ingest.firehose import open_sink
    from ingest.worlds import generate_events

    unfinished = stream.with_suffix(".new")
    for path in stream.parent.glob(f"{unfinished.name}*"):
        path.unlink()
    with closing(open_sink(_url(unfinished))) as sink:
        generate_events(warehouse, SEED, EVENTS, sink)
    unfinished.rename(stream)


def _url(path: Path) -> str:
    return f"sqlite://{path.resolve()}"


def _train(context: click.Context, session: Session, directory: Path) -> None:
    """Rankers, where there are none yet: learnt from people who are simulated, as nobody has searched this world."""
    from api.cli.simulate import simulate
    from api.cli.train import train

    models, log = session.index / "models", directory / "log"
    if models.is_dir():
        return
    unfinished = directory / "models.new"
    for left in (unfinished, log):
        shutil.rmtree(left, ignore_errors=True)
    click.echo(f"\nRankers learn from {SESSIONS:,} visits of simulated people")
    context.invoke(simulate, index=session.index, log=log, sessions=SESSIONS, people=PEOPLE)
    try:
        context.invoke(train, index=session.index, log=log, name="all", out=unfinished)
    except InputError as error:
        click.echo(f"rankers stay those by hand: {error.message}", err=True)
    else:
        unfinished.rename(models)


def _serve(context: click.Context, session: Session, viewer: ExternalId, port: int, directory: Path) -> None:
    """The service of this machine, until it is told to stop. What its clients tell of goes into the demo's stream."""
    from api.cli.operations import operations
    from api.http import ServiceOptions, run_service

    _train(context, session, directory)
    session.refresh()
    url = f"http://127.0.0.1:{port}"
    click.echo(f"  monoceros repl --url {url} --viewer {viewer}")
    click.echo(f"  monoceros curl --url {url} --viewer {viewer} '/v1/typeahead?q=mel'")
    click.echo(f"\nThe service is at {url}, until Ctrl-C; to look around as that user: {url}/#as={viewer}")
    sys.stdout.flush()
    stream = _url(directory / "events.db")
    logs = directory / "log"
    run_service(ServiceOptions(port=port, logs=logs, operations=operations(session.index, stream, logs)), session)


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
