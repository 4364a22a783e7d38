"""The later sections of RESULTS.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.inner_limit import TOP, UNLIMITED
from bench.markdown import pair, table

Results = dict[str, Any]


def loading(results: Results) -> Iterator[str]:
    opened, made = results["alone"]["opening"], results["made"]

    def rows() -> Iterator[tuple[str, ...]]:
        built = made.get("build")
        if built is not None:
            peak = f"{built['peak_gib'] * 1024:,.0f} at the peak of the build"
            yield (
                "ours",
                "",
                f"{built['seconds']:.0f}",
                peak,
                f"{opened['bytes'] / 2**20:,.0f}",
                f"{opened['postings']:,}",
            )
        for name, peer in results["peers"].items():
            if "shapes" in peer:
                counted = sum(note["postings"] for note in peer["note"].values() if isinstance(note, dict))
                postings = f"{counted:,}" if counted else ""
                figures = f"{peer['load_s']:.0f}", f"{peer['memory_mib']:,.0f}", f"{peer['disk_mib']:,.0f}"
                yield name, peer["version"], *figures, postings

    yield from table(("engine", "version", "load, s", "memory, MiB", "disk, MiB", "postings"), rows())
    note = results["peers"].get("tantivy", {}).get("note", {}).get("media")
    if note:
        yield ""
        yield "Tantivy, media: " + ", ".join(f"{name} {value:,.0f}" for name, value in note.items()) + "."


def inner(alone: Results) -> Iterator[str]:
    found = alone.get("inner_limit")
    if found is None:
        return
    yield f"`{found['text']}`, viewers of the worst 1 %, against the answer without a limit."
    yield ""
    yield from table(
        ("n", "p50 / p99, ms", f"recall of the best {TOP}", "recall of the whole answer", "questions cut"),
        (
            (
                "no limit" if row["limit"] == UNLIMITED else f"{row['limit']:,}",
                pair(row),
                f"{row['recall_top']:.1%}",
                f"{row['recall']:.1%}",
                f"{row['cut']:.0%}",
            )
            for row in found["rows"]
        ),
    )


def growth(results: Results) -> Iterator[str]:
    sizes = results["growth"]["sizes"]
    yield "![cost against world size](growth.svg)"
    yield ""
    yield from table(
        (
            "shape",
            *(f"p50 at {size:,}" for size in sizes),
            *(f"touched at {size:,}" for size in sizes),
            "cost grew",
            "lists grew",
            "",
        ),
        (
            (
                row["title"],
                *(f"{p50:.3f}" for p50 in row["p50"]),
                *(f"{touched:,.0f}" for touched in row["touched"]),
                f"{row['cost_growth']:.1f}×",
                f"{row['lists_growth']:.1f}×",
                "" if row["met"] else "**faster**",
            )
            for row in results["growth"]["rows"]
        ),
    )


def gaps(alone: Results) -> Iterator[str]:
    yield f"While the worst 1 % of a shape run; a loop of plain Python: {alone['idle_gap']:.1f} ms."
    yield ""
    shapes = alone["shapes"]
    yield from table(("shape", "ms"), ((shapes[key]["title"], f"{gap:.1f}") for key, gap in alone["gaps"].items()))


def real(results: Results) -> Iterator[str]:
    shapes = results["alone"]["shapes"]
    for name, found in results["real"].items():
        if "shapes" not in found:
            yield f"{name}: skipped, {found['skipped']}"
            yield ""
            continue
        yield from table(
            (name, "ours, viewer", "Tantivy", "times faster", "equal answers"),
            (
                (
                    shapes[key]["title"] if key in shapes else key,
                    pair(figures["viewer"]),
                    pair(figures["peer"]),
                    " / ".join(f"{figures['peer'][at] / figures['viewer'][at]:.1f}" for at in ("p50", "p99")),
                    f"{figures['equal']} of {figures['compared']}",
                )
                for key, figures in found["shapes"].items()
            ),
        )
        yield ""


def bare(alone: Results) -> Iterator[str]:
    forms = {figures["kind"]: figures["bare_form"] for figures in alone["shapes"].values() if figures["bare_form"]}
    return table(("kind", "operation"), forms.items())


def forms(results: Results) -> Iterator[str]:
    for name, peer in results["peers"].items():
        if "forms" in peer:
            yield from table((name, "form"), ((kind, f"`{form}`") for kind, form in peer["forms"].items()))
            yield ""
