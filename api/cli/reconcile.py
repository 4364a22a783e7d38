"""`monoceros reconcile`: what the last base build repaired, because the stream had lost it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from api.cli.flags import index_flag
from schemas.errors import DamagedError, InputError

_REPORT = Path("live", "reconcile.json")
_REPAIRS = {"added": "added: missing from the index", "removed": "removed: gone from the tables", "changed": "changed"}


@click.command()
@index_flag
@click.option("--report", is_flag=True, help="By kind of fact, and not in all.")
def reconcile(index: Path, report: bool) -> None:
    """Show what the last base build of a live index put right.

    A build does so by itself. Where the stream had lost nothing, nothing was repaired.
    """
    from api.cli.counts import print_table

    counts = read_report(index)
    if report:
        print_table(("kind", "facts", "repair"), _rows(counts))
    repaired = sum(sum(repairs.values()) for repairs in counts.values())
    click.echo(f"{repaired:,} facts repaired")


def _rows(counts: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str, str]]:
    for kind, repairs in sorted(counts.items()):
        for repair, text in _REPAIRS.items():
            if repairs[repair]:
                yield kind, f"{repairs[repair]:,}", text


def read_report(index: Path) -> dict[str, dict[str, int]]:
    """Counts by kind. `InputError` `no-report` where no base was put under a live index yet; `DamagedError` otherwise."""
    path = index / _REPORT
    try:
        content = json.loads(path.read_bytes())
        return {kind: {repair: int(of.get(repair, 0)) for repair in _REPAIRS} for kind, of in content.items()}
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            "no-report",
            f"{index} has no report: no base build has met a live index there",
            hint="take events into it with monoceros ingest, then build again",
        ) from None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedError(
            "damaged", f"{path} is not readable ({error})", hint="the next build writes it anew"
        ) from error
