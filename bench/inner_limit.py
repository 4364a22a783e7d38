"""The inner-limit experiment of Unicorn (Curtiss et al., VLDB 2013): how much latency a limit on the inner results of an apply
saves, and how much of the unlimited answer it keeps."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.clock import collector_off, summary
from bench.ours import Ours
from bench.questions import Question
from query import Answer, Request, Searcher
from schemas.settings import Settings

LIMITS = (10, 100, 1_000, 10_000, 100_000)
UNLIMITED = 1_000_000
TOP = 100
VIEWERS = 40
_TEXT = "(apply liker: (apply followed_by: (apply followed_by: followed_by:me) :limit 1000000) :limit {})"


def inner_limits(ours: Ours, viewers: list[Question]) -> dict[str, Any]:
    """For each limit: latency, how much of the best `TOP` is found, and how much of the whole answer."""
    patient = Searcher(ours.segment, Settings(deadline_ms=60_000))

    def ask(viewer: Question, limit: int) -> tuple[Answer, float]:
        request = Request(text=_TEXT.format(limit), viewer=viewer.viewer, limit=TOP)
        patient.run(request)
        started = time.perf_counter()
        answer = patient.run(request)
        return answer, (time.perf_counter() - started) * 1e3

    rows = []
    with collector_off():
        whole = [ask(viewer, UNLIMITED) for viewer in viewers[:VIEWERS]]
        for limit in (*LIMITS, UNLIMITED):
            found = [ask(viewer, limit) for viewer in viewers[:VIEWERS]] if limit != UNLIMITED else whole
            rows.append(
                {
                    "limit": limit,
                    **summary([took for _, took in found]),
                    "recall_top": _mean(
                        _recall(one.ids, all_.ids) for (one, _), (all_, _) in zip(found, whole, strict=True)
                    ),
                    "recall": _mean(
                        one.total / max(1, all_.total) for (one, _), (all_, _) in zip(found, whole, strict=True)
                    ),
                    "cut": sum(not one.is_complete for one, _ in found) / len(found),
                }
            )
    return {"text": _TEXT.format("n"), "rows": rows}


def _recall(found: list[int], wanted: list[int]) -> float:
    return len(set(found) & set(wanted)) / max(1, len(wanted))


def _mean(values: Any) -> float:
    return float(np.mean(list(values)))
