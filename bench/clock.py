"""Timing: engines take turns over blocks of questions, so that what disturbs the machine disturbs all of them alike.

Each block is asked once untimed, which makes viewers known, texts parsed and pages present for every engine alike, then `ROUNDS`
times; the best of a question's times counts. What ran last leaves its code and its lists in the caches, so every other round
goes backwards, and an engine is asked one question untimed when its turn comes: otherwise whoever stands behind an engine that
shares neither would pay for that in the first question of every block, which is where p99 is. The garbage collector is off while
a block is timed, and runs between blocks.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from bench.questions import Question

ROUNDS = 3
BLOCK = 20
AT_LEAST = 40
"""So many questions are timed whatever they cost."""

Result = tuple[list[int], list[str]]
Run = Callable[[Question], Result]


def interleaved(
    engines: Mapping[str, Run],
    questions: Sequence[Question],
    budget_s: float,
    seen: Callable[[Question, dict[str, Result]], None],
) -> dict[str, list[float]]:
    """Milliseconds of each question by engine, as many questions as the time allows; `seen` is shown every answer once."""
    times: dict[str, list[float]] = {name: [] for name in engines}
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
                    run(block[-1])
                    _time(run, block, best[name])
        for name, found in best.items():
            times[name].extend(found)
    return times


def _time(run: Run, block: Sequence[Question], best: list[float]) -> None:
    clock = time.perf_counter
    for place, question in enumerate(block):
        started = clock()
        run(question)
        took = (clock() - started) * 1e3
        best[place] = min(best[place], took)


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
