"""Messages that are no events, kept with their place, the reason and the time, until somebody drives them again.

A letter is told apart by its source and place, so a message that is read twice is kept once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.firehose.sources.base import Place
from ingest.firehose.sources.sqlite import connect, refused

_TABLE = """
CREATE TABLE IF NOT EXISTS letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, part INTEGER NOT NULL, place INTEGER NOT NULL,
    reason TEXT NOT NULL, time_ms INTEGER NOT NULL, message BLOB NOT NULL, is_due INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, part, place))
"""
_COLUMNS = "number, source, part, place, reason, time_ms, message"


class DeadLetter(NamedTuple):
    """One letter; `number` is its name in commands, `time_ms` when it was found."""

    number: int
    source: str
    place: Place
    reason: str
    time_ms: int
    message: bytes


class DeadLetters:
    """The store, one SQLite file that several processes may have open. `InputError` `unwritable` where it refuses."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: list[tuple[str, int, int, str, int, bytes]] = []
        self._letters = connect(path, is_new_allowed=True)
        with refused(path):
            self._letters.execute(_TABLE)

    def add(self, source: str, place: Place, reason: str, time_ms: int, message: bytes) -> None:
        """Hold a letter until `save`."""
        self._held.append((source, *place, reason, time_ms, message))

    def save(self) -> None:
        """Make all that was added last. What cannot be saved stays held."""
        if not self._held:
            return
        insert = "INSERT INTO letters (source, part, place, reason, time_ms, message) VALUES (?, ?, ?, ?, ?, ?)"
        renew = " ON CONFLICT (source, part, place) DO UPDATE SET reason = excluded.reason, message = excluded.message"
        with refused(self._path):
            self._letters.execute("BEGIN IMMEDIATE")
            try:
                self._letters.executemany(insert + renew, self._held)
                self._letters.execute("COMMIT")
            except BaseException:
                if self._letters.in_transaction:
                    self._letters.execute("ROLLBACK")
                raise
        self._held.clear()

    def __len__(self) -> int:
        with refused(self._path):
            (count,) = self._letters.execute("SELECT count(*) FROM letters").fetchone()
        return int(count) + len(self._held)

    def letters(self, *, limit: int = -1) -> Iterator[DeadLetter]:
        """Those that are saved, oldest first."""
        yield from self._read(f"SELECT {_COLUMNS} FROM letters ORDER BY number LIMIT ?", limit)

    def letter(self, number: int) -> DeadLetter | None:
        """The letter of that number, None where there is none."""
        return next(self._read(f"SELECT {_COLUMNS} FROM letters WHERE number = ?", number), None)

    def mark_due(self, number: int | None = None) -> int:
        """Let the consumer drive that letter again, or all of them. How many there are."""
        with refused(self._path):
            query = "UPDATE letters SET is_due = 1 WHERE ? IS NULL OR number = ?"
            return self._letters.execute(query, (number, number)).rowcount

    def drop(self, number: int | None = None) -> int:
        """Forget that letter, or all of them, for good. How many there were."""
        with refused(self._path):
            return self._letters.execute("DELETE FROM letters WHERE ? IS NULL OR number = ?", (number, number)).rowcount

    def due(self, limit: int) -> list[DeadLetter]:
        """Letters that are to be driven again, oldest first."""
        return list(self._read(f"SELECT {_COLUMNS} FROM letters WHERE is_due ORDER BY number LIMIT ?", limit))

    def settle(self, driven: list[int], failed: list[tuple[int, str]]) -> None:
        """Forget those that were driven; those that failed again wait with their new reason."""
        with refused(self._path):
            self._letters.execute("BEGIN IMMEDIATE")
            self._letters.executemany("DELETE FROM letters WHERE number = ?", [(number,) for number in driven])
            again = [(reason, number) for number, reason in failed]
            self._letters.executemany("UPDATE letters SET is_due = 0, reason = ? WHERE number = ?", again)
            self._letters.execute("COMMIT")

    def _read(self, query: str, value: int) -> Iterator[DeadLetter]:
        with refused(self._path):
            rows = self._letters.execute(query, (value,)).fetchall()
        for number, source, part, place, reason, time_ms, message in rows:
            yield DeadLetter(number, source, (part, place), reason, time_ms, message)

    def close(self) -> None:
        """Let go of the file. What is held and was not saved is lost, and will be read again."""
        self._letters.close()
