"""Who met whom, against plain Python on small random visits."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from ranking import VisitProfiles, Visits

PEOPLE, PLACES, HOURS = 8, 3, 60


def windows(hour, wide, step):
    """Beginnings of the windows of `wide` hours that hold an hour; one begins every `step` hours."""
    return [begin for begin in range(hour - wide + 1, hour + 1) if begin % step == 0]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("name", "wide", "step"), [("met_in_an_hour", 1, 1), ("met_nearly", 3, 1), ("met_on_a_day", 24, 24)]
)
def test_meetings(seed, name, wide, step):
    random = np.random.default_rng(seed)
    who, where, when = (random.integers(0, top, 60) for top in (PEOPLE, PLACES, HOURS))
    there = {}
    for person, place, hour in zip(who.tolist(), where.tolist(), when.tolist(), strict=True):
        for begin in windows(hour, wide, step):
            there.setdefault((place, begin), set()).add(person)
    wanted = np.zeros((PEOPLE, PEOPLE))
    for people in there.values():
        for one in people:
            for other in people:
                wanted[one, other] += 1 / math.log(max(2, len(people)))
    rows = getattr(VisitProfiles.of(Visits(who, where, when, where, PEOPLE)), name)
    assert (rows @ rows.T).toarray() == pytest.approx(wanted, rel=1e-5)
