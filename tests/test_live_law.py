"""The law of the live index (data-model.md §5): a base build and events on it answer as the oracle says, whole answers compared.

1,000 random histories, whose seeds are printed: with duplicates, reordering, loss, restarts, tables that are missing, events that
are not of the world, and later base builds published under the live index.
"""

from __future__ import annotations

from random import Random

import polars as pl
import pytest

from ingest.firehose import decode
from ingest.parquet import ParquetWarehouse
from ingest.worlds import generate
from ingest.worlds.events import event_stream
from query import Searcher
from schemas.catalogue import Vertical
from schemas.ids import hashtag_id
from tests import oracle
from tests.agreement import SETTINGS, build
from tests.histories import Build, History, random_history
from tests.live_law import Report, check, check_seed, stages
from tests.oracle.random_cases import Case, random_cases, random_viewers
from tests.test_non_interference import everything_about, told
from tests.wired import oracle_event

BATCHES = 20
HISTORIES = 50
CASES = 10


@pytest.mark.parametrize("batch", range(BATCHES))
def test_live_answers_are_the_oracles(batch):
    report = Report()
    for seed in range(batch * HISTORIES, (batch + 1) * HISTORIES):
        check_seed(seed, CASES, report)
    print(f"seeds {batch * HISTORIES} to {(batch + 1) * HISTORIES - 1}: {report.events} events, {report.cases} cases")
    assert not report.failures, "\n".join(report.failures[:5])
    assert report.histories == HISTORIES
    assert report.lawful > 0
    assert report.repaired > 0
    assert report.non_empty > report.cases / 5


@pytest.mark.parametrize("seed", range(4))
def test_a_generated_stream_over_a_generated_world(seed, tmp_path):
    """The stream of `monoceros generate --events`, in two parts."""
    rng = Random(f"generated {seed}")
    generate(rng.choice((20, 50)), seed, tmp_path / "generated")
    warehouse = ParquetWarehouse(tmp_path / "generated")
    events = [oracle_event(decode(message)) for message in event_stream(warehouse, seed, 1_500)]
    tables = {
        name: pl.read_parquet(tmp_path / "generated" / name / "*.parquet").to_dicts() for name in warehouse.tables()
    }
    now = Build(tables)
    cut = rng.randrange(len(events))
    history = History(seed, [now], [events[:cut], events[cut:]], now, is_lawful=True, is_repaired=False)
    report = Report()
    check(history, 200, report)
    assert not report.failures, "\n".join(report.failures)


@pytest.mark.parametrize("seed", range(9_000, 9_016))
def test_what_a_viewer_may_not_see_is_not_missed_in_a_live_index(seed, tmp_path):
    """Answers, explain, lineage, why-not, terms and documents equal those of an index of what the viewer may see."""
    rng = Random(f"secrets {seed}")
    *_, (_, _, engine, live) = stages(random_history(seed), tmp_path / "live", rng)
    world = live.world()
    segment = engine.segment()
    ids = {vertical: segment.ids(vertical).tolist() for vertical in Vertical}
    for viewer in random_viewers(world, rng, 2):
        reduced = tmp_path / str(viewer)
        oracle.write_world(oracle.visible_tables(world, viewer, hashtag_id), reduced / "warehouse")
        left = build(reduced / "warehouse", reduced / "index")
        for case in random_cases(world, seed, 25):
            seen_by = Case(case.query, viewer, case.vertical, case.limit, False, case.exact)
            about = rng.choice([*ids[Vertical.USER], *ids[Vertical.MEDIA], 5])
            assert told(Searcher(segment, SETTINGS), seen_by, about) == told(Searcher(left, SETTINGS), seen_by, about)
        assert everything_about(segment, viewer, ids) == everything_about(left, viewer, ids)
