"""One slate of Explore: candidates → filters → features → scorer → freshness → a varied list. All in columns."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import U32, AnySegment, layout
from query import external_ids, names
from ranking.experiments.interleaving import team_draft
from ranking.experiments.parameters import HAND
from ranking.explore.candidates import Candidates, candidates
from ranking.explore.recipe import Mix, Recipe, shipped
from ranking.features.catalogue import EXPLORE, SOURCE_KINDS
from ranking.features.media import Columns, Taste, media_columns, topics_of
from ranking.features.schema import F32
from ranking.models.rankers import Rankers
from ranking.pipeline.context import Context
from ranking.pipeline.diversity import Picked, pick
from ranking.pipeline.scorer import Linear, Scorer
from ranking.pipeline.slate import Dropped, ServedRows, Slate, Slot
from schemas.catalogue import Vertical
from schemas.ids import ExternalId

Flags = npt.NDArray[np.bool_]
F64 = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

SCORER, DRAFTED = "explore.scorer", "explore.draft"
"""Parameters of experiments: what orders the slate, and team a of one that is drafted in turn with the slate as the arm has it."""

LINEAR = Linear(
    "explore/linear",
    EXPLORE,
    {
        "likes": 0.30,
        "likes_a_day": 0.25,
        "comments": 0.15,
        "likes_by_followed": 0.80,
        "owner_affinity": 1.00,
        "owner_liked": 0.35,
        "owner_followers": 0.03,
        "owner_verified": 0.10,
        "owner_near": 0.20,
        "topic_liked": 0.80,
        "hashtags_used": 0.15,
        "place_visited": 0.20,
        "source_weight": 0.60,
        "source_place": -0.30,
    },
)
"""Weights by hand: the fallback where there is no model, and what a model has to beat. Age comes in by the decay alone."""


def explore(
    context: Context,
    rankers: Rankers,
    limit: int,
    seen: Collection[ExternalId] = (),
    *,
    recipe: Recipe | None = None,
) -> Slate:
    """At most `limit` media that the viewer did not ask for and may like, best first. `seen` are media not to be shown again.

    A viewer without history, and a stranger, get what is popular and new in their country and everywhere. Everything is found and
    counted in W_v. Raises what loading a model raises.
    """
    recipe = recipe or shipped()
    segment = context.searcher.segment
    taste = Taste.of(context)
    found, dropped = _filtered(context, candidates(context, recipe, taste.country), taste, seen)
    rank = segment.order(Vertical.MEDIA).permutation(found.docs)
    columns, owners = media_columns(context, taste, found.docs)
    matrix = EXPLORE.matrix(columns | _source_columns(found, recipe), len(found.docs))
    topics = topics_of(context.world, found.docs)
    pool = _Pool(matrix, freshness(columns["age"], recipe.mix), rank, owners[rank], topics[rank], recipe.mix, limit)
    worth, picked, teams, scored_by = _listed(context, rankers, pool)
    chosen = rank[picked.chosen]
    for places, quota in ((picked.by_author, "author quota"), (picked.by_topic, "topic quota")):
        dropped += _dropped(segment, found.docs[rank[places]], "diversity", quota)
    served = ServedRows("explore", scored_by, EXPLORE.hash, tuple(range(len(chosen))), matrix[chosen])
    slots = _slots(segment, found, recipe, chosen, worth)
    shown = (served,) if slots else ()
    return Slate(slots, tuple(dropped), found.incomplete, shown, teams, DRAFTED if teams else "")


def freshness(age: npt.NDArray[np.generic], mix: Mix) -> F64:
    """What is left of a media's worth at its age, log(1 + hours)."""
    hours = np.expm1(age.astype(np.float64))
    left: F64 = mix.lasting + (1 - mix.lasting) * 0.5 ** (hours / mix.half_life_hours)
    return left


@dataclass(frozen=True, slots=True)
class _Pool:
    """Candidates: their features and what is left of them at their age; and in order of static rank, which is that of `rank`, their
    owners and topics."""

    matrix: F32
    fresh: F64
    rank: Ints
    owners: Ints
    topics: Ints
    mix: Mix
    limit: int

    @property
    def topic_most(self) -> int:
        """How many of one topic a slate takes."""
        return max(1, math.ceil(self.mix.topic_share * self.limit))

    def worth(self, scorer: Scorer) -> F64:
        """What each candidate is worth to a scorer, at its age."""
        return _scaled(scorer.score(self.matrix)) * self.fresh

    def varied(self, worth: F64, length: int) -> Picked:
        """The varied list of a worth: places in static rank."""
        return pick(
            worth[self.rank],
            self.owners,
            self.topics,
            length,
            relevance=self.mix.relevance,
            author_most=self.mix.author_most,
            topic_most=self.topic_most,
        )

    def has_room(self, before: Sequence[int], one: int) -> bool:
        """Whether the quotas of one slate let a candidate follow these."""
        shown, topic = list(before), self.topics[one]
        return bool(
            (self.owners[shown] == self.owners[one]).sum() < self.mix.author_most
            and (topic == 0 or (self.topics[shown] == topic).sum() < self.topic_most)
        )


def _listed(context: Context, rankers: Rankers, pool: _Pool) -> tuple[F64, Picked, str, str]:
    """The worth of all candidates, the list, where an experiment has it drafted the team of each, and what ordered it."""
    scorer = LINEAR if context.arms.get(SCORER) == HAND else rankers.scorer(LINEAR)
    rival = context.arms.get(DRAFTED)
    worth = pool.worth(scorer)
    if rival is None:
        return worth, pool.varied(worth, pool.limit), "", scorer.name
    other = LINEAR if rival == HAND else rankers.scorer(LINEAR)
    # lists twice as long as the slate make up for what its quotas pass over
    a, b = (pool.varied(one, 2 * pool.limit) for one in (pool.worth(other), worth))
    random = np.random.default_rng(context.seed)
    drafted, teams = team_draft(a.chosen.tolist(), b.chosen.tolist(), pool.limit, random, pool.has_room)
    out_by_author, out_by_topic = (np.setdiff1d(out, drafted) for out in (b.by_author, b.by_topic))
    picked = Picked(np.array(drafted, dtype=np.int64), out_by_author, out_by_topic)
    return worth, picked, teams, f"{other.name} and {scorer.name}, drafted in turn"


def _filtered(
    context: Context, found: Candidates, taste: Taste, seen: Collection[ExternalId]
) -> tuple[Candidates, list[Dropped]]:
    """The candidates that may be shown; of the others, which filter took them."""
    segment, viewer = context.searcher.segment, context.world.viewer
    find = segment.idmap(Vertical.MEDIA).find
    shown = np.array([doc for doc in map(find, seen) if doc is not None], dtype=np.uint32)
    dropped: list[Dropped] = []
    if viewer is not None:
        own = segment.values(layout.OWNER_COLUMN, found.docs) == viewer
        found = _without(segment, found, own, "own media", dropped)
    found = _without(segment, found, np.isin(found.docs, shown), "already seen", dropped)
    found = _without(segment, found, np.isin(found.docs, taste.liked), "already liked", dropped)
    return found, dropped


def _without(segment: AnySegment, found: Candidates, out: Flags, reason: str, dropped: list[Dropped]) -> Candidates:
    dropped += _dropped(segment, segment.order(Vertical.MEDIA).sorted(found.docs[out]), "filters", reason)
    return found.only(~out)


def _dropped(segment: AnySegment, docs: U32, stage: str, reason: str) -> list[Dropped]:
    ids = external_ids(segment, Vertical.MEDIA, docs)
    return [Dropped(Vertical.MEDIA, ExternalId(id_), stage, reason) for id_ in ids]


def _source_columns(found: Candidates, recipe: Recipe) -> Columns:
    """What the sources say of candidates."""
    weights = np.array([source.weight for source in recipe.sources])
    kinds = np.array([SOURCE_KINDS.index(source.kind) for source in recipe.sources])
    columns: Columns = {
        "sources": found.found.sum(axis=1),
        "source_weight": np.where(found.found, weights, 0.0).sum(axis=1),
        "source_place": found.place,
    }
    for number, kind in enumerate(SOURCE_KINDS):
        columns[f"from_{kind}"] = np.logical_or.reduce(found.found[:, kinds == number], axis=1)
    return columns


def _slots(
    segment: AnySegment,
    found: Candidates,
    recipe: Recipe,
    chosen: npt.NDArray[np.integer],
    worth: F64,
) -> tuple[Slot, ...]:
    docs = found.docs[chosen]
    ids, owners = external_ids(segment, Vertical.MEDIA, docs), names(segment, Vertical.MEDIA, docs)
    slots = []
    for id_, name, score, finders in zip(ids, owners, worth[chosen].tolist(), found.found[chosen], strict=True):
        sources = sorted((recipe.sources[number] for number in np.flatnonzero(finders)), key=lambda one: -one.weight)
        source = "+".join(one.name for one in sources)
        slots.append(Slot(Vertical.MEDIA, ExternalId(id_), name, score, sources[0].reason, source))
    return tuple(slots)


def _scaled(scores: F64) -> F64:
    """Scores of one call, which have no scale of their own, from 0 to 1."""
    if len(scores) == 0:
        return scores
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.ones(len(scores))
