"""The search box: what was typed → one list of people, hashtags, places, groups and media, with a reason for each.

typed text ─rewriting→ a form a vertical ─Searcher→ candidates ─features→ matrix ─scorer→ best of each vertical ─blend→ slate
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from index import AnySegment
from ranking.box.asked import Asked
from ranking.box.blending import DRAFTED, INTERLEAVED, blend_matrix, interleaved, weighed
from ranking.box.candidates import candidates
from ranking.box.circle import Circles
from ranking.box.intents import VERTICALS, Intents, intents_in_force
from ranking.box.past import KnownPast, PastSearches
from ranking.box.ranked import Ranked, rank
from ranking.box.rewriting.typed import Typed
from ranking.box.shown import show
from ranking.box.trending import Trending
from ranking.box.weights import BLENDED, BY_VERTICAL
from ranking.experiments.interleaving import team_draft
from ranking.experiments.parameters import HAND
from ranking.features.schema import F32
from ranking.models.rankers import Rankers
from ranking.pipeline.context import Context
from ranking.pipeline.scorer import Scorer
from ranking.pipeline.slate import ServedRows, Slate
from schemas.catalogue import Vertical


@dataclass(frozen=True)
class Box:
    """The models in force, and what they are kept with. Shared between threads.

    `intents` None: those in the directory of `rankers`, where there are any. `past` is what viewers chose before.
    """

    rankers: Rankers = field(default_factory=Rankers)
    intents: Intents | None = None
    past: PastSearches = field(default_factory=KnownPast)
    _circles: Circles = field(default_factory=Circles, repr=False)
    _trending: Trending = field(default_factory=Trending, repr=False)

    def typeahead(
        self, context: Context, typed: str, limit: int = 10, verticals: Sequence[Vertical] = VERTICALS
    ) -> Slate:
        """The best `limit` documents of some verticals for any text; none typed gives what is popular.

        A leading `#` or `@` asks for hashtags or people alone. `QueryError` and `StoppedError` as in `Searcher.find`.
        """
        asked = self._asked(context, typed)
        lists = [
            ranked
            for vertical in dict.fromkeys(verticals)
            if asked.typed.only in (None, vertical) and (ranked := self._ranked(asked, vertical, limit)) is not None
        ]
        if not lists:
            return Slate(())
        matrix = blend_matrix(asked, lists, self._intents())
        order, teams, blender = self._order(context, lists, matrix, limit)
        slots, docs, rows = show(asked, lists, order)
        blended = ServedRows(BLENDED.schema.name, blender, BLENDED.schema.hash, tuple(range(len(order))), matrix[order])
        incomplete = tuple(reason for one in lists for reason in one.incomplete)
        return Slate(
            slots,
            incomplete=incomplete,
            served=(*rows, blended),
            teams=teams,
            drafted_by=DRAFTED if teams else "",
            docs=docs,
        )

    def follow(self, segment: AnySegment, now_ms: int) -> None:
        """Make what the first question about a state of the index would wait for. Cheap where the state before it is still held."""
        self._trending.follow(segment, now_ms)

    def _asked(self, context: Context, typed: str) -> Asked:
        world = context.world
        viewer = context.viewer if world.viewer is not None else None
        choices = () if viewer is None else self.past.of(viewer)
        return Asked(
            context, world, Typed.of(typed), self._circles.of(world, context.searcher.affinity), self._trending, choices
        )

    def _ranked(self, asked: Asked, vertical: Vertical, limit: int) -> Ranked | None:
        """The best of a vertical, None where nothing is found."""
        found = candidates(asked, vertical)
        scorer = self.rankers.scorer(BY_VERTICAL[vertical])
        return rank(asked, found, scorer, limit) if len(found.docs) else None

    def _order(self, context: Context, lists: Sequence[Ranked], matrix: F32, limit: int) -> tuple[list[int], str, str]:
        """The rows of the list; where an experiment has it drafted, the team of each; and what ordered them."""
        scorer = self._blend(context)
        pattern, rival = context.arms.get(INTERLEAVED), context.arms.get(DRAFTED)
        order = interleaved(lists, pattern) if isinstance(pattern, str) else _best(scorer, matrix)
        if rival is None:
            return order[:limit], "", scorer.name
        other = BLENDED if rival == HAND else self.rankers.scorer(BLENDED)
        drafted, teams = team_draft(_best(other, matrix), order, limit, np.random.default_rng(context.seed))
        return drafted, teams, f"{other.name} and {scorer.name}, drafted in turn"

    def _blend(self, context: Context) -> Scorer:
        by_hand = weighed(BLENDED, context.arms)
        return by_hand if by_hand is not BLENDED else self.rankers.scorer(BLENDED)

    def _intents(self) -> Intents:
        if self.intents is not None:
            return self.intents
        return Intents() if self.rankers.directory is None else intents_in_force(self.rankers.directory)


def _best(scorer: Scorer, matrix: F32) -> list[int]:
    found: list[int] = (-scorer.score(matrix)).argsort(kind="stable").tolist()
    return found
