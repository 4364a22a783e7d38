"""The report of a run as Markdown; every figure is one that the run measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.markdown import table

Results = dict[str, Any]
_HEAD = """\
Written by `make bench-service`: the service and the load generator on one machine, over loopback, by viewer tokens, on a generated
world with events over its base. *Load* is the number of processes that wanted to run, as the mean of the minute before; *cores* is
processor time by wall time. Latencies of open loops count from the moment at which a request was due. Typeahead is asked as it is
typed, letter by letter up to the sixth, each viewer over connections of his own."""


def report(found: Results) -> str:
    """The whole file."""
    host = found["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in host["versions"].items())
    lines = ["# The service under load", "", _HEAD, ""]
    lines += [
        f"{host['cores']} cores, {host['architecture']}, {host['memory_gib']:.0f} GiB; {versions}. "
        f"{found['users']:,} users, {found['events']:,} events in the overlay, {found['workers']} processes.",
        "",
    ]
    if "note" in found:
        lines += [f"**Of this run:** {found['note']}", ""]
    if "longest_ms" in (stood := found.get("stalls", {})):
        lines += [
            f"The machine itself: of processes that only looked at the clock, one a core, for {stood['seconds']:.0f} s, some stood "
            f"still for more than 4 ms {stood['count']} times, for {stood['longest_ms']:.0f} ms at most.",
            "",
        ]
    lines += ["## Targets", "", *table(("", "wanted", "measured", ""), _targets(found)), ""]
    lines += ["## Measurements", ""]
    heads = ("", "answers/s", "p50 ms", "p95 ms", "p99 ms", "refused", "service, cores", "generator, cores", "load")
    lines += [*table(heads, _measurements(found)), ""]
    failed = [
        f"- {name}: {part['failed']}" for name, part in found.items() if isinstance(part, dict) and "failed" in part
    ]
    return "\n".join([*lines, *failed]).rstrip() + "\n"


def _targets(found: Results) -> Iterator[tuple[str, ...]]:
    def row(what: str, wanted: str, figure: float | None, is_met: bool, unit: str) -> tuple[str, ...]:
        if figure is None:
            return (what, wanted, "not measured", "")
        return (what, wanted, f"{figure:,.1f}{unit}", "met" if is_met else "missed")

    def of(part: str, *keys: str) -> Any:
        value: Any = found.get(part, {})
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def less(what: str, limit: float, figure: float | None, unit: str) -> tuple[str, ...]:
        return row(what, f"≤ {limit:g}{unit}", figure, figure is not None and figure <= limit, unit)

    def more(what: str, limit: float, figure: float | None, unit: str) -> tuple[str, ...]:
        return row(what, f"≥ {limit:g}{unit}", figure, figure is not None and figure >= limit, unit)

    yield more("typeahead", 250, of("capacity", "typeahead", "streams", "typeahead", "rate"), " /s")
    for share, limit in (("p50", 6), ("p99", 25)):
        figure = of("latency", "streams", "typeahead", "ms", share)
        yield less(f"typeahead at 70 % of capacity, {share}", limit, figure, " ms")
    yield more("raw two-hop search", 1_000, of("capacity", "two_hop", "streams", "two_hop", "rate"), " /s")
    yield less("explore, p99", 100, of("explore", "streams", "explore", "ms", "p99"), " ms")
    yield less("service over engine, p50", 1, of("overhead", "streams", "two_hop", "over_engine_ms", "p50"), " ms")
    busy = of("memory", "busy_mib")
    yield less("private dirty memory of a process of 8", 150, max(busy) if busy else None, " MiB")
    overload = found.get("overload", {})
    if "streams" in overload:
        facts = overload_facts(overload)
        yield more("overload: goodput", 90, facts["goodput"], " % of capacity")
        yield more("overload: typeahead answered", 99, facts["typeahead"], " %")
        yield less("overload: refusals, p99", 10, facts["shed_ms"], " ms")
        yield less("recovery: last refusal after its end", 5, facts["recovery_s"], " s")


def overload_facts(overload: Results) -> dict[str, float]:
    """Goodput (each kind's answers in parts of its capacity, together), typeahead's share, refusals, recovery."""
    end = int(overload["overload_s"])
    streams, capacity = overload["streams"], overload["capacity"]
    goodput = sum(sum(streams[name]["good_by_second"][:end]) / end / capacity[name] for name in capacity)
    typed = streams["typeahead"]
    good, bad = sum(typed["good_by_second"][:end]), sum(typed["bad_by_second"][:end]) + typed["dropped"]
    sheds = [stream["shed_ms"]["p99"] for stream in streams.values() if stream["shed_ms"] is not None]
    late = [
        second - end + 1
        for name in ("typeahead", "probe")
        for second, count in enumerate(streams[name]["bad_by_second"])
        if second >= end and count
    ]
    return {
        "goodput": 100 * goodput,
        "typeahead": 100 * good / max(good + bad, 1),
        "shed_ms": max(sheds, default=0.0),
        "recovery_s": float(max(late, default=0)),
    }


def _measurements(found: Results) -> Iterator[tuple[str, ...]]:
    runs = {f"capacity of {name}": run for name, run in found.get("capacity", {}).items() if isinstance(run, dict)}
    runs |= {name: found[name] for name in ("latency", "overhead", "explore", "overload") if name in found}
    for title, run in runs.items():
        for name, stream in run.get("streams", {}).items():
            refused = sum(count for status, count in stream["by_status"].items() if status != "200")
            times = stream["ms"] or {}
            yield (
                title if title.endswith(name) else f"{title}: {name}",
                f"{stream['rate']:,.0f}",
                *(f"{times[share]:.1f}" if times else "—" for share in ("p50", "p95", "p99")),
                f"{refused + stream['dropped']:,} of {stream['count'] + stream['dropped']:,}",
                f"{run['service_cores']:.2f}",
                f"{run['load_cores']:.2f}",
                f"{run['load']:.1f}" if "load" in run else "",
            )
