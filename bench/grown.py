"""`python -m bench.grown …`: our engine on worlds of several sizes, in one process, in turns.

A machine that others share is faster in one minute than in the next, by more than a cost grows: worlds that were measured one after
the other would be compared by that.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.clock import Result, interleaved, summary
from bench.facts import Facts
from bench.ours import Ours
from bench.questions import Shape
from bench.shapes import SAMPLES, shapes


class Grown:
    """One world, opened: known viewers ask the questions of its shapes."""

    def __init__(self, index: Path, facts: Path, seed: int, samples: int) -> None:
        ours = Ours(index)
        self._run = ours.roles()["viewer"]
        self.shapes: dict[str, Shape] = {shape.key: shape for shape in shapes(Facts(facts), seed, samples)}

    def asking(self, key: str) -> Callable[[int], Result]:
        """Asks the question at a place of a shape."""
        questions = self.shapes[key].questions
        return lambda place: self._run(questions[place])


def measure(worlds: dict[str, Grown], key: str, budget_s: float) -> dict[str, dict[str, Any]]:
    """Of one shape, by world: times of a known viewer, and how much the questions touch."""
    asked = range(min(len(world.shapes[key].questions) for world in worlds.values()))
    times = interleaved(
        {name: world.asking(key) for name, world in worlds.items()}, asked, budget_s, lambda _, __: None
    )
    found = {}
    for name, world in worlds.items():
        shape = world.shapes[key]
        timed = shape.questions[: len(times[name])]
        found[name] = {
            "title": shape.title,
            "touched": sum(question.touched for question in timed) / len(timed),
            "roles": {"viewer": summary(times[name])},
        }
    return found


def main() -> None:
    """Measure, write JSON: by size, by shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="+", help="SIZE=INDEX=FACTS")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--budget", type=float, required=True, help="seconds a shape")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    worlds = {}
    for told in options.worlds:
        size, index, facts = told.split("=")
        worlds[size] = Grown(Path(index), Path(facts), options.seed, options.samples)
    found: dict[str, dict[str, Any]] = {size: {} for size in worlds}
    for key in next(iter(worlds.values())).shapes:
        if all(key in world.shapes for world in worlds.values()):
            figures = measure(worlds, key, options.budget)
            for size in worlds:
                found[size][key] = figures[size]
            shown = ", ".join(f"{size} {found[size][key]['roles']['viewer']['p50']:.3f}" for size in worlds)
            print(f"  {key}: {shown} ms", flush=True)
    options.out.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
