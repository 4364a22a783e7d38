"""A warehouse in a real Hive server: an index built from it is the one built from the same tables in Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from index import Manifest, publish, writing
from ingest.documents import read_corpus
from ingest.hive import HiveUrl, HiveWarehouse, load_snapshot
from ingest.opening import open_warehouse
from ingest.parquet import ParquetWarehouse
from ingest.snapshots import take_snapshot
from ingest.warehouse import Warehouse
from ingest.worlds import generate
from schemas.errors import InputError
from schemas.tables import TABLES
from tests.oracle import write_world
from tests.oracle.random_world import random_tables
from tests.servers.hive import HiveServer, hive_server
from tests.servers.postgres import postgres_server
from tests.servers.required import free_port
from tests.test_warehouse import ERRORS, MEDIA, NOW_MS, USERS, Tables, write

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pyhive", "ignore::ResourceWarning:thrift")
SEEDS = (3, 8)
BUILD_MS = 1_900_000_000_000


@pytest.fixture(scope="module")
def hive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HiveServer]:
    with hive_server(tmp_path_factory.mktemp("hive")) as server:
        yield server


def build(location: str, index: Path) -> Manifest:
    """What was built; the hashes of all its bytes among it."""
    with writing(index), open_warehouse(location) as source:
        return publish(index, lambda: read_corpus(source, now_ms=BUILD_MS), now_ms=BUILD_MS, progress=lambda _: None)


def check_equal_builds(hive: HiveServer, warehouse: Path, work: Path) -> None:
    hive.load("same", warehouse)
    assert build(hive.url("same"), work / "hive") == build(str(warehouse), work / "parquet")


class TestSameIndex:
    def test_of_a_generated_world(self, hive: HiveServer, tmp_path: Path) -> None:
        generate(300, 5, tmp_path / "warehouse")
        check_equal_builds(hive, tmp_path / "warehouse", tmp_path)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_of_a_random_world_with_dirt(self, hive: HiveServer, tmp_path: Path, seed: int) -> None:
        write_world(random_tables(seed), tmp_path / "warehouse")
        check_equal_builds(hive, tmp_path / "warehouse", tmp_path)

    def test_of_the_types_that_hive_has(self, hive: HiveServer, tmp_path: Path) -> None:
        hive.execute(
            "DROP DATABASE IF EXISTS types CASCADE",
            "CREATE DATABASE types",
            "CREATE TABLE types.users (id INT, username VARCHAR(9), is_private TINYINT, country CHAR(2)) STORED AS PARQUET",
            "INSERT INTO types.users VALUES (1, 'ann', 1, 'no'), (2, 'bob', NULL, NULL), (NULL, 'x', 0, 'se')",
            "CREATE TABLE types.places (id BIGINT, name STRING, lat FLOAT, lon DOUBLE) STORED AS PARQUET",
            "INSERT INTO types.places VALUES (7, 'pier', 0.1, double('NaN'))",
            "CREATE TABLE types.media_vectors (media_id BIGINT, vector ARRAY<FLOAT>) STORED AS PARQUET",
            "INSERT INTO types.media_vectors VALUES (1, array(0.5, -1.25)), (2, NULL)",
        )
        with open_warehouse(hive.url("types")) as warehouse:
            users = pl.concat(warehouse.read("users", ["id", "username", "is_private", "country", "fullname"]))
            places = pl.concat(warehouse.read("places", ["lat", "lon"]))
            vectors = pl.concat(warehouse.read("media_vectors", ["vector"]))
        assert sorted(users.rows()) == [(1, "ann", True, "no", ""), (2, "bob", False, "", "")]
        assert places.rows() == [(float(np.float32(0.1)), 0.0)]
        assert sorted(vectors["vector"].to_list(), key=str) == [None, [0.5, -1.25]]


class TestReader:
    def test_a_second_reading_gives_the_rows_of_the_first(self, hive: HiveServer, tmp_path: Path) -> None:
        hive.load("still", write(tmp_path / "w", {"users": USERS}))
        with open_warehouse(hive.url("still")) as warehouse:
            assert warehouse.tables() == ("users",)
            first = [frame.rows() for frame in warehouse.read("users", ["id"])]
            hive.execute("INSERT INTO still.users VALUES (4, 'dee')")
            assert warehouse.rows("users") == 3
            assert [frame["id"].to_list() for frame in warehouse.read("users", ["username", "id"])] == [
                [row[0] for row in batch] for batch in first
            ]

    def test_batches_and_parts_are_bounded(
        self, hive: HiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingest.hive.session.ARRAY_SIZE", 10)
        users = {"id": list(range(95)), "username": [f"u{n}" for n in range(95)]}
        hive.load("many", write(tmp_path / "w", {"users": users}))
        warehouse = HiveWarehouse(HiveUrl.parse(hive.url("many")), tmp_path / "spool", batch_rows=20)
        batches = list(warehouse.read("users", ["id"]))
        assert [batch.height for batch in batches] == [20, 20, 20, 20, 15]
        assert sorted(pl.concat(batches)["id"]) == list(range(95))

    def test_times_are_those_of_parquet(self, hive: HiveServer, tmp_path: Path) -> None:
        tables: Tables = {"media": MEDIA, "users": {**USERS, "created_at_ms": [None, NOW_MS + 1, NOW_MS]}}
        hive.load("times", write(tmp_path / "w", tables))
        local = ParquetWarehouse(tmp_path / "w")
        with open_warehouse(hive.url("times")) as remote:
            for table in TABLES:
                if TABLES[table].time:
                    assert remote.times(table, NOW_MS) == local.times(table, NOW_MS), table

    def test_partitions_are_columns_and_views_are_tables(self, hive: HiveServer) -> None:
        hive.execute(
            "DROP DATABASE IF EXISTS shapes CASCADE",
            "CREATE DATABASE shapes",
            "CREATE TABLE shapes.users (id BIGINT, username STRING, note STRING) PARTITIONED BY (country STRING)",
            "INSERT INTO shapes.users PARTITION (country='no') VALUES (1, 'ann', 'x')",
            "CREATE VIEW shapes.groups AS SELECT id, username AS name FROM shapes.users",
            "CREATE TABLE shapes.other (x INT)",
        )
        with open_warehouse(hive.url("shapes")) as warehouse:
            assert warehouse.tables() == ("users", "groups")
            assert next(iter(warehouse.read("users", ["country"]))).rows() == [("no",)]
            assert next(iter(warehouse.read("groups", ["name"]))).rows() == [("ann",)]


class TestErrors:
    @pytest.mark.parametrize("case", [case for case in ERRORS if case != "id beyond 64 bits"])  # Hive has no such type
    def test_are_those_of_parquet(self, hive: HiveServer, tmp_path: Path, case: str) -> None:
        code, tables, parts = ERRORS[case]
        hive.load("wrong", write(tmp_path / "w", tables))
        with pytest.raises(InputError) as caught:
            build(hive.url("wrong"), tmp_path / "index")
        assert caught.value.code == code
        for part in parts:
            shown = hive.url("wrong").partition("@")[2].partition("?")[0] if part.endswith(".parquet") else part
            assert shown in caught.value.message or part in ("Datetime", "String"), caught.value.message

    def test_a_table_that_goes_away_is_named(self, hive: HiveServer, tmp_path: Path) -> None:
        hive.load("gone", write(tmp_path / "w", {"users": USERS}))
        with open_warehouse(hive.url("gone")) as source:
            hive.execute("DROP TABLE gone.users")
            with pytest.raises(InputError, match="cannot read table users of hive://127") as caught:
                list(source.read("users", ["id"]))
        assert caught.value.code == "bad-table"

    def test_no_warehouse(self, hive: HiveServer) -> None:
        hive.execute("CREATE DATABASE IF NOT EXISTS bare")
        closed = f"hive://127.0.0.1:{free_port()}/x?auth=NOSASL"
        for url, part in (
            (hive.url("bare"), "holds no table"),
            (hive.url("nowhere"), "database hive://127.0.0.1"),
            (hive.url("bare").replace("auth=NOSASL", "auth=NONE"), "cannot open a session"),
            (closed, "cannot open a session"),
        ):
            with pytest.raises(InputError, match=part) as caught, open_warehouse(url):
                pass
            assert caught.value.code == "no-warehouse"


class TestSnapshots:
    def test_a_database_becomes_a_warehouse_again_and_again(self, hive: HiveServer, tmp_path: Path) -> None:
        """What comes back out of Hive is what a snapshot into a directory holds."""
        names = ["ann", "", 'O\'Neil \\ ${x} $5 "q" \n\t;--', "Straße 😀", "%s {0}"]
        hive.execute("DROP DATABASE IF EXISTS night CASCADE", "CREATE DATABASE night")
        with postgres_server() as postgres:
            source = postgres.new_database(
                "night",
                "CREATE TABLE users (id bigint, username text, is_private boolean)",
                "CREATE TABLE places (id bigint, name text, lat double precision)",
                "CREATE TABLE media_vectors (media_id bigint, vector double precision[])",
                "CREATE TABLE groups (id bigint, name text)",
                "INSERT INTO places VALUES (1, 'pier', -0.1), (2, 'bay', 1e-300), (3, 'nowhere', NULL)",
                "INSERT INTO media_vectors VALUES (1, '{0.5,-1e10}'), (2, NULL)",
            )
            with postgres.connect("night") as connection:
                for number, name in enumerate(names):
                    row = (2**63 - 1 - number, name, (True, False, None)[number % 3])
                    connection.execute("INSERT INTO users VALUES (%s, %s, %s)", row)
            for night in range(3):
                take_snapshot(source, hive.url("night"), progress=lambda _: None)
                take_snapshot(source, str(tmp_path / "w"), progress=lambda _: None)
                local = ParquetWarehouse(tmp_path / "w")
                with open_warehouse(hive.url("night")) as remote:
                    assert remote.tables() == local.tables()
                    for table in remote.tables():
                        columns = [column.name for column in TABLES[table].columns if column.kind != "time"]
                        assert rows(remote, table, columns) == rows(local, table, columns), (night, table)
                with postgres.connect("night") as connection:
                    connection.execute("INSERT INTO users VALUES (%s, 'new', NULL)", [night])
                    connection.execute(("DROP TABLE groups", "SELECT 1", "SELECT 1")[night])
        left = [f"{table}__{n:06}" for n in (2, 3) for table in ("media_vectors", "places", "snapshot", "users")]
        assert sorted(name for name in hive.tables("night") if "__" in name) == sorted(left)

    def test_tables_of_others_are_not_touched(self, hive: HiveServer, tmp_path: Path) -> None:
        hive.load("theirs", write(tmp_path / "w", {"users": USERS}))
        (tmp_path / "users").mkdir()
        pl.DataFrame({"id": [1], "username": ["a"]}).write_parquet(tmp_path / "users" / "part.parquet")
        with pytest.raises(InputError, match="table users of hive://") as caught:
            load_snapshot(HiveUrl.parse(hive.url("theirs")), tmp_path, lambda _: None)
        assert caught.value.code == "exists"


def rows(warehouse: Warehouse, table: str, columns: list[str]) -> list[str]:
    return sorted(str(row) for frame in warehouse.read(table, columns) for row in frame.rows())


URLS = {
    "jdbc:hive2://h/d": "does not begin",
    "hive:///d": "no host",
    "hive://h": "no database",
    "hive://h/a.b": "no database",
    "hive://h/d?auth=KERBEROS": "none of NONE",
    "hive://h/d?auth=LDAP": "goes with a password",
    "hive://u:p@h/d": "goes without a password",
    "hive://h/d?x=1": "more than is understood: x",
    "hive://h:port/d": "Port could not be cast",
}


@pytest.mark.parametrize("url", URLS)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(InputError, match=URLS[url]) as caught:
        HiveUrl.parse(url)
    assert caught.value.code == "bad-url"


def test_a_password_is_never_shown() -> None:
    url = HiveUrl.parse("hive://ann:se%40cret@host/d?auth=LDAP")
    assert url.password == "se@cret"
    assert (str(url), "cret" in repr(url)) == ("hive://host:10000/d", False)


def test_sasl(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    with hive_server(tmp_path_factory.mktemp("sasl"), auth="NONE") as server:
        server.load("d", write(tmp_path / "w", {"users": USERS}))
        with open_warehouse(server.url("d")) as warehouse:
            assert warehouse.rows("users") == 3
        with pytest.raises(InputError, match="cannot open a session") as caught:
            build(server.url("d").replace("auth=NONE", "auth=NOSASL"), tmp_path / "index")
        assert "auth" in caught.value.hint
