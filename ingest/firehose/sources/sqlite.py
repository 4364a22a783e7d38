"""`sqlite:///PATH`: the log of one machine without Kafka, a table of messages that only grows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.firehose.sources.base import (
    Batch,
    Position,
    bad_position,
    mark_in,
    mark_of,
    number_in,
    other_stream,
    position_at,
)
from schemas.errors import InputError

_LOOK_S = 0.02
_TABLE = "CREATE TABLE IF NOT EXISTS events (place INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL)"


def connect(path: Path, *, is_new_allowed: bool) -> sqlite3.Connection:
    """A connection in WAL mode, so that readers and the writer do not wait for each other. What is committed lasts."""
    if not is_new_allowed and not path.is_file():
        raise InputError("no-source", f"there is no file {path}", hint="monoceros events append --to makes one")
    with refused(path):
        connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    return connection


@contextmanager
def refused(path: Path) -> Iterator[None]:
    """What SQLite refuses is one error, `unwritable`: no room, no right, no database."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a bug of ours
    except sqlite3.Error as cause:
        hint = "make room, or name another file; what was committed before is still there"
        raise InputError("unwritable", f"{path}: {cause}", hint=hint) from cause


class SqliteSource:
    """Position: `{"offset": N, "last": MARK}`, the place of the last message that was read, from 1 on, and its mark."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = connect(path, is_new_allowed=False)
        with refused(path):
            self._log.execute(_TABLE)
        self._at = 0
        self._last: list[int] | None = None
        self._end: int | None = None
        self.name = f"sqlite://{path.resolve()}"

    def poll(self, max_events: int, timeout_s: float) -> Batch | None:
        """See `Source`."""
        deadline = time.monotonic() + timeout_s
        while True:
            if max_events and self._end is not None and self._at >= self._end:
                return None
            query = "SELECT place, message FROM events WHERE place > ? ORDER BY place LIMIT ?"
            with refused(self._path):
                rows = self._log.execute(query, (self._at, max_events)).fetchall()
            left = deadline - time.monotonic()
            if rows or left <= 0:
                if rows:
                    self._at, self._last = rows[-1][0], mark_of(rows[-1][1])
                messages, places = [row[1] for row in rows], [(0, row[0]) for row in rows]
                return Batch(messages, places, position_at(self._at, self._last))
            time.sleep(min(_LOOK_S, left))

    def seek(self, position: Position) -> None:
        """See `Source`."""
        offset, mark = number_in(position, "offset", self.name), mark_in(position, self.name)
        if mark is not None and mark != self._mark_at(offset):
            raise other_stream(self.name)
        if offset > self._newest():
            raise bad_position(self.name, position)
        self._at, self._last = offset, mark

    def _mark_at(self, place: int) -> list[int] | None:
        with refused(self._path):
            row = self._log.execute("SELECT message FROM events WHERE place = ?", (place,)).fetchone()
        return None if row is None else mark_of(row[0])

    def stop_at_end(self) -> None:
        """See `Source`."""
        self._end = self._newest()

    def lag(self) -> int:
        """See `Source`."""
        return self._newest() - self._at

    def _newest(self) -> int:
        with refused(self._path):
            (last,) = self._log.execute("SELECT coalesce(max(place), 0) FROM events").fetchone()
        return int(last)

    def close(self) -> None:
        """See `Source`."""
        self._log.close()


class SqliteSink:
    """Appends to the log, which is made where it is missing; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = connect(path, is_new_allowed=True)
        with refused(path):
            self._log.execute(_TABLE)

    def append(self, messages: Sequence[bytes]) -> None:
        """See `Sink`."""
        with refused(self._path):
            self._log.execute("BEGIN IMMEDIATE")
            try:
                self._log.executemany("INSERT INTO events (message) VALUES (?)", [(message,) for message in messages])
                self._log.execute("COMMIT")
            except BaseException:
                if self._log.in_transaction:
                    self._log.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """See `Sink`."""
        self._log.close()
