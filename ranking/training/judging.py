"""How good a ranking of logged searches is: by kind of query and letters typed, against baselines, with confidence intervals.

A log shows clicks on what was shown, most of them at its top, which favours the order as shown. So every search counts the inverse
of how likely its best click was to be looked at, where that is known (`seen`). Keystrokes saved are counted as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.evaluate import (
    Interval,
    bootstrap_mean,
    bootstrap_ratio,
    keystrokes_saved,
    ndcg_by_query,
    rank_of,
    reciprocal_ranks,
    successes,
)
from ranking.training.examples import Examples
from ranking.training.propensity import F64, weights

K = 10
SAVED_AT = 5
"""A letter is saved where the result was among the first of so many before it was typed."""
AS_SHOWN = "as shown"
ALL = "all"
_PREFIXES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 99))


@dataclass(frozen=True, slots=True)
class Figures:
    """What one ranker reaches on some searches. `over` is its NDCG over that of each other ranker, on the same searches."""

    part: str
    ranker: str
    searches: int
    ndcg: Interval
    mrr: Interval
    success_1: Interval
    success_5: Interval
    saved: Interval | None
    """Keystrokes saved a search; overall only, None for parts."""
    over: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class _Measured:
    """Figures of each search of one ranker."""

    ndcg: F64
    ranks: npt.NDArray[np.int64]


def shown_order(examples: Examples) -> F64:
    """Scores that keep the order as shown."""
    return -examples.positions.astype(np.float64)


def judge(examples: Examples, scores: Mapping[str, F64], seen: F64 | None = None) -> list[Figures]:
    """The figures of each ranker (scores by its name, a score a row), overall and by part, on the searches that can tell.

    Intervals are of 95 %, by bootstrap over viewers: searches of one person are not independent.
    """
    useful = examples.can_teach
    rows = np.repeat(useful, examples.sizes)
    asked = examples.some(useful)
    kept = {name: found[rows] for name, found in scores.items()}
    measured = {name: _measure(asked, found) for name, found in kept.items()}
    worth = _worth(asked, seen)
    saved = {name: bootstrap_mean(*saved_letters(examples, one)) for name, one in scores.items()}
    found: list[Figures] = []
    for part, chosen in _parts(asked.texts):
        places = np.flatnonzero(chosen)
        for name, one in measured.items():
            clusters = asked.viewers[places]
            weight = worth[places]
            over = {
                other: bootstrap_ratio(one.ndcg[places] * weight, two.ndcg[places] * weight, clusters)
                for other, two in measured.items()
                if other != name
            }
            ranks = one.ranks[places]
            of = (one.ndcg[places], reciprocal_ranks(ranks), successes(ranks, 1), successes(ranks, 5))
            ndcg, mrr, first, early = (bootstrap_ratio(values * weight, weight, clusters) for values in of)
            spared = saved[name] if part == ALL else None
            found.append(Figures(part, name, len(places), ndcg, mrr, first, early, spared, over))
    return found


def kind_of(text: str) -> str:
    """What kind of query a text is."""
    stripped = text.strip()
    if not stripped:
        return "nothing typed"
    if stripped[0] in "#@":
        return f"begins with {stripped[0]}"
    return "several words" if len(stripped.split()) > 1 else "one word"


def _parts(texts: npt.NDArray[np.str_]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """All searches, each kind of query that occurs, and each range of letters of those that are one word."""
    yield ALL, np.ones(len(texts), dtype=bool)
    kinds = np.array([kind_of(text) for text in texts.tolist()], dtype=np.str_)
    for kind in sorted(set(kinds.tolist())):
        yield kind, kinds == kind
    letters = np.array([len(text.strip()) for text in texts.tolist()])
    for low, high in _PREFIXES:
        chosen = (kinds == "one word") & (letters >= low) & (letters <= high)
        if chosen.any():
            yield (
                f"{low} letters" if low == high else f"{low}-{high} letters" if high < 99 else f"{low}+ letters",
                chosen,
            )


def _measure(asked: Examples, scores: F64) -> _Measured:
    ends = np.cumsum(asked.sizes)
    ranks = np.zeros(len(asked.sizes), np.int64)
    for place, (start, end) in enumerate(zip(ends - asked.sizes, ends, strict=True)):
        ranks[place] = rank_of(scores[start:end], int(asked.grades[start:end].argmax()))
    return _Measured(ndcg_by_query(scores, asked.grades, asked.sizes, K), ranks)


def _worth(asked: Examples, seen: F64 | None) -> F64:
    if seen is None:
        return np.ones(len(asked.sizes))
    starts = np.cumsum(asked.sizes) - asked.sizes
    best = [
        int(asked.grades[start : start + size].argmax()) + start
        for start, size in zip(starts, asked.sizes, strict=True)
    ]
    return weights(seen, asked.positions[np.array(best, dtype=np.int64)])


def saved_letters(examples: Examples, scores: F64) -> tuple[F64, npt.NDArray[np.int64]]:
    """Of each typed search with a choice: how many of its letters need not have been typed, and whose it was.

    The earlier searches of its session whose text its own begins with are what was shown on the way. Without a session: 0 saved.
    """
    ends = np.cumsum(examples.sizes)
    texts = [text.strip() for text in examples.texts.tolist()]
    on_the_way: dict[str, list[int]] = {}
    for search, session in enumerate(examples.sessions.tolist()):
        on_the_way.setdefault(session if session else f"\0{search}", []).append(search)
    saved: list[int] = []
    viewers: list[int] = []
    for searches in on_the_way.values():
        for search in searches:
            own = slice(ends[search] - examples.sizes[search], ends[search])
            typed = texts[search]
            if not typed or not examples.grades[own].any():
                continue
            wanted = examples.ids[own][int(examples.grades[own].argmax())]
            ranks = np.zeros(len(typed), np.int64)
            for other in searches:
                if other <= search and texts[other] and typed.startswith(texts[other]):
                    rows = slice(ends[other] - examples.sizes[other], ends[other])
                    place = np.flatnonzero(examples.ids[rows] == wanted)
                    if len(place):
                        ranks[len(texts[other]) - 1] = rank_of(scores[rows], int(place[0]))
            saved.append(keystrokes_saved(ranks, SAVED_AT, len(typed)))
            viewers.append(int(examples.viewers[search]))
    return np.array(saved, dtype=np.float64), np.array(viewers, dtype=np.int64)
