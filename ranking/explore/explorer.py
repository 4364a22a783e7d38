"""One slate of Explore: candidates → filters → features → scorer → freshness → a varied list. All in columns."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from index import U32, AnySegment, layout
from query import external_ids, names
from ranking.explore.candidates import Candidates, candidates
from ranking.explore.recipe import Mix, Recipe, shipped
from ranking.features.catalogue import EXPLORE, SOURCE_KINDS
from ranking.features.media import Columns, Taste, media_columns, topics_of
from ranking.models.rankers import Rankers
from ranking.pipeline.context import Context
from ranking.pipeline.diversity import pick
from ranking.pipeline.scorer import Linear
from ranking.pipeline.slate import Dropped, ServedRows, Slate, Slot
from schemas.catalogue import Vertical
from schemas.ids import ExternalId

Flags = npt.NDArray[np.bool_]

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
    scorer = rankers.scorer(LINEAR)
    worth = _scaled(scorer.score(matrix)) * freshness(columns["age"], recipe.mix)
    topics = topics_of(context.world, found.docs)
    picked = pick(
        worth[rank],
        owners[rank],
        topics[rank],
        limit,
        relevance=recipe.mix.relevance,
        author_most=recipe.mix.author_most,
        topic_most=max(1, math.ceil(recipe.mix.topic_share * limit)),
    )
    chosen = rank[picked.chosen]
    for places, quota in ((picked.by_author, "author quota"), (picked.by_topic, "topic quota")):
        dropped += _dropped(segment, found.docs[rank[places]], "diversity", quota)
    served = ServedRows("explore", scorer.name, EXPLORE.hash, tuple(range(len(chosen))), matrix[chosen])
    slots = _slots(segment, found, recipe, chosen, worth)
    return Slate(slots, tuple(dropped), found.incomplete, (served,) if slots else ())


def freshness(age: npt.NDArray[np.generic], mix: Mix) -> npt.NDArray[np.float64]:
    """What is left of a media's worth at its age, log(1 + hours)."""
    hours = np.expm1(age.astype(np.float64))
    left: npt.NDArray[np.float64] = mix.lasting + (1 - mix.lasting) * 0.5 ** (hours / mix.half_life_hours)
    return left


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
    worth: npt.NDArray[np.float64],
) -> tuple[Slot, ...]:
    docs = found.docs[chosen]
    ids, owners = external_ids(segment, Vertical.MEDIA, docs), names(segment, Vertical.MEDIA, docs)
    slots = []
    for id_, name, score, finders in zip(ids, owners, worth[chosen].tolist(), found.found[chosen], strict=True):
        sources = sorted((recipe.sources[number] for number in np.flatnonzero(finders)), key=lambda one: -one.weight)
        source = "+".join(one.name for one in sources)
        slots.append(Slot(Vertical.MEDIA, ExternalId(id_), name, score, sources[0].reason, source))
    return tuple(slots)


def _scaled(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scores of one call, which have no scale of their own, from 0 to 1."""
    if len(scores) == 0:
        return scores
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.ones(len(scores))
