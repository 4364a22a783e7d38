"""`monoceros generate`: a synthetic world, as a warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.flags import warehouse_flag


@click.command()
@click.option("--users", type=int, required=True, metavar="N", help="How many accounts.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="S", help="The same seed gives the same world.")
@warehouse_flag
def generate(users: int, seed: int, warehouse: Path) -> None:
    """Generate a believable synthetic world of any size."""
    from api.cli.counts import print_rows
    from api.cli.progress import counted
    from ingest import generate as generate_world

    with counted("generate") as tell:
        rows = generate_world(users, seed, warehouse, progress=tell)
    print_rows(rows, warehouse)
