"""Reports of experiments: false alarms as seldom as promised, known values, what CUPED spares, broken splits, credit of drafts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from scipy import stats

from ranking.experiments.assignment import Exposure
from ranking.experiments.report import MEASURES, report
from ranking.experiments.statistics import Ratio, difference, split_p
from ranking.log.exposures import Exposed
from ranking.log.searches import COLUMNS, Searches

CONTROL, TREATED = Exposure("e", "control", 0.5), Exposure("e", "treated", 0.5)


def units(random, count, effect=0.0):
    """People of different habits: searches and choices before and after, the habit shared."""
    taste = random.beta(2, 3, count)
    before, after = random.poisson(12, count), 1 + random.poisson(12, count)
    return Ratio(
        random.binomial(after, np.clip(taste + effect, 0, 1)).astype(float),
        after.astype(float),
        random.binomial(before, taste).astype(float),
        before.astype(float),
    )


def test_arms_that_are_alike_are_told_apart_in_one_of_twenty_cases():
    random = np.random.default_rng(1)
    trials = 800
    found = [difference(units(random, 60), units(random, 75)) for _ in range(trials)]
    false = np.mean([one.p < 0.05 for one in found])
    assert abs(false - 0.05) < 4 * np.sqrt(0.05 * 0.95 / trials), false
    assert stats.kstest([one.p for one in found], "uniform").pvalue > 0.001
    outside = np.mean([not one.change.low <= 0 <= one.change.high for one in found])
    assert outside == false, "interval and p say the same"


def test_intervals_hold_the_true_change_and_cuped_narrows_them():
    random = np.random.default_rng(2)
    trials, effect = 400, 0.06
    held, widths, plain_widths, spared = 0, [], [], []
    for _ in range(trials):
        a, b = units(random, 150), units(random, 150, effect)
        one = difference(a, b)
        none = np.zeros(150)
        plain = difference(*(Ratio(arm.above, arm.below, none, none) for arm in (a, b)))
        held += one.change.low <= effect <= one.change.high
        widths.append(one.change.high - one.change.low)
        plain_widths.append(plain.change.high - plain.change.low)
        spared.append(one.spared)
        assert plain.spared == 0
    assert held / trials > 0.92
    assert np.mean(widths) < 0.85 * np.mean(plain_widths)
    assert np.mean(spared) > 0.3


def test_without_a_past_and_with_equal_searches_it_is_welchs_t():
    random = np.random.default_rng(3)
    a, b = random.normal(1.0, 1, 40), random.normal(1.4, 2, 55)
    ratios = [Ratio(one, np.ones(len(one)), np.zeros(len(one)), np.zeros(len(one))) for one in (a, b)]
    found = difference(*ratios)
    known = stats.ttest_ind(b, a, equal_var=False)
    assert found.p == pytest.approx(known.pvalue)
    assert found.change.value == pytest.approx(b.mean() - a.mean())
    interval = known.confidence_interval()
    assert (found.change.low, found.change.high) == pytest.approx((interval.low, interval.high))


def test_too_little_gives_no_figure_and_no_error():
    one = Ratio(*(np.ones(1) for _ in range(4)))
    none = Ratio(*(np.zeros(5) for _ in range(4)))
    same = Ratio(*(np.ones(5) for _ in range(4)))
    assert np.isnan(difference(one, same).p)
    assert np.isnan(difference(none, same).change.value)
    assert (difference(same, same).p, difference(same, same).change.value) == (1.0, 0.0)


def test_a_split_is_checked_against_its_shares():
    assert split_p({"a": 5_000, "b": 5_000}, {"a": 0.5, "b": 0.5}) == 1
    assert split_p({"a": 30, "b": 10}, {"a": 0.75, "b": 0.25}) == 1
    assert split_p({"a": 5_300, "b": 4_700}, {"a": 0.5, "b": 0.5}) < 1e-8
    assert split_p({"a": 60, "b": 40}, {"a": 0.5, "b": 0.5}) == pytest.approx(float(stats.chi2.sf(4, 1)))
    assert split_p({"a": 7}, {"a": 0.5}) == 1
    random = np.random.default_rng(4)
    alarms = [
        split_p({"a": n, "b": 2_000 - n}, {"a": 0.3, "b": 0.3}) < 0.01 for n in random.binomial(2_000, 0.5, 2_000)
    ]
    assert abs(np.mean(alarms) - 0.01) < 4 * np.sqrt(0.01 / 2_000)


def searches(random, viewers, gain=lambda viewer: 0.0, start=1_000, end=2_000):
    """Five searches before `start` and some after, of each viewer; three slots each, chosen by position and the viewer's habit."""
    rows = []
    for viewer in viewers:
        habit = 0.2 + 0.5 * ((viewer * 2_654_435_761) % 97) / 97
        for number in range(5 + int(random.integers(2, 9))):
            is_late = number >= 5
            ts = int(random.integers(start, end)) if is_late else int(random.integers(0, start))
            chance = habit + (gain(viewer) if is_late else 0.0)
            place = int(random.integers(0, 3)) if random.random() < chance else None
            rows += [
                dict.fromkeys(COLUMNS, "")
                | {
                    "ts_ms": ts,
                    "request_id": f"{viewer}-{number}",
                    "viewer_id": viewer,
                    "position": position,
                    "vertical": ("user", "hashtag", "place")[position],
                    "result_id": position,
                    "clicked": position == place,
                    "followed": False,
                }
                for position in range(3)
            ]
    return Searches.of([pl.DataFrame(rows)])


def test_a_report_finds_what_was_changed_and_nothing_else():
    random = np.random.default_rng(5)
    viewers = range(1, 701)
    arm = {viewer: (CONTROL, TREATED)[int(random.integers(0, 2))] for viewer in viewers}
    log = searches(random, viewers, lambda viewer: 0.2 if arm[viewer] is TREATED else 0.0)
    met = [Exposed(1_000, str(viewer), "", arm[viewer]) for viewer in viewers]
    met += [Exposed(1_500, str(viewer), "", arm[viewer]) for viewer in viewers if viewer % 3]  # met again
    met += [Exposed(1_200, "3", "", CONTROL), Exposed(1_200, "3", "", TREATED)]  # seen in both
    (found,) = report(met, log)
    assert sum(found.units.values()) == 699
    assert found.moved == 1
    assert list(found.units) == ["control", "treated"]
    assert not found.is_broken
    (compared,) = found.compared
    assert set(compared.measures) == set(MEASURES)
    measure = compared.measures["searches with a choice"]
    assert measure.p < 1e-6
    assert measure.change.low < 0.2 < measure.change.high
    assert measure.spared > 0.05
    assert measure.treatment - measure.control == pytest.approx(0.2, abs=0.06)
    assert compared.measures["choices of place"].change.value == pytest.approx(0.2 / 3, abs=0.05)
    assert compared.measures["follows"].change.value == 0
    assert found.drafted is None


def test_who_is_exposed_and_never_searches_counts_for_the_split():
    random = np.random.default_rng(6)
    met = [Exposed(1_000, str(viewer), "", (CONTROL, TREATED)[viewer % 4 == 0]) for viewer in range(1, 401)]
    (found,) = report(met, searches(random, range(1, 20)))
    assert found.units == {"control": 300, "treated": 100}
    assert found.is_broken


def test_searches_before_the_exposure_of_their_unit_do_not_count():
    random = np.random.default_rng(7)
    viewers = range(1, 101)
    log = searches(random, viewers, lambda _: 1.0)  # everybody finds everything after 1,000
    met = [
        Exposed(1_000 if viewer % 2 else 3_000, str(viewer), "", (CONTROL, TREATED)[viewer % 2]) for viewer in viewers
    ]
    (found,) = report(met, log)
    assert found.compared[0].measures["searches with a choice"].treatment == 1.0
    assert np.isnan(found.compared[0].measures["searches with a choice"].control), "nothing of the control counts"


def test_drafts_are_credited_to_whose_results_were_chosen():
    random = np.random.default_rng(8)
    log = searches(random, range(1, 301))
    requests = log.frame["request_id"].unique(maintain_order=True).to_list()
    met = [Exposed(0, one.split("-")[0], one, CONTROL, teams="abb") for one in requests]
    (found,) = report(met, log)
    chosen = log.frame.filter("clicked")
    assert found.drafted.lists == chosen.height
    assert found.drafted.wins_a == (chosen["position"] == 0).sum()
    assert found.drafted.wins_b == (chosen["position"] > 0).sum()
    assert found.drafted.preference.low < 1 / 3 < found.drafted.preference.high
