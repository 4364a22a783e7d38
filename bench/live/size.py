"""`python -m bench.live.size …`: the same questions over the bare base and over the base with all its layers, taking turns."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench.clock import Result, Run, interleaved, summary
from bench.facts import Facts
from bench.live.processes import load
from bench.memory import resident_mib
from bench.questions import Question
from bench.shapes import shapes
from index import AnySegment, LiveSegment, open_index
from query import Request, Searcher
from schemas.settings import Settings

SAMPLES = 100


def _runs(segment: AnySegment) -> Run:
    searcher = Searcher(segment, Settings())
    searcher.warm()

    def run(question: Question) -> Result:
        answer = searcher.run(Request(text=question.text, viewer=question.viewer, limit=question.limit))
        return answer.ids, answer.names

    return run


def measure(index: Path, facts: Path, seed: int, budget_s: float) -> dict[str, Any]:
    """p50 and p99 of every shape over the base and over the live index."""
    live = open_index(index)
    assert isinstance(live, LiveSegment)
    engines = {"base": _runs(live.base), "live": _runs(live)}
    found: dict[str, Any] = {}
    for shape in shapes(Facts(facts), seed, SAMPLES):
        answers: list[dict[str, Result]] = []
        times = interleaved(engines, shape.questions, budget_s, lambda _, both, seen=answers: seen.append(both))
        found[shape.key] = {
            "title": shape.title,
            **{name: summary(of) for name, of in times.items()},
            "changed": sum(both["base"] != both["live"] for both in answers) / len(answers),
        }
        print(shape.key, found[shape.key], flush=True)
    return {"shapes": found, "layers": len(live.layers), "reader_mib": resident_mib(), "load": load()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--budget", type=float, required=True, help="seconds a shape")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    measured = measure(options.index, options.facts, options.seed, options.budget)
    options.out.write_text(json.dumps(measured), encoding="utf-8")
