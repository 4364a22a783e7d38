"""Processes that a run starts, and what they cost: processor time, memory, and how busy the machine was meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from bench.made import HERE, FailedError

_TICKS = os.sysconf("SC_CLK_TCK")
_WAIT_S = 120


def load() -> float:
    """Processes that want to run, as the mean of the last minute."""
    return os.getloadavg()[0]


def memory_mib(pid: int | str = "self") -> dict[str, float]:
    """Resident memory: all of it, its own (`anon`), and mapped files, which the system may take back (`file`)."""
    names = {"VmRSS": "all", "RssAnon": "anon", "RssFile": "file"}
    found = {}
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name in names:
            found[names[name]] = int(value.split()[0]) / 1024
    return found


class Running:
    """A Python module as a process of its own. It ends with the context: asked first, then killed, by its id."""

    def __init__(self, module: str, *arguments: str | Path | int | float, log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=HERE.parent,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """`FailedError` with its last words where it has ended."""
        if self._process.poll() is not None:
            lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise FailedError(f"ended with {self._process.returncode}: {lines[-1] if lines else ''}")

    def cpu_s(self) -> float:
        """Processor time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def kill(self) -> None:
        """At once, as a crash would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """As an operator would."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_WAIT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def finish(self) -> None:
        """Let it end by itself: its input ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_WAIT_S)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()


def consumer(index: Path, url: str, log: Path) -> Running:
    """`monoceros ingest`, as it is run in service."""
    return Running("bench.peak", "ingest", "--index", index, "--from", url, log=log)
