"""`python -m bench.box INDEX`: what a keystroke in the search box costs: four verticals, features, scorers, blend, reasons.

Viewers drawn at random type names of people whom they follow or whom they do not, hashtags and places, letter by letter:
nearly every text is new. A figure is processor time of the thread, in milliseconds, so that other work on the machine
counts as little as it can. `--models DIR` puts learnt rankers in force; without it weights are tuned by hand.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.markdown import table
from index import AnySegment, open_index
from query import Request, Searcher
from ranking import BOX_VERTICALS, Box, Context, Rankers
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from schemas.settings import Settings

LETTERS = 8
FOUR = (Vertical.USER, Vertical.HASHTAG, Vertical.PLACE, Vertical.MEDIA)
"""The verticals that the target speaks of; `--all` asks for groups too."""
P50_MS, P99_MS = 2.0, 10.0


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One request: whether it was the viewer's first, letters typed, milliseconds, slots."""

    is_first: bool
    letters: int
    ms: float
    slots: int


def typed_texts(searcher: Searcher, viewer: int, random: np.random.Generator) -> Iterator[str]:
    """What a viewer types: somebody followed, anybody, a hashtag, a place."""
    segment = searcher.segment
    followed = searcher.run(Request("followed_by:me", ExternalId(viewer), Vertical.USER, 1_000)).names
    if followed:
        yield str(random.choice(followed))
    yield _name(segment, Vertical.USER, random)
    yield "#" + _name(segment, Vertical.HASHTAG, random)
    yield _name(segment, Vertical.PLACE, random)


def _name(segment: AnySegment, vertical: Vertical, random: np.random.Generator) -> str:
    """The name of a document; popular ones are searched for more often."""
    doc = int(segment.size(vertical) * random.random() ** 3)
    return segment.names(vertical).of(np.array([doc], dtype=np.uint32))[0]


def keystrokes(
    searcher: Searcher, box: Box, viewers: int, seed: int, verticals: Sequence[Vertical] = FOUR
) -> Iterator[Keystroke]:
    """Every keystroke of some viewers, one viewer after the other."""
    random = np.random.default_rng([seed, 1])
    ids = searcher.segment.ids(Vertical.USER)
    now_ms = int(time.time() * 1e3)
    for viewer in random.choice(ids, size=viewers, replace=False).tolist():
        texts = list(typed_texts(Searcher(searcher.segment, searcher.settings), viewer, random))
        asked = Context(searcher=searcher, viewer=ExternalId(viewer), now_ms=now_ms, country="us")
        is_first = True
        for text in texts:
            for letters in range(1, min(len(text), LETTERS) + 1):
                started = time.thread_time_ns()
                slate = box.typeahead(asked, text[:letters], verticals=verticals)
                ms = (time.thread_time_ns() - started) / 1e6
                yield Keystroke(is_first, letters, ms, len(slate.slots))
                is_first = False


def report(strokes: list[Keystroke]) -> Iterator[str]:
    """A table of figures by kind of keystroke."""
    kinds = {
        "all": strokes,
        "first of a viewer": [one for one in strokes if one.is_first],
        **{
            f"{letters} letter{'s'[: letters - 1]}, later": [
                one for one in strokes if one.letters == letters and not one.is_first
            ]
            for letters in range(1, LETTERS + 1)
        },
    }
    rows = []
    for kind, some in kinds.items():
        ms = np.array([one.ms for one in some])
        slots = np.mean([one.slots for one in some])
        rows.append((kind, str(len(some)), *(f"{np.percentile(ms, p):.2f}" for p in (50, 90, 99)), f"{slots:.1f}"))
    yield from table(("keystroke", "n", "p50 ms", "p90 ms", "p99 ms", "slots"), rows)
    ms = np.array([one.ms for one in strokes])
    p50, p99 = np.percentile(ms, 50), np.percentile(ms, 99)
    met = "met" if p50 <= P50_MS and p99 <= P99_MS else "not met"
    yield f"\ntarget: p50 ≤ {P50_MS:g} ms, p99 ≤ {P99_MS:g} ms of processor time: {met} ({p50:.2f} / {p99:.2f})"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.box", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="all five verticals, as the service does by default")
    parser.add_argument("--models", type=Path)
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    options = parser.parse_args()
    searcher = Searcher(open_index(options.index), Settings())
    searcher.warm()
    box = Box(Rankers(options.models))
    verticals = BOX_VERTICALS if options.all else FOUR
    list(keystrokes(searcher, box, 3, options.seed + 1, verticals))  # code and pages are there
    gc.collect()
    gc.disable()
    strokes = list(keystrokes(searcher, box, options.viewers, options.seed, verticals))
    print("\n".join(report(strokes)))
    if options.out:
        ms = np.array([one.ms for one in strokes])
        figures = {f"p{p}_ms": round(float(np.percentile(ms, p)), 3) for p in (50, 90, 99)}
        options.out.write_text(json.dumps({"keystrokes": len(ms), **figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
