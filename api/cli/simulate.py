"""`monoceros simulate`: a log of searches that nobody made, to train, test and show with."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.flags import DIRECTORY, index_flag, settings_of
from api.cli.logs import log_flag
from schemas.errors import InputError

_TOLD = 500
"""Lists from one word of progress to the next."""


@click.command()
@index_flag
@log_flag
@click.option(
    "--sessions",
    type=click.IntRange(1),
    default=2_000,
    show_default=True,
    metavar="K",
    help="How many times somebody comes.",
)
@click.option("--days", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="Over how many days.")
@click.option(
    "--people", type=click.IntRange(1), default=200, show_default=True, metavar="N", help="How many different people."
)
@click.option("--seed", type=int, default=1, show_default=True, metavar="S", help="The same seed gives the same log.")
@click.option("--models", type=DIRECTORY, metavar="DIR", help="Rankers that serve them; INDEX/models if not said.")
@click.pass_context
def simulate(
    context: click.Context,
    index: Path,
    log: Path,
    sessions: int,
    days: int,
    people: int,
    seed: int,
    models: Path | None,
) -> None:
    """Let simulated people search an index, and keep the log that a service would have kept.

    They look for whom and what they know, type it letter by letter, look at the first slots more than at others, and choose. The
    days begin where the media of the index end.
    """
    from api.cli.counts import print_table
    from api.cli.progress import counted
    from api.session import Session
    from ranking import LogMaker, RankedSurfaces, Rankers, SearchRows, ServedLog, Simulation, newest_ms
    from ranking import simulate as visits

    name = f"simulated-{seed}"
    if any((log / "search_log").glob(f"{name}-*.parquet")):
        raise InputError("exists", f"{log} holds a simulated log of seed {seed}", hint="name another directory or seed")
    searcher = Session(index, settings_of(context)).searcher
    plan = Simulation(days, sessions, seed, newest_ms(searcher), people)
    with ServedLog(log, name) as served, counted("simulate") as tell:
        maker = LogMaker(served)
        for visit in visits(searcher, RankedSurfaces(Rankers(models or index / "models")), plan):
            maker.note(visit)
            if maker.visits.total() % _TOLD == 0:
                tell("lists", maker.visits.total(), None)
        SearchRows(log, name).append(maker.rows)
    print_table(
        ("surface", "lists", "with a choice"),
        ((surface, f"{count:,}", f"{maker.chosen[surface]:,}") for surface, count in sorted(maker.visits.items())),
    )
    click.echo(f"{len(maker.rows):,} rows in {log / 'search_log'}, features as served in {log / 'served'}")
