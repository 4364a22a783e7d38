"""A real Hive server: Spark's Thrift server from the `pyspark` package, with an embedded metastore in a directory of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.required import free_port, unavailable

_BOOT_S = 600
"""Eleven seconds on an idle machine; a busy one may take its time."""


@dataclass(frozen=True)
class HiveServer:
    """One running server; it listens on loopback and holds nothing that outlives it."""

    port: int
    auth: str

    def url(self, database: str) -> str:
        """What `monoceros build --warehouse` takes."""
        return f"hive://tester@127.0.0.1:{self.port}/{database}?auth={self.auth}"

    def execute(self, *statements: str) -> None:
        """Run SQL, one statement after another in one session."""
        with self._connect() as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)

    def tables(self, database: str) -> list[str]:
        """The names of all tables and views of a database."""
        with self._connect() as connection:
            cursor = connection.cursor()
            cursor.execute(f"SHOW TABLES IN {database}")
            return [row[1] for row in cursor.fetchall()]

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        from pyhive import hive

        connection = hive.connect("127.0.0.1", self.port, username="tester", auth=self.auth)
        try:
            yield connection
        finally:
            connection.close()

    def load(self, database: str, warehouse: Path) -> None:
        """Make a database of a directory of Parquet tables, which the server reads where they stand, in copies."""
        statements = [f"DROP DATABASE IF EXISTS {database} CASCADE", f"CREATE DATABASE {database}"]
        for path in sorted(warehouse.iterdir()):
            files = path / "*.parquet" if path.is_dir() else path
            statements.append(
                f"CREATE TABLE {database}.`{path.name.removesuffix('.parquet')}` USING parquet AS SELECT * FROM parquet.`{files}`"
            )
        self.execute(*statements)


@contextmanager
def hive_server(home: Path, auth: str = "NOSASL") -> Iterator[HiveServer]:
    """Start a server that keeps everything in `home`; it is ended, by id, with all of its process group."""
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("pyhive") is None:
        unavailable("a Hive server needs the packages pyspark and pyhive")
    if shutil.which("java") is None:
        unavailable("a Hive server needs Java 17 or later")
    port = free_port()
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            _command(home, port, auth),
            cwd=home,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ
            | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(home / "scratch"), "SPARK_NO_DAEMONIZE": "1"},
        )
    try:
        running = HiveServer(port, auth)
        _wait(running, server, home / "log")
        yield running
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _command(home: Path, port: int, auth: str) -> list[str]:
    import pyspark

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={home / 'metastore'};create=true",
        "spark.hadoop.hive.server2.thrift.port": str(port),
        "spark.hadoop.hive.server2.thrift.bind.host": "127.0.0.1",
        "spark.hadoop.hive.server2.authentication": auth,
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={home}",
    }
    return [
        str(Path(pyspark.__file__).parent / "bin" / "spark-submit"),
        *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
        *("--master", "local[1]", "--driver-memory", "1g"),
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
        "spark-internal",
    ]


def _wait(running: HiveServer, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _BOOT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", running.port), timeout=5).close()
            running.execute("SELECT 1")
            return
        except Exception as error:  # whatever a half-started server or a closed port makes of a call
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"the Hive server did not start: {log.read_text(errors='replace')[-3000:]}"
                ) from error
            time.sleep(0.5)
