"""`monoceros train`: rankers from the logs of a service, in force once they are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.affinity import train_affinity
from api.cli.flags import DIRECTORY, index_flag
from api.cli.judged import interval_text, print_judged
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
@click.option(
    "--regardless", is_flag=True, help="Put a ranker in force though it is judged no better than that by hand."
)
def train(
    index: Path,
    log: Path | None,
    warehouse: str | None,
    name: str,
    out: Path | None,
    position_bias: str | None,
    regardless: bool = False,
) -> None:
    """Train rankers from a log of searches and of features as served.

    Each learns from early days, is judged on the last fifth of them beside its hand-tuned fallback and the order as shown, and is
    put in force if its order is better than that by hand and takes no vertical more than 1 % of its choices; else it is kept only.
    A blend learns from lists that were blended under intents like those in force. With several tasks, one whose log has too little
    is left as it was. Affinity is learnt from the likes,
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
    correction = None if position_bias is None else Correction(position_bias)
    learnt = 0
    for task in wanted:
        try:
            _train(task, searches, log, directory, correction, regardless)
            learnt += 1
        except InputError as error:
            if len(wanted) == 1 or error.code not in ("empty-log", "lopsided-log"):
                raise
            click.echo(f"{task}: left as it was: {error.message}\n", err=True)
    if not learnt:
        raise InputError(
            "lopsided-log", f"nothing could be learnt from {log}", hint="each task says above what it lacks"
        )


def _train(
    task: str, searches: Searches, log: Path, directory: Path, correction: Correction | None, regardless: bool
) -> None:
    """Train one task, say how good it is, and put it in force where it may be."""
    from ranking import (
        BEHIND_ARMS,
        BLENDED,
        INTENT,
        TASKS,
        correction_of,
        intents_in_force,
        keep,
        learn_intents,
        save_intents,
        train_task,
    )

    if task == INTENT:
        learnt, choices = learn_intents(searches)
        version = str(searches.frame["ts_ms"].max())
        place = save_intents(learnt, directory, version)
        click.echo(f"{task}: {len(learnt.counts):,} values from {choices:,} choices; in force: {place}\n")
        return
    fallback = TASKS[task]
    intents = intents_in_force(directory) if fallback is BLENDED else None
    trained = train_task(fallback, searches, log, correction or correction_of(task), intents=intents)
    print_judged(trained.judged)
    for vertical, ratio in trained.verdict.choices.items():
        click.echo(f"choices of the vertical {vertical} over {fallback.name}: {interval_text(ratio)}")
    objections = () if regardless or task in BEHIND_ARMS else trained.verdict.objections
    place = keep(directory, trained.model, trained.version, is_in_force=not objections)
    card = trained.model.card
    click.echo(f"learnt from {card.window[0]} to {card.window[1]}, {card.trees} trees")
    click.echo(f"kept, not in force, as {'; '.join(objections)}: {place}\n" if objections else f"in force: {place}\n")
