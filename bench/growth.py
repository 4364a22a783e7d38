"""Growth: the same shapes on worlds of several sizes; no cost may grow faster than the lists that it touches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

TOLERANCE = 1.25
"""What noise may add before growth counts as faster than the lists."""
FLOOR_MS = 0.05
"""Times below are overhead, not growth."""


def growth_rows(by_size: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a shape that every world has: p50 and postings touched by size, and whether time grew faster than these."""
    sizes = sorted(by_size)
    rows = []
    for key, largest in by_size[sizes[-1]].items():
        if not all(key in by_size[size] for size in sizes):
            continue
        p50 = [by_size[size][key]["roles"]["viewer"]["p50"] for size in sizes]
        touched = [by_size[size][key]["touched"] for size in sizes]
        cost = max(p50[-1], FLOOR_MS) / max(p50[0], FLOOR_MS)
        lists = touched[-1] / max(1.0, touched[0])
        rows.append(
            {
                "key": key,
                "title": largest["title"],
                "p50": p50,
                "touched": touched,
                "cost_growth": cost,
                "lists_growth": lists,
                "met": cost <= max(1.0, lists) * TOLERANCE,
            }
        )
    return rows


def plot(sizes: list[int], rows: list[dict[str, Any]], path: Path) -> None:
    """Median time and postings touched against the size of the world, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "bench"
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 6), sharex=True)
    styles = ("-", "--", ":")
    for place, row in enumerate(rows):
        style = {"linestyle": styles[place // 10 % 3], "marker": "o", "markersize": 3}
        left.plot(sizes, row["p50"], label=row["title"], **style)
        right.plot(sizes, row["touched"], label=row["title"], **style)
    for axes, title in ((left, "p50 of a known viewer, ms"), (right, "postings in the lists touched, mean")):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
        axes.set_xticks([], minor=True)
        axes.set_xlabel("users in the world")
        axes.set_title(title)
        axes.grid(alpha=0.3, which="both")
    figure.legend(*left.get_legend_handles_labels(), loc="center right", fontsize=7)
    figure.tight_layout(rect=(0, 0, 0.78, 1))
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
