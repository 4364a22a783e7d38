"""The adapters by name, and the one way to run them: whole into a new warehouse, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ingest.importers import github, gowalla, lastfm, pages
from ingest.warehouse_writer import WarehouseWriter
from schemas.errors import InputError


@dataclass(frozen=True, slots=True)
class Importer:
    """An adapter for one public data set; `files` must lie in its source directory."""

    name: str
    description: str
    files: tuple[str, ...]
    run: Callable[[Path, WarehouseWriter], None]


IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in (
        Importer(
            "gowalla",
            "check-ins at named places of New York City and the friends who made them",
            gowalla.FILES,
            gowalla.import_gowalla,
        ),
        Importer(
            "lastfm",
            "Last.fm listeners, their friends, their tags on artists",
            lastfm.FILES,
            lastfm.import_lastfm,
        ),
        Importer("pages", "verified Facebook pages and their mutual likes", pages.FILES, pages.import_pages),
        Importer("github", "GitHub users and their mutual follows", github.FILES, github.import_github),
    )
}


def import_world(name: str, source: Path, out: Path) -> dict[str, int]:
    """Run the adapter `name` on the directory `source` into the warehouse `out`; the answer is the rows
    of each table.

    Errors: `InputError` `unknown-importer`, and those of `sources.read` and of the writer. Deterministic;
    whatever happens, `out` holds the whole world or is as it was.
    """
    importer = IMPORTERS.get(name)
    if importer is None:
        close = get_close_matches(name, IMPORTERS, n=1)
        known = ", ".join(IMPORTERS)
        raise InputError(
            "unknown-importer",
            f"there is no importer {name}",
            hint=f"did you mean {close[0]}? (known: {known})" if close else f"known: {known}",
        )
    with WarehouseWriter(out) as writer:
        importer.run(source, writer)
    return writer.rows
