"""`python -m bench.explore --index DIR`: the processor time of slates of Explore and of top sections, into bench/EXPLORE.md.

Each viewer is asked for once, by a searcher that does not know him yet, so that his world is made too. The heaviest likers, those
who follow most and the most frequent hashtags and places are measured apart. Models are those of the index, else weights by hand.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from bench.markdown import table
from index import U32, AnySegment, open_index
from query import Searcher
from ranking import Context, Rankers, Slate, explore, hashtag_top, place_top
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from schemas.settings import Settings

HERE = Path(__file__).parent
SAMPLES, HEAVIEST = 300, 100
EXPLORED, TOPS = 30, 9
TARGET_MS = 100
HOUR_MS = 3_600_000

Asked = Callable[[], Slate]


def heaviest(segment: AnySegment, name: str) -> U32:
    """Those with the longest lists of an edge keyed by users."""
    users = np.arange(segment.size(Vertical.USER), dtype=np.uint32)
    return np.argsort(-segment.lists(name).sizes(users, None).astype(np.int64), kind="stable")[:HEAVIEST].astype(
        np.uint32
    )


def questions(searcher: Searcher, rankers: Rankers, seed: int) -> Iterator[tuple[str, Iterable[Asked]]]:
    """What is measured, by kind."""
    segment, random = searcher.segment, np.random.default_rng(seed)
    now_ms = int(segment.column("media.created_at_ms").max()) + HOUR_MS

    def context(viewer: int | None) -> Context:
        who = None if viewer is None else ExternalId(viewer)
        return Context(searcher=searcher, viewer=who, now_ms=now_ms, country="fr" if viewer is None else "")

    def explored(users: U32) -> Iterator[Asked]:
        for id_ in segment.ids_of(Vertical.USER, users).tolist():
            yield lambda id_=id_: explore(context(id_), rankers, EXPLORED)  # type: ignore[misc]

    def some() -> U32:
        return random.choice(segment.size(Vertical.USER), SAMPLES, replace=False).astype(np.uint32)

    best = np.arange(min(HEAVIEST, segment.size(Vertical.HASHTAG), segment.size(Vertical.PLACE)), dtype=np.uint32)
    tags, places = segment.names(Vertical.HASHTAG).of(best), segment.ids_of(Vertical.PLACE, best).tolist()
    viewers = segment.ids_of(Vertical.USER, some()).tolist()
    yield "explore, viewers at random", explored(some())
    yield "explore, the heaviest likers", explored(heaviest(segment, "media.liker"))
    yield "explore, those who follow most", explored(heaviest(segment, "user.followed_by"))
    yield "explore, strangers", (lambda: explore(context(None), rankers, EXPLORED) for _ in range(HEAVIEST))
    yield (
        "top of the most frequent hashtags",
        (
            lambda viewer=viewer, tag=tag: hashtag_top(context(viewer), rankers, tag, TOPS)  # type: ignore[misc]
            for viewer, tag in zip(viewers, tags, strict=False)
        ),
    )
    yield (
        "top of the most visited places",
        (
            lambda viewer=viewer, place=place: place_top(context(viewer), rankers, place, TOPS)  # type: ignore[misc]
            for viewer, place in zip(viewers, places, strict=False)
        ),
    )


def measured(asked: Iterable[Asked]) -> tuple[list[float], float, int]:
    """Milliseconds of each, slots of the mean slate, and how many slates were cut for time."""
    taken, slots, cut = [], 0, 0
    for ask in asked:
        began = time.thread_time()
        slate = ask()
        taken.append((time.thread_time() - began) * 1e3)
        slots += len(slate.slots)
        cut += bool(slate.incomplete)
    return taken, slots / max(1, len(taken)), cut


def report(index: Path, seed: int) -> Iterator[str]:
    """The page."""
    segment = open_index(index)
    searcher = Searcher(segment, Settings())
    searcher.warm()
    explore(Context(searcher=searcher, viewer=None, now_ms=0), Rankers(), 1)
    size = ", ".join(f"{segment.size(vertical):,} {vertical}" for vertical in (Vertical.USER, Vertical.MEDIA))
    yield "# Explore and top sections\n"
    yield f"Written by `python -m bench.explore`, over {size}: milliseconds of processor time, one thread, a viewer seen for the"
    yield f"first time; {EXPLORED} slots of Explore, {TOPS} of a top section. Over HTTP, p99 of Explore is"
    yield f"to be {TARGET_MS} ms at most.\n"
    rows = []
    for kind, asked in questions(searcher, Rankers(index / "models"), seed):
        taken, slots, cut = measured(asked)
        marks = [f"{value:.1f}" for value in np.percentile(taken, (50, 90, 99, 100))]
        rows.append([kind, str(len(taken)), *marks, f"{slots:.1f}", str(cut)])
    yield from table(("", "slates", "p50", "p90", "p99", "most", "slots", "cut for time"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    page = "\n".join(report(options.index, options.seed)) + "\n"
    (HERE / "EXPLORE.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
