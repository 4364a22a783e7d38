"""A real PostgreSQL, Debian's, on loopback in a directory of its own. It refuses to run as root, so root lends it a user."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.required import free_port, unavailable

_BOOT_S = 60
_LENT = ("postgres", "nobody")


@dataclass(frozen=True)
class PostgresServer:
    """One running server; what is in it ends with it."""

    port: int

    def url(self, database: str = "postgres") -> str:
        """What `monoceros snapshot --from` takes."""
        return f"postgresql://tester@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> Any:
        """A connection of its own, each statement a transaction."""
        import psycopg

        return psycopg.connect(self.url(database), autocommit=True)

    def new_database(self, name: str, *statements: str) -> str:
        """Make a database anew and run statements in it; the answer is its address."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        with self.connect(name) as connection:
            for statement in statements:
                connection.execute(statement)
        return self.url(name)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server; it is ended by its id."""
    if importlib.util.find_spec("psycopg") is None:
        unavailable("PostgreSQL is spoken to by the package psycopg")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = found[-1] if found else shutil.which("initdb")
    if initdb is None:
        unavailable("PostgreSQL is not installed: apt-get install postgresql")
    programs = Path(initdb).parent
    user = _user()
    with tempfile.TemporaryDirectory(prefix="monoceros-postgres-", ignore_cleanup_errors=True) as home:
        if user is not None:
            os.chown(home, user, -1)
        data, port = Path(home, "data"), free_port()
        log = Path(home, "log")
        made: dict[str, Any] = {"user": user, "cwd": home, "env": {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "tester", "--auth", "trust", "--no-sync", "-E", "UTF8"],
            check=True,
            capture_output=True,
            **made,
        )
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", home, "-c", "fsync=off"]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options], stdout=output, stderr=subprocess.STDOUT, **made
            )
        try:
            yield _waited(PostgresServer(port), server, log)
        finally:
            server.send_signal(signal.SIGINT)  # end all sessions, and then itself
            server.wait(30)


def _user() -> int | None:
    if os.geteuid() != 0:
        return None
    known = [user.pw_uid for user in pwd.getpwall() if user.pw_name in _LENT]
    return known[0] if known else unavailable("PostgreSQL does not run as root, and there is no other user")


def _waited(running: PostgresServer, server: subprocess.Popen[bytes], log: Path) -> PostgresServer:
    import psycopg

    deadline = time.monotonic() + _BOOT_S
    while True:
        try:
            running.connect().close()
            return running
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-3000:]}") from error
            time.sleep(0.1)
