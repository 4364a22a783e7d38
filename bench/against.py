"""`python -m bench.against PEER …`: loads one peer in a process of its own and measures it beside our engine, block by block."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path
from typing import Any

from bench.clock import Result, Run, interleaved, summary
from bench.facts import Facts
from bench.memory import disk_mib, resident_mib
from bench.ours import Ours
from bench.peers import Form, make_peer
from bench.questions import Question, Shape
from bench.shapes import SAMPLES, shapes


def peer_run(facts: Facts, shape: Shape, form: Form) -> Run:
    """A peer's answer as ids and names, as ours is."""
    ids, names = facts.labels[shape.vertical]

    def run(question: Question) -> Result:
        docs = form.ask(question.arguments, question.limit)
        return [ids[doc] for doc in docs], [names[doc] for doc in docs]

    return run


def measure(facts: Facts, ours: Ours, peer_name: str, shape: Shape, form: Form, budget_s: float) -> dict[str, Any]:
    """Times of the peer, of us as the viewer and of us as the operator, and how many of the operator's answers are the peer's."""
    compared = equal = 0
    differing: list[str] = []

    def seen(question: Question, found: dict[str, Result]) -> None:
        nonlocal compared, equal
        if not ours.answer(question, is_operator=True).is_complete:
            return
        compared += 1
        if found["operator"] == found[peer_name]:
            equal += 1
        elif len(differing) < 3:
            differing.append(question.text)

    roles = ours.roles()
    engines = {
        "viewer": roles["viewer"],
        peer_name: peer_run(facts, shape, form),
        "operator": roles["operator"],
    }
    times = interleaved(engines, shape.questions, budget_s, seen)
    return {
        "peer": summary(times[peer_name]),
        "viewer": summary(times["viewer"]),
        "operator": summary(times["operator"]),
        "compared": compared,
        "equal": equal,
        "differing": differing,
    }


def main() -> None:
    """Load, measure, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer")
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--budget", type=float, required=True, help="seconds a shape")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    facts = Facts(options.facts)
    peer = make_peer(options.peer)
    shutil.rmtree(options.directory, ignore_errors=True)
    options.directory.mkdir(parents=True)
    try:
        before, started = resident_mib(), time.perf_counter()
        note = peer.load(facts, options.directory)
        loaded = {
            "version": peer.version,
            "load_s": time.perf_counter() - started,
            "memory_mib": resident_mib() - before + peer.memory_mib(),
            "disk_mib": disk_mib(options.directory),
            "note": note,
        }
        forms = peer.forms()
        ours = Ours(options.index)
        found = {}
        for shape in shapes(facts, options.seed, options.samples):
            form = forms.get(shape.kind or "")
            if form is not None:
                figures = measure(facts, ours, options.peer, shape, form, options.budget)
                found[shape.key] = figures
                times = figures["peer"], figures["viewer"]
                print(
                    f"  {shape.title}: {options.peer} {times[0]['p50']:.3f} / {times[0]['p99']:.3f} ms, "
                    f"ours {times[1]['p50']:.3f} / {times[1]['p99']:.3f} ms, "
                    f"{figures['equal']} of {figures['compared']} answers equal",
                    flush=True,
                )
        texts = {kind: form.text for kind, form in forms.items()}
        options.out.write_text(json.dumps(loaded | {"forms": texts, "shapes": found}, indent=1), encoding="utf-8")
    finally:
        peer.close()
        shutil.rmtree(options.directory, ignore_errors=True)


if __name__ == "__main__":
    main()
