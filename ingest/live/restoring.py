"""From a base, and runs over it, to a state and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from index import Layer
from ingest.live.base import Base
from ingest.live.derive import Derivation
from ingest.live.runs import load_documents, load_facts
from ingest.live.seeds import seeds


def begun(base: Base) -> Derivation:
    """A base of which events said nothing yet."""
    derivation = Derivation(base)
    derivation.follow()
    derivation.apply(seeds(base), is_seed=True)
    return derivation


def restored(base: Base, runs: Sequence[Layer]) -> Derivation:
    """The state that runs say over a base; what follows from it stands in layers, which `follow` takes."""
    derivation = Derivation(base)
    derivation.state.apply(seeds(base), is_seed=True)
    said = [run.arrays for run in runs]
    with ThreadPoolExecutor(1) as helper:
        facts = helper.submit(load_facts, derivation.state, said)  # which know of no document, nor documents of them
        for run in said:
            load_documents(derivation, run)
        facts.result()
    return derivation
