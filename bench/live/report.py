"""The report of a run as Markdown. Every figure is one that the run measured, beside it the load of the machine meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.live.wanted import restarted, targets
from bench.markdown import table

Results = dict[str, Any]
_HEAD = """\
Written by `make bench-live`: one machine, events of the generated stream over the generated world, all kinds mixed. *Load* is the
number of processes that wanted to run, as the mean of the minute before: on a machine of two cores, a load far above 2 means that
others took most of it. Figures in processor seconds hardly depend on that; wall-clock figures do, and stand as measured."""


def report(results: Results) -> str:
    """The whole file."""
    base, host = results["base"], results["machine"]
    documents = ", ".join(f"{count:,} {vertical}" for vertical, count in base["documents"].items())
    versions = ", ".join(f"{name} {version}" for name, version in host["versions"].items())
    lines = ["# The live index", "", _HEAD, ""]
    lines += [
        f"{host['cores']} cores, {host['architecture']}, {host['memory_gib']:.0f} GiB; {versions}. "
        f"Base: {documents}; {base['mib']:,.0f} MiB.",
        "",
    ]
    if "note" in results:
        lines += [f"**Of this run:** {results['note']}", ""]
    lines += ["## Targets", "", *targets(results), ""]
    sections = {
        "Taking events at full speed": (_rates, ("rate", "kafka")),
        "Where the time of an event goes": (_stages, ("stages",)),
        "Readers with ingest beside them": (_traffics, ("traffic", "gentle")),
        "Events of all kinds on top of the base": (_mixed, ("size",)),
        "Many likes and follows on top of the base": (_many, ("many", "many_size")),
        "Starting again": (_restart, ("restart", "kafka_restart")),
    }
    measured = {name: of for name, of in results.items() if isinstance(of, dict) and "skipped" not in of}
    for title, (section, parts) in sections.items():
        lines += [f"## {title}", ""]
        for part in parts:
            if "skipped" in results.get(part, {}):
                lines += [f"`{part}` failed: {results[part]['skipped']}", ""]
        if any(part in measured for part in parts):
            lines += [*section(measured), ""]
    return "\n".join(lines).rstrip()


def _rates(results: Results) -> Iterator[str]:
    yield from table(
        (
            "from",
            "events",
            "seconds",
            "events/s",
            "processor s",
            "events / processor s",
            "events a flush",
            "last flush",
            "own memory, at most",
            "dead letters",
            "load",
        ),
        (
            (
                found["source"],
                f"{found['events']:,}",
                f"{found['seconds']:.0f}",
                f"{found['events_per_s']:,.0f}",
                f"{found['cpu_s']:.1f}",
                f"{found['events_per_cpu_s']:,.0f}",
                f"{found['all_events'] / max(1, found['flushes']):,.0f}",
                f"{found['flush_ms']:.0f} ms",
                f"{found['memory_mib']['anon']:,.0f}, {found['peak_anon_mib']:,.0f} MiB",
                f"{found['dead_letters']:,}",
                f"{found['load']:.1f}",
            )
            for found in (results[name] for name in ("rate", "kafka") if name in results)
        ),
    )
    rounds = results.get("kafka", {}).get("rounds", 1)
    if rounds > 1:
        yield ""
        yield (
            f"Into Kafka the recorded stream was played {rounds} times, each time as news: later, by other people of the base, "
            "about media, comments and people of its own (`bench/live/again.py`)."
        )
    if "rate" in results:
        kinds = results["rate"]["by_kind"]
        whole = sum(kinds.values())
        yield ""
        yield "Kinds: " + ", ".join(
            f"{kind} {count / whole:.1%}" for kind, count in sorted(kinds.items(), key=lambda item: -item[1])
        )


def _stages(results: Results) -> Iterator[str]:
    found = results["stages"]
    whole = sum(found["us"].values())
    yield (
        f"Processor time of one thread, over the first {found['events']:,} events, a flush after each {found['flush_events']:,}; "
        f"load {found['load']:.1f}."
    )
    yield ""
    rows = [(name, f"{us:.1f}", f"{us / whole:.0%}") for name, us in found["us"].items()]
    yield from table(("step", "µs an event", "share"), [*rows, ("all", f"{whole:.1f}", "100%")])


def _traffics(results: Results) -> Iterator[str]:
    for number, name in enumerate(name for name in ("traffic", "gentle") if name in results):
        if number:
            yield ""
        yield from _traffic(results[name])


def _traffic(found: Results) -> Iterator[str]:
    rate = found["producer"]["events"] / found["producer"]["seconds"]
    fresh, taken = found["freshness"], found["consumer"]
    if fresh["count"]:
        times = f"p50 {fresh['p50']:.2f} s, p99 {fresh['p99']:.2f} s, longest {fresh['max']:.2f} s"
    else:
        times = "none was found"
    yield (
        f"{rate:,.0f} events/s were appended, {taken['events_per_s']:,.0f} events/s taken (processor: {taken['cpu_s']:.1f} s; "
        f"last flush {taken['flush_ms']:.0f} ms), {taken['lag_events']:,} not yet read at the end of the phase."
    )
    yield f"From append to found, {fresh['probes']} probes: {times}; {fresh['missing']} never found."
    yield f"Failed queries, in all phases: {found['failed']}."
    yield (
        f"Then the old base is published under another number: all {found['producer']['events']:,} events outlive it, "
        f"and nothing more is appended. The pointer moved to it {found['swap_s']:.1f} s after it was published."
    )
    yield ""
    names = {
        "quiet": "no ingest",
        "busy": "with ingest",
        "before": "ingest idle, before the swap",
        "rebase": "a new base is there, the writer moves to it",
        "swap": "readers move to it, 5 s",
    }
    yield from table(
        (
            "phase",
            "seconds",
            "queries/s",
            "wall p50 / p99 / longest ms",
            "processor p50 / p99 ms",
            "times opened anew",
            "load",
        ),
        (
            (
                title,
                f"{of['seconds']:.0f}",
                f"{of['per_s']:.0f}",
                " / ".join(f"{of['wall_ms'][part]:.2f}" for part in ("p50", "p99", "max")),
                " / ".join(f"{of['cpu_ms'][part]:.2f}" for part in ("p50", "p99")),
                str(of["opened"]),
                f"{of['load']:.1f}",
            )
            for title, of in (
                (title, found["queries"][name]) for name, title in names.items() if name in found["queries"]
            )
        ),
    )
    opened = found["refreshes_ms"]
    if opened["count"]:
        yield ""
        yield f"Opening what is new, by the reader: p50 {opened['p50']:.1f} ms, p99 {opened['p99']:.1f} ms, n = {opened['count']}."


def _many(results: Results) -> Iterator[str]:
    many, size = results.get("many"), results.get("many_size")
    if many is not None:
        memory, filled, taken_up = many["memory_mib"], many["filled"], many["taken_up"]
        yield (
            f"{many['events']:,} likes and follows, given to the writer without the wire, the last {filled['events']:,} in "
            f"{filled['seconds']:.0f} s ({filled['cpu_s']:.0f} s of processor)."
        )
        yield (
            f"The writer then: {memory['anon']:,.0f} MiB of its own (at most {many['peak_anon_mib']:,.0f}), "
            f"{memory['file']:,.0f} MiB of mapped files."
        )
        yield (
            f"On disk, layers, runs and checkpoint: {many['layers_mib']:,.0f} MiB. Taken up again from there in "
            f"{taken_up['seconds']:.1f} s ({taken_up['cpu_s']:.1f} s of processor), load {many['load']:.1f}."
        )
        yield ""
    if size is not None:
        yield from _size(size)


def _mixed(results: Results) -> Iterator[str]:
    yield f"What `{results['size']['filled_by']}` took."
    yield ""
    yield from _size(results["size"])


def _size(size: Results) -> Iterator[str]:
    yield f"Base and live index take turns, best of three, {size['layers']} layers, load {size['load']:.1f}; milliseconds."
    yield ""
    yield from table(
        ("shape", "base p50 / p99", "live p50 / p99", "ratio", "answers that changed"),
        (
            (
                of["title"],
                f"{of['base']['p50']:.3f} / {of['base']['p99']:.3f}",
                f"{of['live']['p50']:.3f} / {of['live']['p99']:.3f}",
                f"{of['live']['p50'] / of['base']['p50']:.2f}× / {of['live']['p99'] / of['base']['p99']:.2f}×",
                f"{of['changed']:.0%}",
            )
            for of in size["shapes"].values()
        ),
    )


def _restart(results: Results) -> Iterator[str]:
    names = {"kill": "killed", "power_cut": "power cut: back to the checkpoint"}
    yield from table(
        ("after", "over", "seconds", "processor s", "events of the tail", "load"),
        (
            (
                title,
                f"{events:,} events",
                f"{of['seconds']:.1f}",
                f"{of['cpu_s']:.1f}",
                f"{of['tail']:,}",
                f"{of['load']:.1f}",
            )
            for events, found in restarted(results)
            for title, of in ((title, found[name]) for name, title in names.items())
        ),
    )
