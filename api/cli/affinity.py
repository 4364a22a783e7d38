"""`monoceros train --task affinity`: how much every follow is worth, from what people did to those whom they follow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import polars as pl


def train_affinity(warehouse: str, log: Path | None, models: Path) -> None:
    """Learn from a warehouse, and from the search log of `log` beside its own; write the table, put it in force, and say how good
    the model is. `InputError` where there is too little to learn from.
    """
    from ingest.opening import open_warehouse
    from ranking import affinities, learn_affinity, read_deeds, save

    with open_warehouse(warehouse) as tables:

        def read(table: str, columns: Sequence[str]) -> Iterable[pl.DataFrame]:
            yield from tables.read(table, columns)
            if table == "search_log" and log is not None:
                with open_warehouse(str(log)) as logged:
                    yield from logged.read(table, columns)

        deeds = read_deeds(read)
    model, judged = learn_affinity(deeds)
    day = model.card.window[1]
    version = f"{day}-{hashlib.sha256(model.booster.model_to_string().encode()).hexdigest()[:8]}"
    table = affinities(model, deeds, version)
    place = models / "affinity" / version
    save(model, place)
    table.store(models, version)
    click.echo(
        f"{judged.follows:,} follows of {judged.followers:,} followers not learnt from, up to {day}:\n"
        f"  NDCG@10 {judged.ndcg} by affinity, {judged.ndcg_of_likes} by likes\n"
        f"  AUC {judged.auc:.4f} by affinity, {judged.auc_of_likes:.4f} by likes\n"
        f"{len(table.followees):,} follows; in force: {place}"
    )
