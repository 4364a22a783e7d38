"""Timing: engines take turns over blocks of questions, so that what disturbs the machine disturbs all of them alike.

Each block is asked once untimed, which makes viewers known, texts parsed and pages present for every engine alike, then `ROUNDS`
times; the best of a question's times counts. What ran last leaves its code and its lists in the caches, so every other round
goes backwards, and an engine is asked one question untimed when its turn comes: otherwise whoever stands behind an engine that
shares neither would pay for that in the first question of every block, which is where p99 is. The garbage collector is off while
a block is timed, and runs between blocks. A virtual machine can be slowed from outside for tens of milliseconds, all rounds of a
quick engine among them: a little arithmetic before and after each turn tells, and then the turn is timed again. It may also run at
half its pace for minutes, which nothing tells while it lasts; where times are held against microseconds, all shapes are asked in
several passes, which are as far apart as they can be.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

from bench.arithmetic import arithmetic
from bench.questions import Question

ROUNDS = 3
BLOCK = 20
AT_LEAST = 40
"""So many questions are timed whatever they cost."""
_SLOW = 3
"""Times the quickest."""
_AGAIN, _AGAIN_S = 10, 0.03
"""So often, and so long after."""

Result = tuple[list[int], list[str]]
Run = Callable[[Question], Result]
Asked = TypeVar("Asked")
"""A question, or whatever stands for one."""


def interleaved(
    engines: Mapping[str, Callable[[Asked], Result]],
    questions: Sequence[Asked],
    budget_s: float,
    seen: Callable[[Asked, dict[str, Result]], None],
) -> dict[str, list[float]]:
    """Milliseconds of each question by engine, as many questions as the time allows; `seen` is shown every answer once."""
    times: dict[str, list[float]] = {name: [] for name in engines}
    pace = _Pace()
    order = list(engines.items())
    ends = time.perf_counter() + budget_s
    for start in range(0, len(questions), BLOCK):
        if start >= AT_LEAST and time.perf_counter() > ends:
            break
        block = questions[start : start + BLOCK]
        for question in block:
            seen(question, {name: run(question) for name, run in order})
        best = {name: [float("inf")] * len(block) for name in engines}
        with collector_off():
            for turn in range(ROUNDS):
                for name, run in reversed(order) if turn % 2 else order:
                    for _ in range(_AGAIN):
                        run(block[-1])
                        found = _times(run, block)
                        if pace.is_usual():
                            break
                        time.sleep(_AGAIN_S)
                    best[name] = [min(pair) for pair in zip(best[name], found, strict=True)]
        for name, found in best.items():
            times[name].extend(found)
    return times


def best_of(passes: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, list[float]]:
    """By engine, the least that each question took in any pass, as far as all passes came."""
    return {name: [min(times) for times in zip(*(one[name] for one in passes), strict=False)] for name in passes[0]}


def _times(run: Callable[[Asked], Result], block: Sequence[Asked]) -> list[float]:
    clock, found = time.perf_counter, []
    for question in block:
        started = clock()
        run(question)
        found.append((clock() - started) * 1e3)
    return found


class _Pace:
    """Whether the machine ran at its usual pace since the last look."""

    def __init__(self) -> None:
        self._quickest = float("inf")
        self._was_usual = True

    def is_usual(self) -> bool:
        """Now, and when it was asked before; by processor time, of which whoever only waited has used no more."""
        started = time.thread_time()
        arithmetic()
        took = time.thread_time() - started
        self._quickest = min(self._quickest, took)
        was_usual, self._was_usual = self._was_usual, took <= _SLOW * self._quickest
        return was_usual and self._was_usual


@contextmanager
def collector_off() -> Iterator[None]:
    """No garbage collection inside; one before."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def summary(times: Sequence[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds, and of how many questions."""
    return {"p50": float(np.percentile(times, 50)), "p99": float(np.percentile(times, 99)), "questions": len(times)}
