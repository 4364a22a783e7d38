"""SIGKILL at random moments of ingest, checkpoint, build and publish: 20 here, `make kills` for more."""

from __future__ import annotations

from tests.kills import KilledIndex, run

KILLS = 20


def test_killed_at_random_moments_nothing_is_lost_or_applied_twice():
    report = run(KILLS, 7, print)
    assert not report.failures, "\n".join(report.failures)
    assert KilledIndex.kills.total() >= KILLS
    assert report.cases > 50
