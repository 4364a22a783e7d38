"""`monoceros experiment`: what experiments changed, from the logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.flags import DIRECTORY
from api.cli.logs import log_flag, read_searches
from schemas.errors import InputError

if TYPE_CHECKING:
    from ranking import Difference, ExperimentReport

BROKEN = 1
"""The exit code where an arm has more or fewer units than it was given."""


@click.group()
def experiment() -> None:
    """Experiments: what they changed."""


@experiment.command()
@log_flag
@click.option(
    "--exposures", type=DIRECTORY, metavar="DIR", help="Where DIR/exposures is, if not beside the search log."
)
@click.option("--name", metavar="NAME", help="One experiment; all if not said.")
@click.pass_context
def report(context: click.Context, log: Path, exposures: Path | None, name: str | None) -> None:
    """What each arm changed, with 95 % intervals, after the check that arms have the units that they were given.

    Differences are of ratios over searches, sharpened by what the same people did before (CUPED). Lists that two rankers
    drafted in turn are credited to the ranker whose results were chosen. Exit code 1 where a split is broken.
    """
    from ranking import experiment_reports, read_exposures

    counts: Counter[str] = Counter()
    met = list(read_exposures(exposures or log, counts))
    wanted = [one for one in met if name in (None, one.exposure.experiment)]
    if not wanted:
        what = f"nobody was exposed to {name!r}" if name is not None else "nobody was exposed to any experiment"
        raise InputError(
            "empty-log", f"{exposures or log}/exposures: {what}", hint="monoceros serve --log DIR keeps one"
        )
    if counts["damaged"]:
        click.echo(
            f"{counts['damaged']:,} of {counts['lines']:,} lines of exposures are damaged and left out", err=True
        )
    found = experiment_reports(wanted, read_searches(log))
    for one in found:
        _print(one)
    if any(one.is_broken for one in found):
        context.exit(BROKEN)


def _print(one: ExperimentReport) -> None:
    from api.cli.counts import print_table

    units = ", ".join(f"{count:,} {arm}" for arm, count in one.units.items())
    verdict = "BROKEN: believe nothing below" if one.is_broken else "fair"
    click.echo(f"{one.experiment}: {units}; split p = {one.split_p:.3g}, {verdict}")
    if one.moved:
        click.echo(f"{one.moved:,} units were seen in more than one arm and are left out")
    for arm in one.compared:
        print_table(("measure, each search", "control", arm.arm, "change", "p", "CUPED spared"), _rows(arm.measures))
    if one.drafted is not None:
        drafted = one.drafted
        click.echo(
            f"drafted lists with a choice: {drafted.lists:,}; a won {drafted.wins_a:,}, b won {drafted.wins_b:,}; "
            f"preference for b {drafted.preference}"
        )
    click.echo()


def _rows(measures: Mapping[str, Difference]) -> Iterator[tuple[str, ...]]:
    for name, found in measures.items():
        change = found.change
        told = f"{change.value:+.4f} [{change.low:+.4f}, {change.high:+.4f}]"
        yield name, f"{found.control:.4f}", f"{found.treatment:.4f}", told, f"{found.p:.3f}", f"{found.spared:.0%}"
