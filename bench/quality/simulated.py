"""`python -m bench.quality.simulated`: rankers learnt from simulated clicks, and the blend of the box against fixed interleavings.

A world is generated and indexed, and simulated people use its surfaces (`ranking/simulator`), of whom it is known how much they
would like what they do not look at.

Position bias: pages of Explore. A ranker that learns from clicks as they are, three that correct for position, and one that was
told of every slot (full information) are judged on later days by how much is truly liked: NDCG@10 with that chance as the gain.
The gap closed is how far a correction comes from the first to the last.

Blending: lists under the box. Intents are learnt from the first days, and the blend from the next, which are served under these
intents; on later days the blend and fixed interleavings of
the very same lists of each vertical are compared by NDCG@10, and by choices expected of people who look at position k with chance
1 / (1 + k). The best interleaving is the best of these on the days that are judged, which favours it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import numpy as np
import polars as pl

from api.session import Session
from bench.quality.table import lines
from bench.quality.tables import Say
from index import publish, writing
from ingest.documents import read_corpus
from ingest.opening import open_warehouse
from ingest.worlds import generate
from query import Searcher
from ranking import (
    BLENDED,
    INTENT,
    TASKS,
    Correction,
    LogMaker,
    RankedSurfaces,
    Rankers,
    Searches,
    ServedLog,
    Simulation,
    Slate,
    Slot,
    Visit,
    bootstrap_mean,
    bootstrap_ratio,
    intents_in_force,
    keep,
    learn_intents,
    newest_ms,
    save_intents,
    simulate,
    train_task,
)
from ranking.log.searches import SCHEMA
from ranking.simulator.attention import Attention
from ranking.simulator.simulate import SLOTS
from ranking.training.examples import Examples
from ranking.training.guard import Verdict
from ranking.training.learning import learn
from ranking.training.propensity import attention
from schemas.catalogue import Vertical
from schemas.settings import Settings

USERS = 3_000
PAGES = 4_800
SESSIONS = 2_200
DAYS = 10
EARLY = 8
"""Days that are learnt from; the rest is judged."""
INTENTS = 4
"""Days from which intents are learnt; those that follow are blended under them, and teach the blend."""
PATTERNS = (
    "user",
    "user,hashtag",
    "user,hashtag,place",
    "user,user,hashtag,place",
    "user,user,user,hashtag,place",
    "user,user,hashtag,hashtag,place",
    "user,hashtag,place,group,media",
    "user,user,hashtag,place,group",
    "hashtag,user,place",
)
MEASURES = ("NDCG@10 over the best fixed", "choices of people", "choices of hashtags")
LEARNT, BY_HAND = "learnt blend", "blend by hand"
VERTICALS = (Vertical.USER, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP, Vertical.MEDIA)


def gain(liked: np.ndarray, best: np.ndarray, k: int = 10) -> float:
    """NDCG@k of a list whose slots are liked so, where `best` could have been shown."""
    discount = 1 / np.log2(2 + np.arange(k))
    ideal = np.sort(best)[::-1][:k]
    return float((liked[:k] * discount[: len(liked[:k])]).sum() / (ideal * discount[: len(ideal)]).sum())


@dataclass(frozen=True, slots=True)
class Told:
    """Pages as examples, and how much each slot is truly liked."""

    examples: Examples
    liked: np.ndarray


def told(visits: Sequence[Visit], task: str) -> Told:
    """The visits of one task."""
    rows = [next(rows for rows in visit.slate.served if rows.task == task) for visit in visits]
    day = [visit.context.now_ms // 86_400_000 for visit in visits]
    examples = Examples(
        np.concatenate([one.matrix for one in rows]),
        np.concatenate([visit.chosen for visit in visits]).astype(np.int64),
        np.concatenate([np.array(one.positions) for one in rows]),
        np.array([slot.id for visit in visits for slot in visit.slate.slots]),
        np.array([len(one.positions) for one in rows]),
        np.array(day),
        np.array([visit.context.viewer for visit in visits]),
        np.array([visit.text for visit in visits], dtype=np.str_),
        np.array([visit.session for visit in visits], dtype=np.str_),
        np.array([visit.context.country for visit in visits], dtype=np.str_),
    )
    return Told(examples, np.concatenate([visit.liked for visit in visits]))


def position_bias(searcher: Searcher, seed: int, say: Say, pages: int) -> dict[str, float]:
    """Measure, say the table, and give the share of the gap that each correction closes."""
    plan = Simulation(DAYS, pages, seed, newest_ms(searcher), browses=1.0)
    surfaces = RankedSurfaces(Rankers())
    visits = [visit for visit in simulate(searcher, surfaces, plan) if len(visit.slate.slots) > 1]
    first = visits[0].context.now_ms // 86_400_000
    early, late = (
        told([v for v in visits if (v.context.now_ms // 86_400_000 - first < EARLY) == is_early], "explore")
        for is_early in (True, False)
    )
    schema = TASKS["explore"].schema
    attended = attention(early.examples, schema)
    random = np.random.default_rng([seed, 21])
    everything = (random.random(len(early.liked)) < early.liked).astype(np.int64)
    models = {one.value: learn(schema, early.examples, one, attended=attended) for one in Correction}
    models["full information"] = learn(schema, replace(early.examples, grades=everything), Correction.NONE)
    scores = {name: model.score(late.examples.matrix) for name, model in models.items()}
    scores = {"by hand": TASKS["explore"].score(late.examples.matrix)} | scores
    reached = {name: _gains(late, found) for name, found in scores.items()}
    who = late.examples.viewers
    none, full = reached[Correction.NONE.value], reached["full information"]
    closed = {
        name: bootstrap_ratio(found - none, full - none, who) for name, found in reached.items() if name != "by hand"
    }
    say(f"{len(early.examples.sizes):,} pages of Explore to learn from, {len(late.examples.sizes):,} judged\n")
    body = [(name, str(bootstrap_mean(found, who)), str(closed.get(name, ""))) for name, found in reached.items()]
    for line in lines(("Explore, learnt from", "NDCG@10", "gap closed"), body):
        say(line)
    text = ", ".join(f"{value:.2f}" for value in attended.seen[:10])
    say(f"attention learnt from clicks, by position: {text} (true: 1 / (1 + k))")
    return {f"gap closed, {one.value}": closed[one.value].value for one in Correction if one is not Correction.NONE}


def _gains(late: Told, scores: np.ndarray) -> np.ndarray:
    ends = np.cumsum(late.examples.sizes)
    pieces = zip(ends - late.examples.sizes, ends, strict=True)
    return np.array(
        [gain(late.liked[a:b][np.argsort(-scores[a:b], kind="stable")], late.liked[a:b]) for a, b in pieces]
    )


def interleaved(lists: dict[Vertical, list[Slot]], pattern: str) -> Iterator[Slot]:
    """The slots of all lists by a fixed interleaving; what it does not name comes last."""
    left = {vertical: list(reversed(slots)) for vertical, slots in lists.items()}
    turns = [Vertical(name) for name in pattern.split(",")]
    for vertical in cycle(turns):
        if not any(left[turn] for turn in turns):
            break
        if left[vertical]:
            yield left[vertical].pop()
    for vertical in VERTICALS:
        yield from reversed(left[vertical])


def expected(liked: np.ndarray, slots: Sequence[Slot], vertical: Vertical) -> float:
    """How likely the one choice that ends a list is of a vertical."""
    chance = Attention().looked_at(len(liked)) * liked
    reached = np.concatenate([[1.0], np.cumprod(1 - chance)[:-1]])
    return float((reached * chance)[[slot.vertical is vertical for slot in slots]].sum())


def blending(searcher: Searcher, seed: int, place: Path, say: Say, sessions: int) -> dict[str, float]:
    """Measure, say the table, and give what the blend that would be served has over the best interleaving."""
    plan = Simulation(DAYS, sessions, seed, newest_ms(searcher), browses=0.0)
    surfaces = RankedSurfaces(Rankers(place / "models"))
    first = plan.start_ms // 86_400_000
    figures: dict[str, list[tuple[float, float, float]]] = {}
    who: list[int] = []
    verdict: Verdict | None = None
    with ServedLog(place, "simulated") as served:
        maker = LogMaker(served)
        for visit in simulate(searcher, surfaces, plan):
            if visit.surface != "typeahead":
                continue
            day = visit.context.now_ms // 86_400_000 - first
            if day >= INTENTS and surfaces.box.rankers.version(INTENT) is None:
                save_intents(learn_intents(_searches(maker))[0], place / "models", "early")
            if day < EARLY:
                maker.note(visit)
                continue
            if verdict is None:
                verdict = _learn_blend(maker, place)
            if visit.text[:1] in ("#", "@"):
                continue  # one vertical alone: nothing to blend
            lists = {one: list(_of(surfaces, visit, one).slots) for one in VERTICALS}
            every = Slate(tuple(slot for slots in lists.values() for slot in slots))
            best = visit.liking(every)
            if best.max(initial=0) < 0.5:
                continue  # what is looked for is in no list
            shown = {LEARNT: visit.slate.slots, BY_HAND: _by_hand(surfaces, visit).slots}
            shown |= {pattern: tuple(interleaved(lists, pattern))[:SLOTS] for pattern in PATTERNS}
            who.append(int(visit.context.viewer or 0))
            for name, slots in shown.items():
                liked = visit.liking(Slate(slots))
                choices = (expected(liked, slots, vertical) for vertical in (Vertical.USER, Vertical.HASHTAG))
                figures.setdefault(name, []).append((gain(liked, best), *choices))
    found = {name: np.array(rows) for name, rows in figures.items()}
    rival = max(PATTERNS, key=lambda name: float(found[name][:, 0].mean()))
    clusters = np.array(who)
    over = {
        name: [bootstrap_ratio(rows[:, one], found[rival][:, one], clusters) for one in range(len(MEASURES))]
        for name, rows in found.items()
    }
    say(f"{len(who):,} lists judged\n")
    body = [
        (name + (" (best fixed)" if name == rival else ""), f"{rows[:, 0].mean():.4f}", *map(str, over[name]))
        for name, rows in found.items()
    ]
    for line in lines(("lists under the box", "NDCG@10", *MEASURES), body):
        say(line)
    lost = verdict.objections if verdict else ("nothing was learnt",)
    say(
        f"the guard of the learnt blend: {'not to be put in force, as ' + '; '.join(lost) if lost else 'may be put in force'}"
    )
    served = BY_HAND if lost else LEARNT
    return {
        f"{name}, {measure}": one.value
        for name, of in (("blend in force", served), (LEARNT, LEARNT), (BY_HAND, BY_HAND))
        for measure, one in zip(MEASURES, over[of], strict=True)
    }


def _of(surfaces: RankedSurfaces, visit: Visit, vertical: Vertical) -> Slate:
    return surfaces.box.typeahead(visit.context, visit.text, SLOTS, (vertical,))


def _by_hand(surfaces: RankedSurfaces, visit: Visit) -> Slate:
    """The same with the hand-tuned blend, which an experiment's weight, though it changes nothing, puts in force."""
    name, weight = next(iter(BLENDED.weights.items()))
    context = replace(visit.context, arms={f"blend.{name}": weight})
    return surfaces.box.typeahead(context, visit.text, SLOTS)


def _searches(maker: LogMaker) -> Searches:
    return Searches.of([pl.DataFrame(maker.rows, schema=SCHEMA, orient="row")])


def _learn_blend(maker: LogMaker, place: Path) -> Verdict:
    """A blend of the days that were blended under the intents in force, served whatever its guard says, which is given back."""
    trained = train_task(BLENDED, _searches(maker), place, intents=intents_in_force(place / "models"))
    keep(place / "models", trained.model, trained.version)
    return trained.verdict


def report(
    say: Say,
    users: int = USERS,
    seed: int = 1,
    only: str | None = None,
    *,
    pages: int = PAGES,
    sessions: int = SESSIONS,
) -> dict[str, float]:
    """Make a world and measure both; gives what is held against `expected.txt`."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        generate(users, seed, place / "world")
        now_ms = time.time_ns() // 1_000_000
        with open_warehouse(str(place / "world")) as tables, writing(place / "index"):
            corpus = read_corpus(tables, now_ms=now_ms)
            publish(place / "index", lambda: corpus, now_ms=now_ms, progress=lambda _: None)
        searcher = Session(place / "index", Settings()).searcher
        say(f"world of {users:,} people, seed {seed}")
        found = {} if only == "blend" else position_bias(searcher, seed, say, pages)
        return found | ({} if only == "bias" else blending(searcher, seed, place, say, sessions))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip(), formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["bias", "blend"], help="one of the two")
    options = parser.parse_args()
    report(print, options.users, options.seed, options.only)


if __name__ == "__main__":
    main()
