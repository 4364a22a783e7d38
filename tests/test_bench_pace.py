"""What the bench of the service calls a slow spell of the machine, and which requests it leaves out for that."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from bench.made import HERE
from bench.service.pace import Pace, is_at_pace
from bench.service.report import recovery_s, report
from bench.service.serving import Probe
from bench.service.summary import refusals, summary


def looks(took_ms: list[float], waited_ms: list[float] | None = None) -> Pace:
    """A look every 10 ms from second 100 on, of so much processor time, and so long without a processor before its end."""
    took = np.array(took_ms) / 1e3
    begin = 100 + np.arange(len(took)) * 0.01
    used = np.cumsum(took) - took
    end = begin + took + np.array(waited_ms or [0] * len(took)) / 1e3
    return Pace(np.stack([begin, end, used, used + took], axis=1), is_real_time=True)


def test_spells_are_runs_of_looks_that_took_more_than_three_times_the_median() -> None:
    pace = looks([0.1, 0.1, 1.2, 1.2, 0.1, 0.29, 0.1, 0.1, 0.6, 0.1])
    np.testing.assert_allclose(pace.spells(), [[100.02, 100.04], [100.08, 100.09]])
    facts = pace.facts()
    assert facts["spells"] == 2
    assert facts["share"] == pytest.approx(0.03 / 0.09)
    assert facts["longest_ms"] == pytest.approx(20)
    assert facts["slower"] == pytest.approx(12)
    assert facts["probe_ms"] == pytest.approx(0.1)


def test_who_waits_for_a_processor_is_not_slow() -> None:
    pace = looks([0.1] * 6, [0, 0, 5, 5, 0, 0])
    assert len(pace.spells()) == 0
    assert (pace.facts()["share"], pace.facts()["longest_ms"], pace.facts()["slower"]) == (0, 0, None)


def test_spells_at_the_edges() -> None:
    np.testing.assert_allclose(looks([0.9, 0.1, 0.1, 0.1]).spells(), [[100, 100.01]])
    # the last look has no end
    np.testing.assert_allclose(looks([0.1, 0.1, 0.1, 0.9, 0.9]).spells(), [[100.03, 100.04]])
    assert len(looks([0.1, 0.1, 0.1, 0.9]).spells()) == 0


def test_a_probe_looks_until_it_is_stopped() -> None:
    before, probe = time.monotonic(), Probe()
    time.sleep(0.1)
    found, after = probe.stop().looks, time.monotonic()
    assert 2 <= len(found) <= 11 + (after - before) * 100
    assert before < found[0, 0]
    assert found[-1, 1] < after
    assert (np.diff(found[:, :2].ravel()) > 0).all()
    assert (np.diff(found[:, 2:].ravel()) > 0).all()


def test_a_late_look_is_told() -> None:
    pace = looks([0.1] * 5)
    pace.looks[3:, :2] += 0.007
    assert pace.facts()["late_ms"] == pytest.approx(6.9)


@pytest.mark.parametrize(
    ("spells", "due", "at_pace"),
    [
        ([], [5.0], [True]),
        # 40 ms: from 25 ms before to 200 ms after
        ([(10.0, 10.04)], [9.97, 9.98, 10.02, 10.23, 10.25], [True, False, False, False, True]),
        # what a short one leaves out ends before what the long one ahead of it does
        ([(10.0, 10.2), (10.3, 10.31)], [10.5, 11.19, 11.21], [False, False, True]),
        ([(10.0, 10.01), (20.0, 20.01)], [15.0, 20.0, 25.0], [True, False, True]),
    ],
)
def test_left_out_is_who_was_due_about_a_spell(
    spells: list[tuple[float, float]], due: list[float], at_pace: list[bool]
) -> None:
    assert is_at_pace(np.array(due), np.array(spells).reshape(-1, 2)).tolist() == at_pace


def test_a_stream_is_summed_up_with_and_without_who_was_left_out() -> None:
    nan = float("nan")
    rows = np.array(
        [(50.5, 200, 4, 3), (51.5, 200, 6, 4), (52.5, 200, 90, 89), (52.51, 503, 80, nan), (54.5, 503, 2, nan)]
    )
    found = summary(rows, 7, 50.0, 5.0, np.array([(52.48, 52.55)]))
    assert (found["count"], found["dropped"], found["by_status"], found["rate"]) == (5, 7, {"200": 3, "503": 2}, 0.6)
    assert found["good_by_second"] == [1, 1, 1]
    assert found["bad_by_second"] == [0, 0, 1, 0, 1]
    assert found["ms"]["p50"] == 6
    assert found["over_engine_ms"]["p50"] == 1
    calm = found["at_pace"]
    assert calm["left_out"] == pytest.approx(0.4)
    assert calm["bad_by_second"] == [0, 0, 0, 0, 1]
    assert calm["ms"]["p50"] == 5
    streams = {"typeahead": found, "probe": found}
    assert recovery_s(streams, 2) == 3
    assert recovery_s({"typeahead": calm, "probe": calm}, 3) == 2


def test_refusals_of_all_streams_are_one_figure() -> None:
    answered, late, early = (50.5, 200, 900, 3), (52.51, 503, 80, float("nan")), (54.5, 503, 2, float("nan"))
    found = refusals(np.array([answered, late, early]), np.array([(52.48, 52.55)]))
    assert found["ms"]["p99"] == pytest.approx(79.22)
    assert found["at_pace"]["p99"] == 2
    assert refusals(np.array([answered]), np.empty((0, 2))) == {"ms": None, "at_pace": None}


def test_a_stream_that_nobody_answered() -> None:
    found = summary(np.empty((0, 4)), 0, 50.0, 5.0, np.empty((0, 2)))
    assert (found["ms"], found["at_pace"]["ms"], found["at_pace"]["left_out"]) == (None, None, 0)


def test_the_report_is_that_of_the_figures() -> None:
    found = json.loads((HERE / "service.json").read_text(encoding="utf-8"))
    assert report(found) == (HERE / "SERVICE.md").read_text(encoding="utf-8")


def test_targets_are_held_against_all_requests() -> None:
    times = {"p50": 7.0, "p95": 9.0, "p99": 9.5}
    at_pace = {"left_out": 0.25, "ms": {"p50": 3.0, "p95": 4.0, "p99": 5.0}, "bad_by_second": [0]}
    stream = {"rate": 5.0, "count": 4, "dropped": 0, "by_status": {"200": 4}, "ms": times, "at_pace": at_pace}
    pace = looks([0.1, 0.1, 1.2, 0.1]).facts()
    host = {"cores": 2, "architecture": "x", "memory_gib": 1.0, "versions": {}}
    found = {"machine": host, "users": 1, "events": 0, "workers": 2}
    found["latency"] = {"streams": {"typeahead": stream}, "pace": pace, "service_cores": 1.0, "load_cores": 0.1}
    text = report(found)
    assert "| typeahead at 70 % of capacity, p50 | ≤ 6 ms | 7.0 ms | missed | 3.0 ms |" in text
    assert "| latency: typeahead | 5 | 7.0 / 9.0 / 9.5 | 3.0 / 4.0 / 5.0 | 25.0% | 0 of 4 | 0 |" in text
    assert "| latency | 33.3% | 1 | 10 | 12.0 | -0.1 |" in text
    assert "| idle | not measured |" in text
    assert "refused it real-time priority" not in text
    found["latency"]["pace"] = {**pace, "is_real_time": False}
    assert "refused it real-time priority" in report(found)
