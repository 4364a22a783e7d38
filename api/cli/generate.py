"""`monoceros generate`: a synthetic world, as a warehouse, and the events that happen in it next, as a stream."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import click

from api.cli.flags import warehouse_flag


@click.command()
@click.option("--users", type=int, required=True, metavar="N", help="How many accounts.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="S", help="The same seed gives the same world.")
@warehouse_flag
@click.option(
    "--events", type=click.IntRange(min=1), metavar="M", help="Also a stream of events after the world's end."
)
@click.option(
    "--to",
    metavar="URL",
    help="The stream, sqlite:///FILE, file:///FILE or kafka://HOST:PORT/TOPIC; WAREHOUSE.events.db by default.",
)
def generate(users: int, seed: int, warehouse: Path, events: int | None, to: str | None) -> None:
    """Generate a believable synthetic world of any size."""
    from api.cli.counts import print_rows
    from api.cli.progress import counted
    from ingest.firehose import open_sink
    from ingest.worlds import generate as generate_world
    from ingest.worlds import generate_events

    if to is not None and events is None:
        raise click.UsageError("--to names where --events go: give both.")
    with ExitStack() as stack:
        sink = None
        if events is not None:  # a stream that cannot be written is refused before a world is made
            to = to or _beside(warehouse)
            sink = stack.enter_context(closing(open_sink(to)))
        with counted("generate") as tell:
            rows = generate_world(users, seed, warehouse, progress=tell)
            if events is not None and sink is not None:
                generate_events(warehouse, seed, events, sink, progress=lambda done: tell("events", done, events))
    print_rows(rows, warehouse)
    if events is not None:
        click.echo(f"{events:,} events in {to}")


def _beside(warehouse: Path) -> str:
    """The stream that stands beside a warehouse, whose directory is made."""
    from index import changing

    path = warehouse.resolve()
    with changing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite://{path}.events.db"
