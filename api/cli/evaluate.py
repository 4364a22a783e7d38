"""`monoceros evaluate`: how good the rankers in force are, on days that they were not trained on."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.flags import DIRECTORY, index_flag
from api.cli.judged import print_judged
from api.cli.logs import log_flag, read_searches
from schemas.errors import InputError


@click.command()
@index_flag
@log_flag
@click.option("--models", type=DIRECTORY, metavar="DIR", help="Where models are kept; INDEX/models if not said.")
@click.option("--task", "name", default="all", show_default=True, metavar="TASK", help="A task, typeahead, or all.")
def evaluate(index: Path, log: Path, models: Path | None, name: str) -> None:
    """Judge rankers beside their hand-tuned fallback and the order as shown.

    By kind of query and letters typed: NDCG@10, MRR, success@1 and @5, keystrokes saved, with 95 % intervals over viewers. A search
    counts the inverse of how likely its choice was to be looked at, since a log favours the order as shown.
    """
    from ranking import INTENT, TASKS, Rankers, evaluate_task, tasks_of

    wanted = [task for task in tasks_of(name) if task != INTENT]
    searches = read_searches(log)
    rankers = Rankers(models or index / "models")
    judged = 0
    for task in wanted:
        try:
            print_judged(evaluate_task(TASKS[task], rankers, searches, log))
            click.echo()
            judged += 1
        except InputError as error:
            if len(wanted) == 1 or error.code not in ("empty-log", "lopsided-log"):
                raise
            click.echo(f"{task}: not judged: {error.message}\n", err=True)
    if not judged:
        raise InputError("lopsided-log", f"nothing could be judged by {log}", hint="each task says above what it lacks")
