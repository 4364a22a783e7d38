"""What is wanted of the live index, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.markdown import table

Results = dict[str, Any]
Row = tuple[str, str, str, bool, float]
_METRICS_S = 2.0
"""Of a run, at most so much is before the first metrics and behind the last, between which events and seconds are counted."""


def targets(results: Results) -> Iterator[str]:
    """One line each; those that were not measured are left out."""
    measured = {name: found for name, found in results.items() if isinstance(found, dict) and "skipped" not in found}
    yield from table(
        ("what", "wanted", "measured", "", "load"),
        (
            (what, wanted, found, "met" if is_met else "**not met**", f"{load:.1f}")
            for what, wanted, found, is_met, load in _rows(measured)
        ),
    )


def _rows(results: Results) -> Iterator[Row]:
    for name, source in (("rate", "a file"), ("kafka", "Kafka")):
        if name in results:
            yield from _rate(results[name], source, is_long=name == "kafka")
    for name in ("traffic", "gentle"):
        if name in results:
            yield from _traffic(results[name])
    if "size" in results:
        of = results["size"]
        yield from _size(of, results.get(of["filled_by"], {}).get("all_events", 0), "events of all kinds")
    if "many" in results:
        yield from _many(results)
    for events, restart in restarted(results):
        for name, title in (("kill", "a kill"), ("power_cut", "a power cut")):
            of = restart[name]
            found = f"{of['seconds']:.1f} s ({of['cpu_s']:.1f} s of processor; tail {of['tail']:,} events)"
            yield f"start again after {title}, over {events:,} events", "≤ 5 s", found, of["seconds"] <= 5, of["load"]


def restarted(results: Results) -> Iterator[tuple[int, Results]]:
    """The restarts that were measured, each with how many events had been taken before."""
    for taken, restart in (("rate", "restart"), ("kafka", "kafka_restart")):
        if restart in results:
            yield results.get(taken, {}).get("all_events", 0), results[restart]


def _rate(of: Results, source: str, *, is_long: bool) -> Iterator[Row]:
    """What is sustained for ten minutes, and what that many events take, is wanted of Kafka alone."""
    found = f"{of['events_per_cpu_s']:,.0f} over {of['cpu_s']:.0f} s of processor"
    yield f"events of one core's second, from {source}", "≥ 25,000", found, of["events_per_cpu_s"] >= 25_000, of["load"]
    found = f"{of['slowest_per_cpu_s']:,.0f}"
    is_met = of["slowest_per_cpu_s"] >= 25_000
    yield f"the same, in the slowest ten seconds, from {source}", "≥ 25,000", found, is_met, of["load"]
    if not is_long:
        return
    found = f"{of['peak_anon_mib'] / 1024:.2f} GiB of the writer's own with {of['all_events']:,} events"
    is_met = of["peak_anon_mib"] <= 2 * 1024 and of["all_events"] >= 9_900_000
    yield "events of all kinds, memory", "≤ 2 GiB with 10,000,000", found, is_met, of["load"]
    found = f"{of['events_per_s']:,.0f} over {of['seconds']:.0f} s"
    is_met = of["events_per_s"] >= 25_000 and of["seconds"] + _METRICS_S >= 600
    yield f"events of a second on the wall, from {source}", "≥ 25,000 for 600 s", found, is_met, of["load"]


def _traffic(of: Results) -> Iterator[Row]:
    fresh, queries = of["freshness"], of["queries"]
    rate = of["producer"]["events"] / of["producer"]["seconds"]
    p99 = fresh.get("p99", float("inf"))
    at, over = f"at {rate:,.0f} events/s", f"over {of['producer']['events']:,} events"
    is_met = p99 <= 1 and not fresh["missing"] and rate >= 4_900 and queries["busy"]["per_s"] >= 195
    found = f"{p99:.2f} s {at} and {queries['busy']['per_s']:.0f} queries/s; {fresh['missing']} lost"
    yield "freshness p99", "≤ 1 s at 5,000 events/s, 200 queries/s", found, is_met, queries["busy"]["load"]
    for phase, before, what in (
        ("busy", "quiet", "with ingest"),
        ("rebase", "before", "while the writer moves to a new base"),
        ("swap", "before", "while readers move to it"),
    ):
        for clock, name in (("wall_ms", "wall"), ("cpu_ms", "processor")):
            new, old = queries[phase][clock]["p99"], queries[before][clock]["p99"]
            found = f"{new / old:.2f}× ({old:.2f} → {new:.2f} ms)"
            yield (
                f"p99 of queries {what}, {name}, {at if phase == 'busy' else over}",
                "≤ 2×",
                found,
                new <= 2 * old,
                queries[phase]["load"],
            )
    asked = sum(phase["wall_ms"]["count"] for phase in queries.values())
    yield (
        f"failed queries, the swap included, {over}",
        "0",
        f"{of['failed']} of {asked:,}",
        of["failed"] == 0,
        queries["swap"]["load"],
    )


def _many(results: Results) -> Iterator[Row]:
    many = results["many"]
    events, anon = many["events"], many["memory_mib"]["anon"] / 1024
    found = f"{anon:.2f} GiB of the writer's own with {events:,} events"
    yield (
        "10 M likes and follows, memory",
        "≤ 2 GiB with 10,000,000",
        found,
        anon <= 2 and events >= 10_000_000,
        many["load"],
    )
    taken_up = many["taken_up"]
    found = f"{taken_up['seconds']:.1f} s ({taken_up['cpu_s']:.1f} s of processor) with {events:,} events"
    is_met = taken_up["seconds"] <= 5 and events >= 10_000_000
    yield "start again from the checkpoint, likes and follows", "≤ 5 s with 10,000,000", found, is_met, many["load"]
    if "many_size" in results:
        yield from _size(results["many_size"], events, "likes and follows")


def _size(of: Results, events: int, kinds: str) -> Iterator[Row]:
    ratios = {name: shape["live"]["p50"] / shape["base"]["p50"] for name, shape in of["shapes"].items()}
    is_enough = events >= 10_000_000
    for name, what in (("two_hop", "two-hop"), (max(ratios, key=ratios.__getitem__), "the slowest shape")):
        shape = of["shapes"][name]
        found = (
            f"{ratios[name]:.2f}× ({shape['base']['p50']:.3f} → {shape['live']['p50']:.3f} ms) with {events:,} events"
        )
        if name != "two_hop":
            found = f"{shape['title']}: {found}"
        is_met = ratios[name] <= 2 and is_enough
        yield f"{what}, p50 over the bare base, {kinds}", "≤ 2× with 10,000,000", found, is_met, of["load"]
