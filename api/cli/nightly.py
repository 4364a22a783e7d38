"""`monoceros nightly`: snapshot → build → verify → gate → promote, for a scheduler to run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.build import changing_index, follow, print_build
from api.cli.flags import index_flag, settings_of, source_flag
from schemas.settings import Settings

if TYPE_CHECKING:
    from index import Manifest

REFUSED = 1
"""The exit code where the gate kept the new generation out of force."""


@click.command()
@click.option("--from", "source", metavar="URL", help="Take a snapshot first: postgresql://USER@HOST:PORT/DATABASE.")
@source_flag
@index_flag
@click.option(
    "--canary",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE.jsonl",
    help='Queries that must have results: {"query", "viewer", "at_least"} a line.',
)
@click.option(
    "--max-change",
    type=click.FloatRange(0),
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="By how much the documents of a kind, or the postings, may grow or shrink.",
)
@click.pass_context
def nightly(
    context: click.Context, source: str | None, warehouse: str, index: Path, canary: Path | None, max_change: float
) -> None:
    """Make an index true again, and put it in force only where it looks right.

    What was in force stays so, with exit code 1, where a canary query has too few results or sizes changed too much. The
    generation before is kept: see monoceros rollback.
    """
    started = time.monotonic()
    manifest, reasons = run_nightly(source, warehouse, index, canary, max_change, settings_of(context))
    if reasons:
        for reason in reasons:
            click.echo(f"refused: {reason}", err=True)
        click.echo("the new generation is not put in force; the index is as it was", err=True)
        context.exit(REFUSED)
    print_build(manifest, index, time.monotonic() - started)


def run_nightly(
    source: str | None, warehouse: str, index: Path, canary: Path | None, max_change: float, settings: Settings
) -> tuple[Manifest, list[str]]:
    """What was built, and why it was refused; put in force where there is no reason. Where any step fails, all is as it was
    but the warehouse, which is the newest snapshot that was taken."""
    from api.cli.gate import read_canaries, refusals
    from api.cli.progress import steps
    from index import discard, open_staged, promote, stage
    from ingest.documents import read_corpus
    from ingest.opening import open_warehouse
    from ingest.snapshots import take_snapshot

    canaries = [] if canary is None else read_canaries(canary)
    with changing_index(index), steps("nightly") as progress:
        if source is not None:
            progress("snapshot")
            take_snapshot(source, warehouse, progress=progress)
        now_ms = time.time_ns() // 1_000_000
        with open_warehouse(warehouse) as tables:
            staged = stage(
                index,
                lambda: read_corpus(tables, now_ms=now_ms, progress=progress),
                now_ms=now_ms,
                progress=progress,
            )
        try:
            progress("verify")
            segment = open_staged(index, staged)
            progress("gate")
            reasons = list(refusals(segment, _in_force(index), canaries, max_change, settings))
        except BaseException:
            discard(index, staged)
            raise
        if reasons:
            discard(index, staged)
        else:
            progress("promote")
            promote(index, staged)
    if not reasons:
        follow(index, now_ms)
    return staged.manifest, reasons


def _in_force(index: Path) -> Manifest | None:
    """What the new generation is compared with; None where there is nothing, or nothing that can be read."""
    from index import open_index
    from schemas.errors import MonocerosError

    try:
        return open_index(index, is_verified=True).manifest
    except MonocerosError as error:
        if error.code != "no-index":
            click.echo(f"nothing to compare with: {error.message}", err=True)
        return None
