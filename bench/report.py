"""RESULTS.md from the results of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bench.markdown import METHOD, pair, table
from bench.report_details import bare, forms, gaps, growth, inner, loading, real
from bench.targets import targets

Results = dict[str, Any]


def report(results: Results) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Results",
            "",
            METHOD,
            "",
            *([results["note"], ""] if "note" in results else []),
            *_machine(results),
            *_section("Targets", _targets(results)),
            *_section("How many times faster than each peer, p50 / p99", _ratios(results)),
            *_section("Ours", _ours(results["alone"])),
            *_section("Peers, beside ours in the same process", _peers(results)),
            *_section("Loading", loading(results)),
            *_section("Inner limits", inner(results["alone"])),
            *_section("Growth", growth(results)),
            *_section("Longest time without the interpreter", gaps(results["alone"])),
            *_section("Real data sets, against Tantivy", real(results)),
            *_section("Bare operations", bare(results["alone"])),
            *_section("How peers are asked", forms(results)),
        ]
    )


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f"## {title}", "", *lines, ""]


def _machine(results: Results) -> list[str]:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    minutes = ", ".join(f"{name} {took:.0f}" for name, took in results["minutes"].items())
    counts = ", ".join(f"{count:,} {name}" for name, count in results["alone"]["opening"]["documents"].items())
    return [
        f"{machine['cores']} cores, {machine['architecture']}, {machine['memory_gib']:.0f} GiB; {versions}. World: "
        f"{results['world']['users']:,} users, seed {results['world']['seed']}: {counts}. "
        f"Parts took, in minutes: {minutes}.",
        "",
    ]


def _targets(results: Results) -> Iterator[str]:
    said = {True: "met", False: "**not met**", None: "not measured"}
    return table(
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
    return table(("shape", *peers), ((figures["title"], *cells(key)) for key, figures in shapes.items()))


def _ours(alone: Results) -> Iterator[str]:
    roles = ("viewer", "operator", "unplanned", "unparsed", "new viewer", "no viewer", "bare")
    return table(
        ("shape", *roles, "results", "postings touched", "late"),
        (
            (
                figures["title"],
                *(pair(figures["roles"].get(role)) for role in roles),
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
        yield from table(
            ("shape", name, "ours, viewer", "ours, operator", "equal answers", "questions"),
            (
                (
                    results["alone"]["shapes"][key]["title"],
                    pair(figures["peer"]),
                    pair(figures["viewer"]),
                    pair(figures["operator"]),
                    f"{figures['equal']} of {figures['compared']}",
                    str(figures["peer"]["questions"]),
                )
                for key, figures in peer["shapes"].items()
            ),
        )
        yield ""
