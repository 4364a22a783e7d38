"""`monoceros train`: rankers from the logs of a service, in force once they are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.affinity import train_affinity
from api.cli.flags import DIRECTORY, index_flag
from api.cli.judged import print_judged
from api.cli.logs import read_searches
from schemas.errors import InputError

if TYPE_CHECKING:
    from ranking import Correction, Searches


@click.command()
@index_flag
@click.option("--log", type=DIRECTORY, metavar="DIR", help="The directory of the logs, as of monoceros serve --log.")
@click.option(
    "--warehouse", metavar="WAREHOUSE", help="What affinity is learnt from: a directory, or hive://HOST:PORT/DB."
)
@click.option(
    "--task",
    "name",
    required=True,
    metavar="TASK",
    help="What to train: a task, typeahead (the whole box), all (of these), or affinity.",
)
@click.option("--out", type=DIRECTORY, metavar="DIR", help="Where models are kept; INDEX/models if not said.")
@click.option(
    "--position-bias",
    type=click.Choice(["position", "inverse", "imputed", "none"]),
    help="Learn a bias of each position beside the ranking, weigh clicks by the inverse of attention, count what was left by the "
    "chance that it was liked, or leave it. By the task if not said.",
)
def train(
    index: Path, log: Path | None, warehouse: str | None, name: str, out: Path | None, position_bias: str | None
) -> None:
    """Train rankers from a log of searches and of features as served.

    Each learns from early days, is judged on the last fifth of them beside its hand-tuned fallback and the order as shown, and is
    then put in force. With several tasks, one whose log has too little is left as it was. Affinity is learnt from the likes,
    comments and views of a warehouse, and from the log where there is one.
    """
    from ranking import Correction, tasks_of

    directory = out or index / "models"
    if name == "affinity":
        if warehouse is None:
            raise click.UsageError("affinity is learnt from a warehouse: give --warehouse")
        train_affinity(warehouse, log, directory)
        return
    wanted = tasks_of(name)
    if log is None:
        raise click.UsageError(f"{name} is learnt from a log: give --log")
    searches = read_searches(log)
    learnt = 0
    for task in wanted:
        try:
            _train(task, searches, log, directory, None if position_bias is None else Correction(position_bias))
            learnt += 1
        except InputError as error:
            if len(wanted) == 1 or error.code not in ("empty-log", "lopsided-log"):
                raise
            click.echo(f"{task}: left as it was: {error.message}\n", err=True)
    if not learnt:
        raise InputError(
            "lopsided-log", f"nothing could be learnt from {log}", hint="each task says above what it lacks"
        )


def _train(task: str, searches: Searches, log: Path, directory: Path, correction: Correction | None) -> None:
    """Train one task, put it in force, and say how good it is."""
    from ranking import INTENT, TASKS, correction_of, keep, learn_intents, save_intents, train_task

    if task == INTENT:
        learnt, choices = learn_intents(searches)
        version = str(searches.frame["ts_ms"].max())
        place = save_intents(learnt, directory, version)
        click.echo(f"{task}: {len(learnt.counts):,} values from {choices:,} choices; in force: {place}\n")
        return
    trained = train_task(TASKS[task], searches, log, correction or correction_of(task))
    print_judged(trained.judged)
    place = keep(directory, trained.model, trained.version)
    card = trained.model.card
    click.echo(f"learnt from {card.window[0]} to {card.window[1]}, {card.trees} trees; in force: {place}\n")
