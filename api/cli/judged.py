"""How good rankers are, as tables on stdout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ranking import Figures, Judged
    from ranking.evaluate import Interval


def print_judged(judged: Judged) -> None:
    """One table of a task, and how its first ranker stands to each baseline."""
    from api.cli.counts import print_table

    from_, to = judged.days
    days = from_ if from_ == to else f"{from_} to {to}"
    kept_out = ", ".join(
        f"{count:,} {what.replace('_', ' ')}" for what, count in sorted(judged.counts.items()) if count
    )
    click.echo(f"{judged.task}: searches of {days} with a choice; log: {kept_out}")
    heads = ("searches", "ranked by", "of", "NDCG@10", "MRR", "success@1", "success@5", "keystrokes saved")
    print_table(heads, _rows(judged.figures))
    best = judged.figures[0]
    for other, ratio in best.over.items():
        click.echo(f"NDCG@10 of {best.ranker} over {other}: {interval_text(ratio)}")


def _rows(figures: Sequence[Figures]) -> Iterator[tuple[str, ...]]:
    for one in figures:
        saved = "" if one.saved is None else interval_text(one.saved)
        measures = (one.ndcg, one.mrr, one.success_1, one.success_5)
        yield one.part, one.ranker, f"{one.searches:,}", *map(interval_text, measures), saved


def interval_text(one: Interval) -> str:
    """A figure and its interval."""
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
