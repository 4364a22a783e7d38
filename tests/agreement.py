"""Engine against oracle: random worlds and requests from a seed, whole answers compared.

The world goes the whole way, as rows in Parquet tables, through the warehouse reader and the builder, into an index on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from index import Segment, open_index, publish, writing
from ingest.documents import read_corpus
from query import Answer, Request, Searcher
from schemas.catalogue import Vertical
from schemas.errors import QueryError
from schemas.ids import ExternalId, hashtag_id
from schemas.settings import Settings
from tests import oracle
from tests.oracle.coverage import Coverage
from tests.oracle.malformed import malformed_query
from tests.oracle.random_cases import Case, random_cases
from tests.oracle.random_world import random_tables

NOW_MS = 1_900_000_000_000
SETTINGS = Settings(deadline_ms=60_000)


@contextmanager
def built(tables: dict[str, list[oracle.Row]]) -> Iterator[Segment]:
    """The index of these rows."""
    with TemporaryDirectory() as directory:
        warehouse, index = Path(directory, "warehouse"), Path(directory, "index")
        oracle.write_world(tables, warehouse)
        yield build(warehouse, index)


def build(warehouse: Path, index: Path) -> Segment:
    """Build an index and open it, all hashes checked."""
    with writing(index):
        publish(index, lambda: read_corpus(warehouse, now_ms=NOW_MS), now_ms=NOW_MS, progress=lambda _: None)
    return open_index(index)


def request_of(case: Case) -> Request:
    """The engine's request for a case of the oracle."""
    return Request(
        text=case.query,
        viewer=None if case.viewer is None else ExternalId(case.viewer),
        vertical=None if case.vertical is None else Vertical(case.vertical),
        limit=case.limit,
        is_operator=case.operator,
        is_exact=case.exact,
    )


def shown(answer: Answer) -> list[int | str]:
    """The results as the oracle writes them: ids, and hashtags as `#text`."""
    return list(answer.names if answer.vertical is Vertical.HASHTAG else answer.ids)


def difference(found: Answer, expected: oracle.Answer, limit: int, *, is_exact: bool) -> str | None:
    """What is wrong with an answer, None where nothing is."""
    if shown(found) != expected.ids:
        return f"ids {shown(found)} instead of {expected.ids}"
    if found.vertical.value != expected.vertical:
        return f"vertical {found.vertical} instead of {expected.vertical}"
    if found.is_complete != expected.complete:
        return f"complete {found.is_complete} instead of {expected.complete}"
    if found.total_is_exact and found.total != expected.total:
        return f"total {found.total} instead of {expected.total}"
    if not found.total_is_exact and (is_exact or found.total != len(found.ids) or expected.total <= limit):
        return f"total {found.total} is not exact, where {expected.total} was due"
    return None


@dataclass
class Report:
    """What a run has met."""

    cases: int = 0
    non_empty: int = 0
    cut: int = 0
    failures: list[str] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)


def compare_world(seed: int, cases: int, report: Report) -> None:
    """One random world, so many random requests to it, and some that must be refused."""
    tables = random_tables(seed)
    world = oracle.make_world(tables, hashtag_id)
    with built(tables) as segment:
        searcher = Searcher(segment, SETTINGS)
        for number, case in enumerate(random_cases(world, seed, cases, report.coverage)):
            expected = oracle.answer(
                world,
                case.query,
                viewer=case.viewer,
                vertical=case.vertical,
                limit=case.limit,
                operator=case.operator,
            )
            try:
                wrong = difference(searcher.run(request_of(case)), expected, case.limit, is_exact=case.exact)
            except QueryError as error:
                wrong = f"refused: {error.code}: {error}"
            if wrong is not None:
                report.failures.append(f"world {seed}, case {number}: {case}\n    {wrong}")
            report.cases += 1
            report.non_empty += bool(expected.ids)
            report.cut += not expected.complete
        for number in range(cases // 20):
            code, text = malformed_query(world, Random(f"{seed}/{number}"))
            report.cases += 1
            try:
                searcher.run(Request(text=text))
            except QueryError as error:
                if error.code != code or not error.hint:
                    report.failures.append(f"world {seed}: {text[:200]!r}: refused as {error.code}, not {code}")
            else:
                report.failures.append(f"world {seed}: {text[:200]!r} is answered, not refused as {code}")
