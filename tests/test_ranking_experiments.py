"""Who is in which arm: the shares that the file says, independence of layers, exposure where a parameter is read, and bad files."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from scipy import stats

from ranking import ExposureLog, read_experiments, read_exposures, team_draft
from ranking.experiments.interleaving import preference
from ranking.experiments.parameters import Parameter
from schemas.errors import InputError

KNOWN = (
    Parameter("scorer", "", choices=("hand", "learned")),
    Parameter("weight", "", low=0, high=2),
    Parameter("shown", ""),
)
TWO = """
[experiments.one]
layer = "x"
traffic = [0, 40]
arms.control.weight = 3
arms.learned = { weight = 1, parameters = { scorer = "learned", weight = 0.5 } }
[experiments.two]
layer = "x"
traffic = [40, 100]
arms.control = {}
arms.shown = { parameters = { scorer = "hand" } }
[experiments.three]
layer = "y"
arms.control = {}
arms.shown = { parameters = { shown = true } }
"""
GOLDEN_4017 = [None, "control", "control"]
UNITS = [str(number * 7_919) for number in range(6_000)]


@pytest.fixture
def running(tmp_path):
    (tmp_path / "experiments.toml").write_text(TWO)
    return read_experiments(tmp_path / "experiments.toml", KNOWN)


def test_shares_are_those_of_the_file(running):
    one, two, _ = running.experiments
    found = Counter((e.name, arm.name) for e in running.experiments for u in UNITS if (arm := e.arm_of(u)))
    expected = {
        ("one", "control"): 0.3,
        ("one", "learned"): 0.1,
        ("two", "control"): 0.3,
        ("two", "shown"): 0.3,
        ("three", "control"): 0.5,
        ("three", "shown"): 0.5,
    }
    for key, share in expected.items():
        assert abs(found[key] / len(UNITS) - share) < 4 * np.sqrt(share * (1 - share) / len(UNITS)), key
    assert all((one.arm_of(u) is None) != (two.arm_of(u) is None) for u in UNITS), "one experiment of a layer each"


def test_layers_are_independent(running):
    one, _, three = running.experiments
    table = Counter((one.arm_of(u) and one.arm_of(u).name, three.arm_of(u).name) for u in UNITS)
    rows = [[table[a, b] for b in ("control", "shown")] for a in (None, "control", "learned")]
    assert stats.chi2_contingency(rows).pvalue > 0.001


def test_assignment_does_not_change(running):
    assert [e.arm_of("4017").name if e.arm_of("4017") else None for e in running.experiments] == GOLDEN_4017


def test_exposure_is_what_was_read(running):
    unit = next(u for u in UNITS if (arm := running.experiments[0].arm_of(u)) and arm.name == "learned")
    arms = running.arms(unit)
    assert arms.exposures == ()
    assert arms.get("weight", 1.0) == 0.5
    assert [(met.experiment, met.arm, met.share) for met in arms.exposures] == [("one", "learned", 0.25)]
    assert dict(arms)["scorer"] == "learned"
    control = next(u for u in UNITS if (arm := running.experiments[0].arm_of(u)) and arm.name == "control")
    arms = running.arms(control)
    assert arms.get("scorer", "hand") == "hand"
    assert [(met.experiment, met.arm) for met in arms.exposures] == [("one", "control")], "the control is exposed too"
    assert len(running.arms(None)) == 0
    assert running.arms(None).get("scorer") is None


def test_exposures_come_back(running, tmp_path):
    unit = UNITS[3]
    arms = running.arms(unit)
    arms.get("scorer")
    arms.get("shown")
    with ExposureLog(tmp_path, "w") as log:
        log.write(5, unit, "r1", arms.exposures)
        log.write(6, unit, "r2", arms.exposures[:1], teams="abba")
    counts: Counter[str] = Counter()
    found = list(read_exposures(tmp_path, counts))
    assert [(one.ts_ms, one.unit, one.request_id, one.teams) for one in found] == [
        (5, unit, "r1", ""),
        (5, unit, "r1", ""),
        (6, unit, "r2", "abba"),
    ]
    assert [one.exposure for one in found] == [*arms.exposures, arms.exposures[0]]
    assert running.exposure("three", unit) == arms.exposures[1]
    assert running.exposure("none", unit) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[experiments", "no TOML"),
        ("[layers]\n", "no setting 'layers'"),
        ("experiments = 3", "no table"),
        ("[experiments.a]\narms.control = {}", "has 1 arms"),
        ("[experiments.a]\nshare = 3\narms.x = {}\narms.y = {}", "no setting 'share'"),
        ("[experiments.a]\ntraffic = [50, 10]\narms.x = {}\narms.y = {}", "smaller first"),
        ("[experiments.a]\ntraffic = [true, 10]\narms.x = {}\narms.y = {}", "smaller first"),
        ("[experiments.a]\narms.x.weight = 0\narms.y = {}", "no number above 0"),
        ("[experiments.a]\narms.x.weight = nan\narms.y = {}", "no number above 0"),
        ("[experiments.a]\nlayer = 3\narms.x = {}\narms.y = {}", "are texts"),
        ("[experiments.a]\narms.x = {}\narms.y.parameters = {sorcer = 1}", "no parameter 'sorcer'"),
        ("[experiments.a]\narms.x = {}\narms.y.parameters = {scorer = 'x'}", "is none of 'hand', 'learned'"),
        ("[experiments.a]\narms.x = {}\narms.y.parameters = {weight = 3}", "is not from 0 to 2"),
        ("[experiments.a]\narms.x = {}\narms.y.parameters = {weight = true}", "is no number"),
        ("[experiments.a]\narms.x = {}\narms.y.parameters = {weight = nan}", "is not from 0 to 2"),
        ("[experiments.a]\narms.x = {}\narms.y.parameters = {shown = 1}", "neither true nor false"),
        (TWO.replace("[40, 100]", "[39, 100]"), "share units of layer 'x'"),
        (TWO.replace("shown = true", "weight = 1"), "different layers both set 'weight'"),
    ],
)
def test_bad_files_are_refused_as_a_whole(tmp_path, text, says):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"bad\.toml") as error:
        read_experiments(path, KNOWN)
    assert error.value.code == "bad-experiments"
    assert says in error.value.message


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_experiments(tmp_path / "none.toml")


@pytest.mark.parametrize("seed", range(50))
def test_a_draft_holds_both_lists_in_their_order(seed):
    random = np.random.default_rng(seed)
    a, b = (random.permutation(15)[: random.integers(0, 12)].tolist() for _ in range(2))
    limit = int(random.integers(0, 16))
    found, teams = team_draft(a, b, limit, random)
    assert len(found) == len(set(found)) == len(teams) == min(limit, len({*a, *b}))
    for own, team in ((a, "a"), (b, "b")):
        brought = [one for one, whose in zip(found, teams, strict=True) if whose == team]
        assert all(own.index(x) < own.index(y) for x, y in pairwise(brought)), seed
    if a and b and limit >= 2:
        assert abs(teams.count("a") - teams.count("b")) <= abs(len(a) - len(b)) + 2 * len({*a} & {*b}) + 1


def test_a_draft_passes_over_what_it_has_no_room_for():
    def one_of_a_decade(before, number):
        return all(number // 10 != other // 10 for other in before)

    random = np.random.default_rng(3)
    for _ in range(20):
        found, teams = team_draft([1, 2, 11, 21], [12, 3, 31], 9, random, one_of_a_decade)
        assert sorted(one // 10 for one in found) == [0, 1, 2, 3]
        assert len(teams) == 4


def test_a_reader_without_preference_credits_both_teams_alike():
    random = np.random.default_rng(7)
    a, b = list(range(10)), [1, 0, 2, 4, 3, 11, 12, 13, 14, 5]
    total = 0
    for _ in range(6_000):
        _, teams = team_draft(a, b, 10, random)
        total += preference(teams, [int(random.geometric(0.4)) - 1])  # clicks by position alone
    assert abs(total) < 4 * np.sqrt(6_000)
    assert preference("abab", [1, 3]) == 1
    assert preference("abab", [0, 1]) == 0
    assert preference("abab", [0, 9]) == -1
