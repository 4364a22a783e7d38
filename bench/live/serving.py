"""`python -m bench.live.serving …`: a reader: one session, a thread that asks at a steady rate, one that follows what is in force.

Writes all that it saw, with the times of day, when its input ends: who started it cuts it into phases. Probes, told line by
line in a file, are looked for whenever the session has opened something new.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from api.session import Session
from bench.facts import Facts
from bench.questions import Question
from bench.shapes import shapes
from query import Request
from schemas.settings import Settings

SAMPLES = 60
REFRESH_S = 0.05


def questions(facts: Facts, seed: int) -> list[Question]:
    """All shapes but their heaviest cases, mixed."""
    asked = [
        question
        for shape in shapes(facts, seed, SAMPLES)
        if not shape.key.endswith("_heaviest")
        for question in shape.questions
    ]
    order = np.random.default_rng(seed).permutation(len(asked))
    return [asked[place] for place in order.tolist()]


class Reader:
    """What was asked, opened and found."""

    def __init__(self, index: Path, probes: Path) -> None:
        self.session = Session(index, Settings())
        self._probes = probes.open(encoding="utf-8")
        self._waiting: list[dict[str, Any]] = []
        self.ends = threading.Event()
        self.asked: list[tuple[float, float, float]] = []
        """At which time of day, wall milliseconds, processor milliseconds."""
        self.opened: list[tuple[float, str, float]] = []
        """At which time of day, which generation, wall milliseconds."""
        self.found: list[tuple[float, float]] = []
        """When a probe was appended, seconds until it was found."""
        self.failed: list[tuple[float, str]] = []

    def ask(self, mixed: list[Question], rate: float) -> None:
        """Questions, round and round, each when it is due, or behind the one before where that took longer."""
        due = time.perf_counter()
        while not self.ends.is_set():
            for question in mixed:
                due = max(due + 1 / rate, time.perf_counter() - 1.0)
                time.sleep(max(0.0, due - time.perf_counter()))
                now, started, cpu = time.time(), time.perf_counter(), time.thread_time()
                try:
                    self.run(question)
                except Exception as error:
                    self.failed.append((now, repr(error)))
                took = time.perf_counter() - started
                self.asked.append((now, took * 1e3, (time.thread_time() - cpu) * 1e3))
                if self.ends.is_set():
                    return

    def run(self, question: Question) -> None:
        self.session.run(Request(text=question.text, viewer=question.viewer, limit=question.limit))

    def follow(self) -> None:
        """Open what is new, look for probes."""
        while not self.ends.is_set():
            started = time.perf_counter()
            try:
                if self.session.refresh():
                    took = (time.perf_counter() - started) * 1e3
                    self.opened.append((time.time(), self.session.generation, took))
                    self._look()
            except Exception as error:
                self.failed.append((time.time(), repr(error)))
            time.sleep(REFRESH_S)

    def _look(self) -> None:
        self._waiting += [json.loads(line) for line in self._probes if line.endswith("\n")]
        missing = []
        for probe in self._waiting:
            request = Request(text="followed_by:me", viewer=probe["viewer"], limit=1_000)
            if probe["followee"] in self.session.run(request).ids:
                self.found.append((probe["at"], time.time() - probe["at"]))
            else:
                missing.append(probe)
        self._waiting = missing

    def as_json(self) -> dict[str, Any]:
        lost = [probe["at"] for probe in self._waiting]
        return {
            "asked": self.asked,
            "opened": self.opened,
            "found": self.found,
            "missing": lost,
            "failed": self.failed,
        }


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--probes", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--ready", type=Path, required=True, help="made once questions are answered")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    mixed = questions(Facts(options.facts), options.seed)
    reader = Reader(options.index, options.probes)
    for question in mixed:
        reader.run(question)
    threads = [
        threading.Thread(target=reader.ask, args=(mixed, options.rate)),
        threading.Thread(target=reader.follow),
    ]
    for thread in threads:
        thread.start()
    options.ready.touch()
    sys.stdin.read()
    reader.ends.set()
    for thread in threads:
        thread.join()
    options.out.write_text(json.dumps(reader.as_json()), encoding="utf-8")


if __name__ == "__main__":
    main()
