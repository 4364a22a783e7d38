"""Seeded random histories: a tiny world that changes by true operations, its base builds, and the stream of its events.

    history = random_history(seed)
    history.builds[0].tables          # what the warehouse held at the snapshot times of the first build
    history.deliveries[0]             # what the stream delivers between the first build and the second, in that order

A *lawful* history is one to which the law applies: nothing lost, no table missing, no event that is not of the world.
Nested documents tell the truth at their time, but for privacy and visibility, where they lie: that counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.operations import new_truth, step
from tests.oracle import Tables
from tests.oracle import random_world as texts
from tests.oracle.events import Event
from tests.truth import CONTENT_TYPES, START_MS, TABLES, VISIBILITIES, Truth

TIMED = ("likes", "follows", "blocks", "comments")
"""Tables whose newest time is never later than the moment at which they are taken."""


@dataclass(frozen=True)
class Build:
    """The tables that a base build reads, `snapshot` among them unless times are given or to be inferred."""

    tables: Tables
    as_of_ms: int | None = None


@dataclass(frozen=True)
class History:
    """`deliveries[i]` comes after `builds[i]`; `now` is the warehouse after the last event."""

    seed: int
    builds: list[Build]
    deliveries: list[list[Event]]
    now: Build
    is_lawful: bool
    is_repaired: bool
    """Whether a build of `now` makes good whatever the stream lost: it has all tables, and no event is odd."""


ODD_TIMES = (0, -5, 2**62, START_MS - 1)


def odd_event(truth: Truth, rng: Random, times: list[int]) -> Event:
    """An event that is not of the world: of any time, about anything, known or not, and false."""
    other = truth.copy(rng, rng.choice(times if rng.random() < 0.9 else ODD_TIMES))
    other.keeps = True
    other.alive = {name: {i for i in rows if rng.random() < 0.5} for name, rows in other.rows.items()}
    other.comment_ids = rng.randrange(truth.comment_ids + 1)
    dice = texts.Dice(rng)
    for row in other.rows["users"].values():
        row |= {"username": texts.username(dice), "is_private": rng.random() < 0.5, "is_verified": rng.random() < 0.5}
    for row in other.rows["media"].values():
        row |= {"caption": texts.caption(dice), "owner_id": rng.choice(sorted(other.rows["users"]))}
        row |= {"content_type": rng.choice(CONTENT_TYPES), "visibility": rng.choice(VISIBILITIES)}
        row |= {"place_id": rng.choice((None, *other.rows["places"]))}
    kept = other.time_ms
    told: list[Event] = []
    while not told:
        told = step(other)
    event = told[0]
    fields = dict(event.fields)
    for name in ("user", "media", "place"):
        if isinstance(fields.get(name), dict) and rng.random() < 0.1:
            fields[name] = fields[name] | {"id": 77_777}
    if event.kind == "media_vision" and rng.random() < 0.3:
        fields["autotags"] = []
    return Event(kept, event.kind, fields)


def random_history(seed: int) -> History:
    """The history of a seed."""
    rng = Random(f"history {seed}")
    truth = new_truth(rng)
    is_odd, is_lossy = rng.random() < 0.35, rng.random() < 0.3
    is_missing = rng.random() < 0.25
    mode = rng.choice(("snapshot", "snapshot", "snapshot", "as-of", "inferred"))
    steps = rng.choice((3, 10, 25, 40))
    first = Plan(rng, mode, 0, max(1, steps // 3))
    second = Plan(rng, mode, steps // 3, steps)
    plans = [first, second]
    events: list[Event] = []
    for number in range(steps + 1):
        for plan in plans:
            plan.take(number, truth)
        if number < steps:
            events += step(truth)
    now = Plan(rng, "snapshot", steps, steps)
    now.take(steps, truth)
    missing = [name for name in TABLES if is_missing and rng.random() < 0.15 and name != "users"]
    if is_odd:
        times = sorted({event.time_ms for event in events} | {t for p in plans for t in p.times.values()})
        for _ in range(rng.choice((1, 3, 10))):
            times_near = [time + rng.choice((-1, 0, 0, 0, 1)) for time in times] or [truth.time_ms]
            events.insert(rng.randrange(len(events) + 1), odd_event(truth, rng, times_near))
    builds = [plan.build(missing if rng.random() < 0.8 else []) for plan in plans]
    delivered = delivery(rng, events, rng.choice((0.02, 0.1, 0.3)) if is_lossy else 0.0)
    cut = rng.randint(0, len(delivered))
    is_single = rng.random() < 0.35
    return History(
        seed=seed,
        builds=builds[:1] if is_single else builds,
        deliveries=[delivered] if is_single else [delivered[:cut], delivered[cut:]],
        now=now.build([]),
        is_lawful=not (is_odd or is_lossy or missing),
        is_repaired=not is_odd,
    )


class Plan:
    """When a build takes each table: all at once, or each at a time of its own."""

    def __init__(self, rng: Random, mode: str, low: int, high: int) -> None:
        self.rng = rng
        self.mode = mode
        once = rng.randint(low, high)
        apart = mode == "snapshot" and rng.random() < 0.7
        self.cuts = {name: rng.randint(low, high) if apart else once for name in TABLES}
        self.tables: Tables = {}
        self.times: dict[str, int] = {}

    def take(self, step: int, truth: Truth) -> None:
        """The tables that are taken before this step."""
        for name, cut in self.cuts.items():
            if cut == step:
                self.tables[name] = truth.dump(name)
                self.times[name] = truth.time_ms

    def build(self, missing: list[str]) -> Build:
        tables = {name: rows for name, rows in self.tables.items() if name not in missing}
        if self.mode == "as-of":
            return Build(tables, next(iter(self.times.values())))
        if self.mode == "snapshot":
            untold = [name for name in TIMED if self.rng.random() < 0.1 and tables.get(name)]
            rows = [{"table": t, "as_of_ms": self.times[t]} for t in tables if t not in untold]
            tables["snapshot"] = rows
        return Build(tables)


def delivery(rng: Random, events: list[Event], loss: float) -> list[Event]:
    """At least once and out of order, but for a share that is lost; sometimes as it happened."""
    kept = [event for event in events if rng.random() >= loss]
    if rng.random() < 0.2:
        return kept
    kept += [event for event in kept if rng.random() < 0.2]
    window = rng.choice((3, 10, 1_000))
    order = sorted(range(len(kept)), key=lambda place: place % max(1, len(events)) + rng.random() * window)
    return [kept[place] for place in order]
