"""`monoceros snapshot`: the tables of a database, all of one moment, become a warehouse."""

from __future__ import annotations

import click

from api.cli.flags import target_flag


@click.command()
@click.option("--from", "source", required=True, metavar="URL", help="postgresql://USER@HOST:PORT/DATABASE.")
@target_flag
def snapshot(source: str, warehouse: str) -> None:
    """Copy the known tables of a database into a warehouse.

    All are read in one transaction, and the warehouse says of each the moment that it shows. A warehouse that an earlier
    snapshot made is replaced as a whole.
    """
    from api.cli.counts import print_rows
    from api.cli.progress import steps
    from ingest.snapshots import take_snapshot

    with steps("snapshot") as progress:
        rows = take_snapshot(source, warehouse, progress=progress)
    print_rows(rows, warehouse)
