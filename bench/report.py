"""RESULTS.md from the results of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bench.inner_limit import TOP, UNLIMITED
from bench.targets import targets

Results = dict[str, Any]

_METHOD = """\
Written by `make bench`; one run, one machine, the same data for all. Times are milliseconds, p50 / p99, and end to end: from the
text of a query to ids and names. Ours counts as a logged-in viewer whom the process knows, text parsed before; beside it stand
the operator, who reads the whole world as the peers do and whose answers are compared with theirs one by one, the text parsed anew,
a viewer seen for the first time, and nobody. Engines take turns over blocks of 20 questions, each question once untimed and
three times timed, the best of three counts, p50 and p99 are over questions; the garbage collector is off while a block is
timed. Each peer is loaded in a process of its own beside our engine, and ratios are those of that process. Peers are given document
numbers as keys and terms, in static-rank order, and turn results into ids and names by two Python lists: they are spared
translation, normalisation and parsing, and visibility altogether."""


def report(results: Results) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Results",
            "",
            _METHOD,
            "",
            *_machine(results),
            *_section("Targets", _targets(results)),
            *_section("How many times faster than each peer, p50 / p99", _ratios(results)),
            *_section("Ours", _ours(results["alone"])),
            *_section("Peers, beside ours in the same process", _peers(results)),
            *_section("Loading", _loading(results)),
            *_section("Inner limits", _inner(results["alone"])),
            *_section("Growth", _growth(results)),
            *_section("Longest time without the interpreter", _gaps(results["alone"])),
            *_section("Real data sets, against Tantivy", _real(results)),
            *_section("Bare operations", _bare(results["alone"])),
            *_section("How peers are asked", _forms(results)),
        ]
    )


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f"## {title}", "", *lines, ""]


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(heads)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _pair(times: dict[str, float] | None) -> str:
    return "—" if times is None else f"{times['p50']:.3f} / {times['p99']:.3f}"


def _machine(results: Results) -> list[str]:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    counts = ", ".join(f"{count:,} {name}" for name, count in results["alone"]["opening"]["documents"].items())
    return [
        f"{machine['cores']} cores, {machine['architecture']}, {machine['memory_gib']:.0f} GiB; {versions}. World: "
        f"{results['world']['users']:,} users, seed {results['world']['seed']}: {counts}. The run took {results['minutes']:.0f} minutes.",
        "",
    ]


def _targets(results: Results) -> Iterator[str]:
    said = {True: "met", False: "**not met**", None: "not measured"}
    return _table(
        ("what", "wanted", "measured", ""),
        ((target.what, target.wanted, target.measured, said[target.is_met]) for target in targets(results)),
    )


def _ratios(results: Results) -> Iterator[str]:
    peers = [name for name, found in results["peers"].items() if "shapes" in found]

    def cells(key: str) -> Iterator[str]:
        for peer in peers:
            figures = results["peers"][peer]["shapes"].get(key)
            if figures is None:
                yield "—"
            else:
                yield " / ".join(f"{figures['peer'][at] / figures['viewer'][at]:.1f}" for at in ("p50", "p99"))

    shapes = results["alone"]["shapes"]
    return _table(("shape", *peers), ((figures["title"], *cells(key)) for key, figures in shapes.items()))


def _ours(alone: Results) -> Iterator[str]:
    roles = ("viewer", "operator", "unparsed", "new viewer", "no viewer", "bare")
    return _table(
        ("shape", *roles, "results", "postings touched", "late"),
        (
            (
                figures["title"],
                *(_pair(figures["roles"].get(role)) for role in roles),
                f"{figures['results']:.0f}",
                f"{figures['touched']:,.0f}",
                str(figures["late"]),
            )
            for figures in alone["shapes"].values()
        ),
    )


def _peers(results: Results) -> Iterator[str]:
    for name, peer in results["peers"].items():
        if "shapes" not in peer:
            yield f"{name}: skipped, {peer['skipped']}"
            yield ""
            continue
        yield from _table(
            ("shape", name, "ours, viewer", "ours, operator", "equal answers", "questions"),
            (
                (
                    results["alone"]["shapes"][key]["title"],
                    _pair(figures["peer"]),
                    _pair(figures["viewer"]),
                    _pair(figures["operator"]),
                    f"{figures['equal']} of {figures['compared']}",
                    str(figures["peer"]["questions"]),
                )
                for key, figures in peer["shapes"].items()
            ),
        )
        yield ""


def _loading(results: Results) -> Iterator[str]:
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

    yield from _table(("engine", "version", "load, s", "memory, MiB", "disk, MiB", "postings"), rows())
    note = results["peers"].get("tantivy", {}).get("note", {}).get("media")
    if note:
        yield ""
        yield "Tantivy, media: " + ", ".join(f"{name} {value:,.0f}" for name, value in note.items()) + "."


def _inner(alone: Results) -> Iterator[str]:
    found = alone.get("inner_limit")
    if found is None:
        return
    yield f"`{found['text']}`, against the answer without a limit."
    yield ""
    yield from _table(
        ("n", "p50 / p99, ms", f"recall of the best {TOP}", "recall of the whole answer", "questions cut"),
        (
            (
                "no limit" if row["limit"] == UNLIMITED else f"{row['limit']:,}",
                _pair(row),
                f"{row['recall_top']:.1%}",
                f"{row['recall']:.1%}",
                f"{row['cut']:.0%}",
            )
            for row in found["rows"]
        ),
    )


def _growth(results: Results) -> Iterator[str]:
    sizes = results["growth"]["sizes"]
    yield "![cost against world size](growth.svg)"
    yield ""
    yield from _table(
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


def _gaps(alone: Results) -> Iterator[str]:
    yield f"While the worst 1 % of a shape run; a loop of plain Python: {alone['idle_gap']:.1f} ms."
    yield ""
    shapes = alone["shapes"]
    yield from _table(("shape", "ms"), ((shapes[key]["title"], f"{gap:.1f}") for key, gap in alone["gaps"].items()))


def _real(results: Results) -> Iterator[str]:
    shapes = results["alone"]["shapes"]
    for name, found in results["real"].items():
        if "shapes" not in found:
            yield f"{name}: skipped, {found['skipped']}"
            yield ""
            continue
        yield from _table(
            (name, "ours, viewer", "Tantivy", "times faster", "equal answers"),
            (
                (
                    shapes[key]["title"] if key in shapes else key,
                    _pair(figures["viewer"]),
                    _pair(figures["peer"]),
                    " / ".join(f"{figures['peer'][at] / figures['viewer'][at]:.1f}" for at in ("p50", "p99")),
                    f"{figures['equal']} of {figures['compared']}",
                )
                for key, figures in found["shapes"].items()
            ),
        )
        yield ""


def _bare(alone: Results) -> Iterator[str]:
    forms = {figures["kind"]: figures["bare_form"] for figures in alone["shapes"].values() if figures["bare_form"]}
    return _table(("kind", "operation"), forms.items())


def _forms(results: Results) -> Iterator[str]:
    for name, peer in results["peers"].items():
        if "forms" in peer:
            yield from _table((name, "form"), ((kind, f"`{form}`") for kind, form in peer["forms"].items()))
            yield ""
