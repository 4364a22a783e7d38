"""`python -m bench.alone …`: our engine in all its roles on one world, in a process of its own."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.bare import Bare, bare_operations
from bench.clock import best_of, interleaved, summary
from bench.facts import Facts
from bench.heartbeat import idle_gap_ms, longest_gap_ms
from bench.inner_limit import inner_limits
from bench.memory import resident_mib
from bench.opening import opening
from bench.ours import Ours
from bench.questions import Shape
from bench.shapes import SAMPLES, shapes

_ME = re.compile(r":me(?=[\s)]|$)")
PASSES = 3
"""Over all shapes."""


def one_pass(ours: Ours, shape: Shape, bare: tuple[str, Bare] | None, budget_s: float) -> dict[str, list[float]]:
    """Milliseconds of every role and of the bare operation, interleaved."""
    roles = ours.roles()
    if not any(_ME.search(question.text) for question in shape.questions):
        roles["no viewer"] = ours.without_viewer
    if bare is not None:
        operation = bare[1]
        roles["bare"] = operation  # type: ignore[assignment, return-value]
    return interleaved(roles, shape.questions, budget_s, lambda *_: None)


def figures_of(
    ours: Ours, shape: Shape, bare: tuple[str, Bare] | None, times: Mapping[str, list[float]]
) -> dict[str, Any]:
    """The times of every role in sum; what is found, how much it touches, and what is never whole."""
    timed = shape.questions[: len(times["viewer"])]
    answers = [ours.answer(question) for question in shape.questions]
    late = [answer for answer in answers if any(reason["reason"] == "deadline" for reason in answer.incomplete)]
    return {
        "title": shape.title,
        "kind": shape.kind,
        "example": shape.questions[0].text,
        "results": sum(len(answer.ids) for answer in answers[: len(timed)]) / len(timed),
        "touched": sum(question.touched for question in timed) / len(timed),
        "late": len(late),
        "bare_form": bare[0] if bare is not None else None,
        "roles": {name: summary(found) for name, found in times.items()},
        "worst": sorted(range(len(timed)), key=lambda place: -times["viewer"][place])[: max(3, len(timed) // 100)],
    }


def fairness(ours: Ours, shape: Shape, worst: list[int]) -> float:
    """The longest gap while the worst questions of a shape run, as a known viewer and as a new one."""
    strange = ours.roles()["new viewer"]

    def work() -> None:
        for place in worst:
            ours.answer(shape.questions[place])
            strange(shape.questions[place])

    return longest_gap_ms(work)


def main() -> None:
    """Measure, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--budget", type=float, required=True, help="seconds a shape")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    found["opening"] = opening(options.index)
    facts = Facts(options.facts)
    ours = Ours(options.index)
    asked = shapes(facts, options.seed, options.samples)
    bare = bare_operations(ours.segment, facts)
    found["documents"] = {str(vertical): size for vertical, size in ours.segment.sizes.items()}
    found["shapes"] = {}
    passes: list[dict[str, dict[str, list[float]]]] = []
    for number in range(PASSES):
        print(f"  pass {number + 1} of {PASSES}", flush=True)
        passes.append(
            {shape.key: one_pass(ours, shape, bare.get(shape.kind or ""), options.budget / PASSES) for shape in asked}
        )
    for shape in asked:
        times = best_of([one[shape.key] for one in passes])
        figures = found["shapes"][shape.key] = figures_of(ours, shape, bare.get(shape.kind or ""), times)
        shown = ", ".join(f"{role} {times['p50']:.3f} / {times['p99']:.3f}" for role, times in figures["roles"].items())
        print(f"  {shape.title}: {shown} ms", flush=True)
    found["memory_mib"] = resident_mib()
    found["gaps"] = {shape.key: fairness(ours, shape, found["shapes"][shape.key]["worst"]) for shape in asked}
    found["idle_gap"] = idle_gap_ms()
    print(f"  longest gaps: {max(found['gaps'].values()):.1f} ms, idle {found['idle_gap']:.1f} ms", flush=True)
    heavy = next((shape for shape in asked if shape.key == "two_hop_heaviest"), None)
    if heavy is not None and "explore" in found["shapes"]:
        found["inner_limit"] = inner_limits(ours, list(heavy.questions))
    options.out.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
