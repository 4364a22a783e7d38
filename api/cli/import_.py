"""`monoceros import`: a public data set, as a warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.flags import DIRECTORY, warehouse_flag


class _ImportCommand(click.Command):
    """Names the data sets that there are adapters for in its help."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The adapters, behind what click itself would say."""
        from ingest.importers import IMPORTERS

        super().format_epilog(ctx, formatter)
        with formatter.section("Names"):
            formatter.write_dl([(importer.name, importer.description) for importer in IMPORTERS.values()])


@click.command(name="import", cls=_ImportCommand)
@click.argument("name")
@click.argument("source", type=DIRECTORY)
@warehouse_flag
def import_(name: str, source: Path, warehouse: Path) -> None:
    """Import the public data set NAME from the directory SOURCE."""
    from api.cli.counts import print_rows
    from ingest.importers import import_world

    print_rows(import_world(name, source, warehouse), warehouse)
