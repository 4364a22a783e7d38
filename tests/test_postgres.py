"""Snapshots of a real PostgreSQL: one moment, whatever is written meanwhile; whole or not at all."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from ingest.opening import open_warehouse
from ingest.parquet import ParquetWarehouse
from ingest.replacing import replacing
from ingest.snapshots import take_snapshot
from schemas.errors import BusyError, InputError
from tests.servers.postgres import PostgresServer, postgres_server
from tests.servers.required import free_port

USERS = "CREATE TABLE users (id bigint, username text)"


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def snapshot(source: str, out: Path) -> dict[str, int]:
    return take_snapshot(source, str(out), progress=lambda _: None)


def table(out: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(out / name / "*.parquet")


def test_tables_come_as_they_are(postgres: PostgresServer, tmp_path: Path) -> None:
    source = postgres.new_database(
        "kinds",
        "CREATE DOMAIN handle AS varchar(30)",
        "CREATE TYPE kind AS ENUM ('photo', 'video', 'album')",
        "CREATE TABLE users (extra json, id integer, username handle, is_private boolean, country char(4))",
        "INSERT INTO users VALUES ('{}', 1, 'ann', true, 'no'), (NULL, 2, '', NULL, NULL), (NULL, NULL, 'x', false, '')",
        "CREATE TABLE media (id bigint, owner_id bigint, content_type kind, created_at_ms bigint, caption text)",
        "INSERT INTO media VALUES (9223372036854775807, 1, 'video', -5, 'Straße \U0001f600')",
        "CREATE TABLE places_raw (id bigint, name text, lat real, lon double precision)",
        "INSERT INTO places_raw VALUES (7, 'pier', 0.1, 'NaN')",
        "CREATE VIEW places AS SELECT * FROM places_raw",
        "CREATE TABLE media_vectors (media_id bigint, vector real[])",
        "INSERT INTO media_vectors VALUES (1, '{0.5,NULL}'), (2, NULL)",
        "CREATE TABLE groups (id bigint, name text)",
        'CREATE TABLE snapshot ("table" text, as_of_ms bigint)',
        "CREATE TABLE unknown (id bigint)",
    )
    before = time.time_ns() // 1_000_000
    rows = snapshot(source, tmp_path / "w")
    assert rows == {"users": 3, "media": 1, "media_vectors": 2, "places": 1, "groups": 0, "snapshot": 5}
    users = table(tmp_path / "w", "users")
    assert users.columns == ["id", "username", "is_private", "country"]
    assert users.rows() == [(1, "ann", True, "no"), (2, "", None, None), (None, "x", False, "")]
    assert table(tmp_path / "w", "media").select("id", "content_type", "caption").rows() == [
        (2**63 - 1, "video", "Straße \U0001f600")
    ]
    assert table(tmp_path / "w", "media_vectors")["vector"].to_list() == [[0.5, None], None]
    times = table(tmp_path / "w", "snapshot")
    assert times["table"].to_list() == ["users", "media", "media_vectors", "places", "groups"]
    assert times["as_of_ms"].n_unique() == 1
    assert before <= times["as_of_ms"][0] <= time.time_ns() // 1_000_000
    with open_warehouse(str(tmp_path / "w")) as warehouse:
        assert warehouse.tables() == ("users", "media", "media_vectors", "places", "groups", "snapshot")
        (place,) = warehouse.read("places", ["lat", "lon"])
        assert place.rows() == [(0.10000000149011612, 0.0)]


def test_large_tables_come_in_bounded_parts(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.postgres.tables.FETCH_ROWS", 100)
    monkeypatch.setattr("ingest.parts.PART_ROWS", 250)
    source = postgres.new_database(
        "large", USERS, "INSERT INTO users SELECT n, 'u' || n FROM generate_series(1, 1000) AS n"
    )
    assert snapshot(source, tmp_path / "w")["users"] == 1000
    assert [pl.read_parquet(part).height for part in sorted((tmp_path / "w" / "users").iterdir())] == [
        300,
        300,
        300,
        100,
    ]
    assert sorted(table(tmp_path / "w", "users")["id"]) == list(range(1, 1001))


def test_one_moment_whatever_is_written_meanwhile(postgres: PostgresServer, tmp_path: Path) -> None:
    """Writers keep one law in every transaction: a user, his media and his like come together, and go together."""
    source = postgres.new_database(
        "busy",
        USERS,
        "CREATE TABLE media (id bigint, owner_id bigint, created_at_ms bigint)",
        "CREATE TABLE likes (liker_id bigint, media_id bigint)",
    )
    ended = threading.Event()
    written = [0, 0]

    def write(writer: int) -> None:
        with postgres.connect("busy") as connection:
            while not ended.is_set():
                n = 2 * written[writer] + writer
                with connection.transaction():
                    connection.execute("INSERT INTO likes VALUES (%s, %s)", [n, n])
                    connection.execute("INSERT INTO users VALUES (%s, 'u')", [n])
                    connection.execute("INSERT INTO media VALUES (%s, %s, 1)", [n, n])
                    if written[writer] % 3 == 0:
                        gone = 2 * (written[writer] // 2) + writer
                        for name, column in (("media", "id"), ("users", "id"), ("likes", "media_id")):
                            connection.execute(f"DELETE FROM {name} WHERE {column} = %s", [gone])
                written[writer] += 1

    writers = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    for writer in writers:
        writer.start()
    try:
        seen = []
        for n in range(12):
            before = sum(written)
            while sum(written) < before + 20:
                time.sleep(0.01)
            snapshot(source, tmp_path / "w")
            found = [
                set(table(tmp_path / "w", name)[key])
                for name, key in (("users", "id"), ("media", "id"), ("likes", "media_id"))
            ]
            assert found[0] == found[1] == found[2], f"snapshot {n}"
            seen.append(len(found[0]))
    finally:
        ended.set()
        for writer in writers:
            writer.join()
    assert seen[-1] > seen[0]


def test_what_was_committed_before_the_moment_is_in_it(postgres: PostgresServer, tmp_path: Path) -> None:
    source = postgres.new_database("before", "CREATE TABLE users (id bigint, username text, created_at_ms bigint)")
    with postgres.connect("before") as connection:
        for n in range(5):
            connection.execute("INSERT INTO users SELECT %s, 'u', extract(epoch FROM clock_timestamp()) * 1000", [n])
            snapshot(source, tmp_path / "w")
            moment = table(tmp_path / "w", "snapshot")["as_of_ms"][0]
            users = table(tmp_path / "w", "users")
            assert users.height == n + 1
            assert users["created_at_ms"].max() <= moment + 1


ERRORS: dict[str, tuple[str, str]] = {
    "missing-column": ("CREATE TABLE users (id bigint)", "column username is missing in database wrong"),
    "bad-column": (
        "CREATE TABLE users (id numeric, username text)",
        "column id in database wrong has type Decimal",
    ),
    "bad-table": (
        "CREATE TABLE raw (id text); CREATE VIEW users AS SELECT id::bigint AS id, id AS username FROM raw; "
        "INSERT INTO raw VALUES ('seven')",
        "cannot read table users of PostgreSQL: invalid input syntax",
    ),
    "no-tables": ("CREATE TABLE blogs (id bigint)", "database wrong holds no known table"),
}


class TestErrors:
    @pytest.mark.parametrize("code", ERRORS)
    def test_leave_the_warehouse_of_before(self, postgres: PostgresServer, tmp_path: Path, code: str) -> None:
        out = tmp_path / "w"
        snapshot(postgres.new_database("good", USERS, "INSERT INTO users VALUES (1, 'ann')"), out)
        statement, message = ERRORS[code]
        with pytest.raises(InputError, match=message) as caught:
            snapshot(postgres.new_database("wrong", statement), out)
        assert caught.value.code == code
        assert table(out, "users").rows() == [(1, "ann")]
        assert len(list(tmp_path.iterdir())) == 3  # the link, what it names, the lock

    def test_no_source(self, tmp_path: Path) -> None:
        pytest.importorskip("psycopg")
        with pytest.raises(InputError) as caught:
            snapshot(f"postgresql://x:secret@127.0.0.1:{free_port()}/d", tmp_path / "w")
        assert caught.value.code == "no-source"
        assert "secret" not in caught.value.message
        for other in ("mysql://h/d", "somewhere", "postgresql"):
            with pytest.raises(InputError) as caught:
                snapshot(other, tmp_path / "w")
            assert caught.value.code == "bad-url"
        assert not (tmp_path / "w").exists()


class TestReplacing:
    def put(self, out: Path, text: str) -> None:
        with replacing(out) as directory:
            (directory / "file").write_text(text)

    def test_the_newest_and_the_one_before_are_kept(self, tmp_path: Path) -> None:
        out = tmp_path / "made" / "w"
        for text in "abcd":
            self.put(out, text)
            assert (out / "file").read_text() == text
        kept = [path for path in out.parent.iterdir() if path.name.startswith(".w.0")]
        assert sorted((path / "file").read_text() for path in kept) == ["c", "d"]

    def test_a_failure_leaves_what_was(self, tmp_path: Path) -> None:
        out = tmp_path / "w"
        self.put(out, "a")
        with pytest.raises(RuntimeError), replacing(out):
            raise RuntimeError
        assert (out / "file").read_text() == "a"

    def test_leftovers_of_one_that_was_killed_go_away(self, tmp_path: Path) -> None:
        out = tmp_path / "w"
        (tmp_path / ".w.000041").mkdir()
        self.put(out, "a")
        assert os.readlink(out) == ".w.000042"
        assert not (tmp_path / ".w.000041").exists()

    def test_what_others_made_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "mine").touch()
        (tmp_path / "file").touch()
        (tmp_path / "link").symlink_to("full")
        (tmp_path / "empty").mkdir()
        for name in ("full", "file", "link"):
            with pytest.raises(InputError) as caught:
                self.put(tmp_path / name, "a")
            assert caught.value.code == "exists"
        self.put(tmp_path / "empty", "a")
        assert (tmp_path / "empty" / "file").read_text() == "a"

    def test_one_writer(self, tmp_path: Path) -> None:
        with replacing(tmp_path / "w"), pytest.raises(BusyError):
            self.put(tmp_path / "w", "b")

    def test_a_reader_that_has_opened_it_reads_on(self, tmp_path: Path) -> None:
        out = tmp_path / "w"
        for names in (["a"], ["b", "c"]):
            with replacing(out) as directory:
                pl.DataFrame({"id": range(len(names)), "username": names}).write_parquet(directory / "users.parquet")
            if names == ["a"]:
                reader = ParquetWarehouse(out)
        assert [frame["username"].to_list() for frame in reader.read("users", ["username"])] == [["a"]]
        assert ParquetWarehouse(out).rows("users") == 2
