"""A real service in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_START_S = 120


class Running:
    """A service by its address and its parent process; `log` are the lines that it wrote so far."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log
        self.url = ""

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def output(self) -> str:
        """All that it wrote so far."""
        return self._log.read_text()

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        return self._named("monoceros-work")

    def front(self) -> int:
        """The process id of the front."""
        [pid] = self._named("monoceros-front")
        return pid

    def _named(self, name: str) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        found = []
        for pid in children.split():
            with suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text()
                if f"({name}) " in stat and f"({name}) Z" not in stat:
                    found.append(int(pid))
        return found

    def await_event(self, event: str) -> dict[str, object]:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            found = [line for line in self.log() if line["event"] == event]
            if found:
                return found[-1]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"no {event}: {self._log.read_text()}")


@contextmanager
def running(index: Path, directory: Path, *flags: str | Path) -> Iterator[Running]:
    """`monoceros serve` on a free port, ended by its process id."""
    with started(directory, "api.cli.main", "serve", "--index", index, "--port", "0", *flags) as service:
        yield service


@contextmanager
def started(directory: Path, module: str, *args: str | Path) -> Iterator[Running]:
    """A module that serves, until it is told to stop."""
    log = directory / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *args],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env={**os.environ, "MONOCEROS_DEADLINE_MS": "60000"},
        )
        service = Running(process, log)
        try:
            service.url = str(service.await_event("serving")["url"])
            yield service
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
