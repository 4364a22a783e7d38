"""The time up to which each table speaks (data-model.md §5)."""

from __future__ import annotations

from collections import Counter

from ingest.ledger import Ledger
from ingest.warehouse import Warehouse
from schemas.tables import TABLES

ABOUT_TABLES = ("snapshot", "rank_counts")
"""Tables that speak about others and have no snapshot time."""


def snapshots(warehouse: Warehouse, ledger: Ledger, as_of_ms: int | None, now_ms: int) -> dict[str, int]:
    """The snapshot time of each table that exists.

    It is `as_of_ms`, else what table `snapshot` says, else the newest time that the rows hold. A table without times
    takes the newest of all tables, a `media_…` table that of `media`; where no row has a time that is 0, which
    supersedes nothing. No time is later than `now_ms`; later ones count as `later_than_build` of the table that holds
    them, a later `as_of_ms` as one of `snapshot`.
    """
    tables = [table for table in warehouse.tables() if table not in ABOUT_TABLES]
    newest: dict[str, int] = {}
    for table in tables:
        highest, later = warehouse.times(table, now_ms) if TABLES[table].time else (None, 0)
        if highest is not None:
            newest[table] = highest
        ledger.note(table, Counter(later_than_build=later))
    if as_of_ms is None:
        given = _given(warehouse, ledger, now_ms)
    else:
        given = dict.fromkeys(tables, as_of_ms)
        ledger.note("snapshot", Counter(later_than_build=int(as_of_ms > now_ms)))
    in_all = max(newest.values(), default=0)
    times: dict[str, int] = {}
    for table in tables:
        source = "media" if table.startswith("media_") else table
        times[table] = min(given.get(table, newest.get(source, in_all)), now_ms)
    return times


def _given(warehouse: Warehouse, ledger: Ledger, now_ms: int) -> dict[str, int]:
    """What table `snapshot` says; of several rows for a table the latest stands, names of no table are dangling."""
    given: dict[str, int] = {}
    tally = Counter[str]()
    for batch in warehouse.read("snapshot", ["table", "as_of_ms"], tally):
        for table, time in batch.iter_rows():
            tally["later_than_build"] += time > now_ms
            if table not in TABLES:
                tally["dangling"] += 1
                continue
            tally["duplicate"] += table in given
            given[table] = max(time, given.get(table, time))
    ledger.note("snapshot", tally)
    return given
