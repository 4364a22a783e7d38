"""The engine agrees with the oracle on ids, order, totals and completeness: 20,000 random cases."""

from __future__ import annotations

import pytest

from schemas.ids import hashtag_id
from tests import oracle
from tests.agreement import Report, compare_world
from tests.oracle.coverage import Coverage, missing
from tests.oracle.random_cases import random_cases
from tests.oracle.random_world import random_tables

BATCHES = 20
WORLDS = 10
CASES = 100


@pytest.mark.parametrize("batch", range(BATCHES))
def test_engine_equals_oracle(batch):
    report = Report()
    for world in range(WORLDS):
        compare_world(batch * WORLDS + world, CASES, report)
    print(f"seeds {batch * WORLDS} to {batch * WORLDS + WORLDS - 1}: {report.cases} cases")
    assert not report.failures, "\n".join(report.failures[:5])
    assert report.cases >= WORLDS * CASES
    assert report.non_empty > report.cases / 5
    assert report.cut > 0


def test_every_operator_edge_option_and_visibility_rule_occurs():
    coverage = Coverage()
    for seed in range(BATCHES * WORLDS):
        world = oracle.make_world(random_tables(seed), hashtag_id)
        for _ in random_cases(world, seed, CASES, coverage):
            pass
    assert missing(coverage) == []
