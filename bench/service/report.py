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
typed, letter by letter up to the sixth, each viewer over connections of his own. *At pace* counts only the requests that the
machine itself did not delay, see below; targets are held against all requests. Where a median is wanted, the machine's pace of the
minute decides: the best of some turns counts, each at 70 % of the capacity just before it, and the medians of all turns stand
below."""
_PACE = """\
A virtual machine may be slowed from outside, all its cores at once. A probe in a process of its own times the same arithmetic every
10 ms; where that takes more than three times its median, in processor time, the machine is *slow*. At pace are requests that were
due neither in such a spell nor within 25 ms before it nor within five times its length after it, in which what gathered is worked
off; the share of the others is *left out*."""
_UNMEASURED = "not measured"


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
    lines += ["## Targets", "", *table(("", "wanted", "measured", "", "at pace"), _targets(found)), ""]
    lines += ["## Measurements", ""]
    heads = ("", "answers/s", "p50 / p95 / p99 ms", "the same at pace", "left out", "refused", "refused at pace")
    lines += [*table((*heads, "service, cores", "generator, cores", "load"), _measurements(found)), ""]
    for name in ("latency", "overhead"):
        if turns := found.get(name, {}).get("turns"):
            lines += [f"Medians of the turns of {name}: {', '.join(f'{median:.1f}' for median in turns)} ms.", ""]
    lines += ["## The pace of the machine", "", *_explained(found), ""]
    heads = ("", "slow, share of time", "slow spells", "longest ms", "times slower", "probe late at most, ms")
    lines += [*table(heads, _slowness(found)), ""]
    failed = [
        f"- {name}: {part['failed']}" for name, part in found.items() if isinstance(part, dict) and "failed" in part
    ]
    return "\n".join([*lines, *failed]).rstrip() + "\n"


def _targets(found: Results) -> Iterator[tuple[str, ...]]:
    def of(part: str, *keys: str) -> Any:
        value: Any = found.get(part, {})
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def less(what: str, limit: float, figure: float | None, unit: str, at_pace: str = "") -> tuple[str, ...]:
        return _target(what, f"≤ {limit:g}{unit}", figure, figure is not None and figure <= limit, unit, at_pace)

    def more(what: str, limit: float, figure: float | None, unit: str) -> tuple[str, ...]:
        return _target(what, f"≥ {limit:g}{unit}", figure, figure is not None and figure >= limit, unit, "")

    def time(what: str, limit: float, part: str, stream: str, times: str, share: str) -> tuple[str, ...]:
        at_pace = of(part, "streams", stream, "at_pace", times, share)
        return less(what, limit, of(part, "streams", stream, times, share), " ms", _figure(at_pace, " ms"))

    yield more("typeahead", 250, of("capacity", "typeahead", "streams", "typeahead", "rate"), " /s")
    for share, limit in (("p50", 6), ("p99", 25)):
        yield time(f"typeahead at 70 % of capacity, {share}", limit, "latency", "typeahead", "ms", share)
    yield more("raw two-hop search", 1_000, of("capacity", "two_hop", "streams", "two_hop", "rate"), " /s")
    yield time("explore, p99", 100, "explore", "explore", "ms", "p99")
    yield time("service over engine, p50", 1, "overhead", "two_hop", "over_engine_ms", "p50")
    busy = of("memory", "busy_mib")
    yield less("private dirty memory of a process of 8", 150, max(busy) if busy else None, " MiB")
    overload = found.get("overload", {})
    if "streams" in overload:
        streams = overload["streams"]
        facts = overload_facts(overload)
        yield more("overload: goodput", 90, facts["goodput"], " % of capacity")
        yield more("overload: typeahead answered", 99, facts["typeahead"], " %")
        at_pace = {name: stream["at_pace"] for name, stream in streams.items() if "at_pace" in stream}
        shed = _figure(of("overload", "refused", "at_pace", "p99"), " ms")
        yield less("overload: refusals, p99", 10, of("overload", "refused", "ms", "p99"), " ms", shed)
        end = int(overload["overload_s"])
        late = _figure(recovery_s(at_pace, end) if at_pace else None, " s")
        yield less("recovery: last refusal after its end", 5, recovery_s(streams, end), " s", late)


def _target(what: str, wanted: str, figure: float | None, is_met: bool, unit: str, at_pace: str) -> tuple[str, ...]:
    verdict = "" if figure is None else "met" if is_met else "missed"
    return what, wanted, _figure(figure, unit), verdict, at_pace


def _figure(figure: float | None, unit: str) -> str:
    return _UNMEASURED if figure is None else f"{figure:,.1f}{unit}"


def overload_facts(overload: Results) -> dict[str, float]:
    """Goodput (each kind's answers in parts of its capacity, together) and typeahead's share of answers, in percent."""
    end = int(overload["overload_s"])
    streams, capacity = overload["streams"], overload["capacity"]
    goodput = sum(sum(streams[name]["good_by_second"][:end]) / end / capacity[name] for name in capacity)
    typed = streams["typeahead"]
    good, bad = sum(typed["good_by_second"][:end]), sum(typed["bad_by_second"][:end]) + typed["dropped"]
    return {"goodput": 100 * goodput, "typeahead": 100 * good / max(good + bad, 1)}


def recovery_s(streams: Results, end: int) -> float:
    """When, after the end of the overload, the last who asks moderately was refused."""
    late = [
        second - end + 1
        for name in ("typeahead", "probe")
        for second, count in enumerate(streams[name]["bad_by_second"])
        if second >= end and count
    ]
    return float(max(late, default=0))


def _runs(found: Results) -> dict[str, Results]:
    runs = {f"capacity of {name}": run for name, run in found.get("capacity", {}).items() if isinstance(run, dict)}
    return runs | {name: found[name] for name in ("latency", "overhead", "explore", "overload") if name in found}


def _measurements(found: Results) -> Iterator[tuple[str, ...]]:
    for title, run in _runs(found).items():
        for name, stream in run.get("streams", {}).items():
            refused = sum(count for status, count in stream["by_status"].items() if status != "200")
            at_pace = stream.get("at_pace")
            yield (
                title if title.endswith(name) else f"{title}: {name}",
                f"{stream['rate']:,.0f}",
                _times(stream["ms"]),
                _times(at_pace["ms"]) if at_pace else _UNMEASURED,
                f"{at_pace['left_out']:.1%}" if at_pace else _UNMEASURED,
                f"{refused + stream['dropped']:,} of {stream['count'] + stream['dropped']:,}",
                f"{sum(at_pace['bad_by_second']):,}" if at_pace else _UNMEASURED,
                f"{run['service_cores']:.2f}",
                f"{run['load_cores']:.2f}",
                f"{run['load']:.1f}" if "load" in run else "",
            )


def _times(times: dict[str, float] | None) -> str:
    return " / ".join(f"{times[share]:.1f}" for share in ("p50", "p95", "p99")) if times else "—"


def _explained(found: Results) -> Iterator[str]:
    paces = [pace for _, pace in _paces(found) if pace is not None]
    yield _PACE
    if paces:
        cores = max(pace["probe_cores"] for pace in paces)
        yield f"The arithmetic takes {paces[0]['probe_ms']:.2f} ms at the usual pace, the probe at most {cores:.1%} of one core."
        if all(pace["is_real_time"] for pace in paces):
            yield "It has real-time priority: no other process keeps it waiting."
        else:
            yield "The system refused it real-time priority: that it is late may be the load's own doing."


def _paces(found: Results) -> Iterator[tuple[str, Results | None]]:
    for title, run in ({"idle": found.get("pace", {})} | _runs(found)).items():
        yield title, run.get("pace")


def _slowness(found: Results) -> Iterator[tuple[str, ...]]:
    for title, pace in _paces(found):
        if pace is None:
            yield title, *[_UNMEASURED] * 5
        else:
            yield (
                title,
                f"{pace['share']:.1%}",
                f"{pace['spells']:,}",
                f"{pace['longest_ms']:.0f}" if pace["spells"] else "—",
                f"{pace['slower']:.1f}" if pace["spells"] else "—",
                f"{pace['late_ms']:.1f}",
            )
