"""Days of searching: people come, type, look, choose, and read on; it is written down as a service does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from query import Searcher
from ranking.log.searches import DAY_MS
from ranking.log.served import ServedLog
from ranking.pipeline.context import Context
from ranking.pipeline.slate import Slate
from ranking.simulator.attention import Attention
from ranking.simulator.chance import F64
from ranking.simulator.errands import Errand, errand, keystrokes
from ranking.simulator.people import Person, meet, taste_in_media
from schemas.catalogue import Vertical
from schemas.errors import InputError
from schemas.ids import ExternalId

Flags = npt.NDArray[np.bool_]
SLOTS = 10
"""Slots of a list under the box."""
TILES = 20
"""Slots of a page of media."""
READS_ON = 0.6
"""How often the page of a chosen hashtag or place is looked through."""
GIVES_UP = 0.04
"""How often somebody leaves after a list that did not help."""
FOUND = 0.92
"""The chance that what is looked for is chosen once it is looked at."""
FOLLOWS = 0.5
"""How often somebody who looked for an account and found it follows it, where they do not yet."""


class Surfaces(Protocol):
    """What people use; the same as a service has."""

    def typeahead(self, context: Context, typed: str, limit: int) -> Slate:
        """The list under the box."""
        ...

    def explore(self, context: Context, limit: int) -> Slate:
        """Media that nobody asked for."""
        ...

    def hashtag_top(self, context: Context, tag: str, limit: int) -> Slate:
        """The page of a hashtag."""
        ...

    def place_top(self, context: Context, place: ExternalId, limit: int) -> Slate:
        """The page of a place."""
        ...

    def chose(self, viewer: ExternalId, vertical: Vertical, chosen: ExternalId, ts_ms: int) -> None:
        """Told of every choice in the box, for a box that knows what its viewer chose before."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """One list that somebody saw. `liking` says of each slot of any list the chance that it would have been chosen then, once
    looked at: the truth that a log does not hold; `liked` is that of the slots they saw."""

    context: Context
    request_id: str
    session: str
    surface: str
    text: str
    slate: Slate
    liking: Callable[[Slate], F64]
    liked: F64
    chosen: Flags
    followed: Flags


@dataclass(frozen=True, slots=True)
class Simulation:
    """`sessions` over `days` from `start_ms` on, of `people` whose number is drawn from all accounts. The same seed, the same days.

    `arms` are given to every request, and may depend on the viewer.
    """

    days: int
    sessions: int
    seed: int
    start_ms: int
    people: int = 200
    browses: float = 0.18
    """How often somebody opens Explore instead of the box."""
    attention: Attention = field(default_factory=Attention)
    arms: Callable[[ExternalId], dict[str, float | str | bool]] = lambda _: {}


def simulate(searcher: Searcher, surfaces: Surfaces, plan: Simulation) -> Iterator[Visit]:
    """The lists that people see, in order of time. InputError where the index has nobody who follows anybody."""
    random = np.random.default_rng([plan.seed, 11])
    crowd = _crowd(searcher, plan, random)
    moments = np.sort(random.integers(0, plan.days * DAY_MS, plan.sessions))
    busy = 1 / np.sqrt(1 + np.arange(len(crowd)))
    who = random.choice(len(crowd), plan.sessions, p=busy / busy.sum())
    for number, (moment, place) in enumerate(zip(moments.tolist(), who.tolist(), strict=True)):
        person = crowd[place]
        context = Context(
            searcher=searcher,
            viewer=person.id,
            now_ms=plan.start_ms + moment,
            country=person.country,
            seed=number,
            arms=plan.arms(person.id),
        )
        yield from _Session(plan, surfaces, person, context, f"s{plan.seed}-{number}", random).visits()


@dataclass
class _Session:
    """One person, from opening the app to leaving it."""

    plan: Simulation
    surfaces: Surfaces
    person: Person
    context: Context
    name: str
    random: np.random.Generator
    lists: int = 0

    def visits(self) -> Iterator[Visit]:
        """The lists that they see, in order; what a list led to is remembered when the next is asked for."""
        if self.random.random() < self.plan.browses:
            yield self._page("explore", "", self.surfaces.explore(self.context, TILES))
            return
        wanted = errand(self.context.searcher, self.person, self.random)
        if wanted is None:
            return
        for text in keystrokes(wanted.text, self.random):
            visit = self._box(text, wanted)
            yield visit
            if visit.chosen.any():
                self._remember(visit)
                yield from self._reads_on(visit)
                return
            if self.random.random() < GIVES_UP:
                return

    def _box(self, text: str, wanted: Errand) -> Visit:
        def liking(slate: Slate) -> F64:
            return in_the_box(self.person, wanted, slate)

        slate = self.surfaces.typeahead(self._now(), text, SLOTS)
        liked = liking(slate)
        chosen = self.plan.attention.choose_one(liked, self.random)
        followed = np.zeros(len(chosen), dtype=bool)
        for place in np.flatnonzero(chosen).tolist():
            slot = slate.slots[place]
            is_new = slot.vertical is Vertical.USER and slot.id not in self.person.followed.ids
            followed[place] = is_new and slot.id == wanted.id and self.random.random() < FOLLOWS
        return self._visit("typeahead", text, slate, liking, liked, chosen, followed)

    def _remember(self, visit: Visit) -> None:
        slot = visit.slate.slots[int(np.flatnonzero(visit.chosen)[0])]
        self.person.past.append((slot.vertical, slot.id))
        self.surfaces.chose(self.person.id, slot.vertical, slot.id, self.context.now_ms)

    def _reads_on(self, visit: Visit) -> Iterator[Visit]:
        slot = visit.slate.slots[int(np.flatnonzero(visit.chosen)[0])]
        if slot.vertical not in (Vertical.HASHTAG, Vertical.PLACE) or self.random.random() >= READS_ON:
            return
        if slot.vertical is Vertical.HASHTAG:
            yield self._page("hashtag_top", slot.name, self.surfaces.hashtag_top(self._now(), slot.name, TILES))
        else:
            yield self._page("place_top", str(slot.id), self.surfaces.place_top(self._now(), slot.id, TILES))

    def _page(self, surface: str, text: str, slate: Slate) -> Visit:
        def liking(slate: Slate) -> F64:
            media = [slot.id for slot in slate.slots]
            return taste_in_media(self.context.searcher, self.person, media, self.plan.seed)

        liked = liking(slate)
        chosen = self.plan.attention.choose_many(liked, self.random)
        return self._visit(surface, text, slate, liking, liked, chosen, np.zeros(len(chosen), dtype=bool))

    def _visit(
        self,
        surface: str,
        text: str,
        slate: Slate,
        liking: Callable[[Slate], F64],
        liked: F64,
        chosen: Flags,
        followed: Flags,
    ) -> Visit:
        request = f"{self.name}-{self.lists}"
        self.lists += 1
        return Visit(self.context, request, self.name, surface, text, slate, liking, liked, chosen, followed)

    def _now(self) -> Context:
        """The request, some seconds later than the one before."""
        self.context = replace(self.context, now_ms=self.context.now_ms + int(self.random.integers(300, 3_000)))
        return self.context


def in_the_box(person: Person, wanted: Errand, slate: Slate) -> F64:
    """The chance that each slot is chosen once looked at: what was looked for nearly always; at times what else is dear."""
    dear = {
        Vertical.USER: person.followed,
        Vertical.HASHTAG: person.hashtags,
        Vertical.PLACE: person.places,
        Vertical.GROUP: person.groups,
    }
    ease = {vertical: dict(zip(known.ids, known.ease.tolist(), strict=True)) for vertical, known in dear.items()}
    found = np.full(len(slate.slots), 0.01)
    for place, slot in enumerate(slate.slots):
        if slot.id == wanted.id and slot.vertical is wanted.vertical:
            found[place] = FOUND
        else:
            found[place] += min(0.2, 2 * ease.get(slot.vertical, {}).get(slot.id, 0.0))
    return found


def newest_ms(searcher: Searcher) -> int:
    """When the newest media of an index was made, in milliseconds since 1970; 0 where it has none."""
    size = searcher.segment.size(Vertical.MEDIA)
    times = searcher.segment.values("media.created_at_ms", np.arange(size, dtype=np.uint32))
    return int(times.max(initial=0))


def _crowd(searcher: Searcher, plan: Simulation, random: np.random.Generator) -> list[Person]:
    segment = searcher.segment
    docs = random.permutation(segment.size(Vertical.USER)).astype(np.uint32)
    found: list[Person] = []
    for viewer in segment.ids_of(Vertical.USER, docs[: 4 * plan.people]).tolist():
        person = meet(searcher, ExternalId(viewer), plan.seed)
        if person.followed.ids:
            found.append(person)
        if len(found) == plan.people:
            break
    if not found:
        raise InputError("lopsided-index", "nobody in this index follows anybody: there is nobody to simulate")
    return found


class LogMaker:
    """Writes visits down as a service would: rows of the search log, and features as served."""

    def __init__(self, served: ServedLog) -> None:
        self._served = served
        self.rows: list[dict[str, Any]] = []
        """Of the search log."""
        self.visits: Counter[str] = Counter()
        """Lists, by surface."""
        self.chosen: Counter[str] = Counter()
        """Those with a choice."""

    def note(self, visit: Visit) -> None:
        """One list; an empty one leaves nothing behind."""
        context = visit.context
        self.visits[visit.surface] += 1
        self.chosen[visit.surface] += bool(visit.chosen.any())
        self._served.write(visit.request_id, context.now_ms, visit.slate.served)
        rows = zip(visit.slate.slots, visit.chosen.tolist(), visit.followed.tolist(), strict=True)
        for position, (slot, clicked, followed) in enumerate(rows):
            self.rows.append(
                {
                    "ts_ms": context.now_ms,
                    "request_id": visit.request_id,
                    "session_id": visit.session,
                    "viewer_id": context.viewer,
                    "country": context.country,
                    "surface": visit.surface,
                    "query": visit.text,
                    "position": position,
                    "vertical": slot.vertical.value,
                    "result_id": slot.id,
                    "clicked": clicked,
                    "followed": followed,
                }
            )
