"""A service to measure: `monoceros serve` in processes of its own, tokens for its viewers, questions, and what its workers hold."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np

from api.client import Client
from bench.made import HERE, FailedError
from bench.service.load import ROW
from bench.service.pace import LOOK, Pace
from bench.service.summary import refusals, summary
from index import open_index
from query import Request, Searcher
from schemas.catalogue import Vertical
from schemas.settings import Settings

_START_S = 300
_LETTERS = 6
Requests = list[tuple[str, str]]


class Served:
    """A running service: its address and its workers."""

    def __init__(self, url: str, parent: int) -> None:
        self.url = url
        self.parent = parent
        parts = urlsplit(url)
        self.address = (parts.hostname, parts.port)

    def workers(self) -> list[int]:
        """Process ids."""
        return [int(pid) for pid in Path(f"/proc/{self.parent}/task/{self.parent}/children").read_text().split()]

    def private_dirty_mib(self) -> list[float]:
        """Of each worker: memory that it has changed and shares with nobody."""
        found = []
        for pid in self.workers():
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            found.append(sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) / 1024)
        return found

    def cpu_s(self) -> float:
        """Processor time of parent and workers so far."""
        ticks = 0
        for pid in (self.parent, *self.workers()):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def load(self, seconds: float, **streams: dict[str, Any]) -> dict[str, Any]:
        """Run a plan against it from a process of its own, and look at the machine's pace meanwhile."""
        plan = {"seconds": seconds, "streams": {n: {**s, "address": self.address} for n, s in streams.items()}}
        probe, before = Probe(), self.cpu_s()
        done = subprocess.run(
            [sys.executable, "-m", "bench.service.load"],
            input=json.dumps(plan).encode(),
            capture_output=True,
            cwd=HERE.parent,
            check=False,
        )
        used, pace = self.cpu_s() - before, probe.stop()
        if done.returncode != 0:
            lines = done.stderr.decode().strip().splitlines()
            raise FailedError(lines[-1] if lines else "the load generator failed")
        line, _, noted = done.stdout.partition(b"\n")
        facts = json.loads(line)
        rows, spells = np.frombuffer(noted).reshape(-1, ROW), pace.spells()
        if len(rows) != sum(stream["count"] for stream in facts["streams"].values()):
            raise FailedError("the load generator did not hand over all that it noted")
        refused = refusals(rows, spells)
        found: dict[str, Any] = {}
        for name, stream in facts["streams"].items():
            own, rows = rows[: stream["count"]], rows[stream["count"] :]
            found[name] = summary(own, stream["dropped"], facts["started"], seconds, spells)
        return {
            "seconds": facts["seconds"],
            "load_cores": facts["load_cores"],
            "service_cores": used / facts["seconds"],
            "pace": pace.facts(),
            "refused": refused,
            "streams": found,
        }


class Probe:
    """A process that looks at the machine's pace until it is stopped."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.service.pace"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE.parent)
        assert self._process.stdout is not None
        self._first = self._process.stdout.readline()

    def stop(self) -> Pace:
        """What it noted."""
        noted, _ = self._process.communicate()
        if self._process.returncode != 0:
            raise FailedError("the probe of the machine's pace failed")
        return Pace(np.frombuffer(noted).reshape(-1, LOOK), is_real_time=json.loads(self._first))


@contextmanager
def serving(index: Path, workers: int, log: Path) -> Iterator[Served]:
    """A service without keys on a free port; it is told to stop at the end."""
    with log.open("wb") as out:
        command = [
            sys.executable,
            "-m",
            "api.cli.main",
            "serve",
            "--index",
            str(index),
            "--port",
            "0",
            "--workers",
            str(workers),
        ]
        process = subprocess.Popen(command, cwd=HERE.parent, stdout=out, stderr=out)
    try:
        yield Served(_await_url(process, log), process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_url(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith("{") and (found := json.loads(line)).get("event") == "serving":
                return str(found["url"])
        time.sleep(0.1)
    raise FailedError(f"the service did not start: {log.read_text()[-300:]}")


class Questions:
    """What is asked: by `viewers` viewers with a seed, each with a token of the service."""

    def __init__(self, index: Path, seed: int, viewers: int) -> None:
        self._random = random.Random(seed)
        searcher = Searcher(
            open_index(index, is_verified=True), Settings(deadline_ms=60_000)
        )  # its kernels may be cold
        ids = searcher.segment.ids(Vertical.USER)
        self.viewers = [int(ids[place]) for place in self._random.sample(range(len(ids)), min(viewers, len(ids)))]
        names = searcher.run(Request(text="name:*", vertical=Vertical.USER, limit=2_000)).names
        self._words = [name.split("_")[0].split(".")[0] for name in names]

    def tokens(self, url: str) -> list[str]:
        """One for each viewer."""
        with Client(url, deadline_s=60) as client:
            return [client.viewer_token(viewer, lifetime_s=3_600).token for viewer in self.viewers]

    def typeahead(self, tokens: list[str], at_once: int = 1, count: int = 4_000) -> Requests:
        """Names that viewers type letter by letter, up to the sixth; so many viewers type at once, a letter each in turns. When it
        begins each is somewhere in a name: they do not all begin one at the same time."""
        asked: Requests = []
        typing = [self._typed(tokens) for _ in range(at_once)]
        if at_once > 1:
            typing = [letters[self._random.randrange(len(letters)) :] for letters in typing]
        while len(asked) < count:
            for number in range(at_once):
                if not typing[number]:
                    typing[number] = self._typed(tokens)
                asked.append(typing[number].pop(0))
        return asked

    def _typed(self, tokens: list[str]) -> Requests:
        word, token = self._random.choice(self._words) or "a", self._random.choice(tokens)
        return [
            (f"/v1/typeahead?q={quote(word[:letters])}&limit=8", token)
            for letters in range(1, min(len(word), _LETTERS) + 1)
        ]

    def two_hops(self, tokens: list[str]) -> Requests:
        """People followed by people whom the viewer follows."""
        target = f"/v1/search?q={quote('(apply followed_by: followed_by:me)')}&limit=10"
        return [(target, token) for token in tokens]

    def explore(self, tokens: list[str]) -> Requests:
        """Each viewer with limits that were not asked for before, so that no answer is a kept one."""
        asked = [(f"/v1/explore?limit={limit}", token) for limit in range(20, 30) for token in tokens]
        self._random.shuffle(asked)
        return asked
