"""What of a vertical may be meant: candidates from the index, a fixed number at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from index import EDITS, MATCHED, U32, AnySegment, Texts, layout
from query import Request, Tier, Tree
from ranking.box.asked import Asked
from ranking.box.features.rows import matches
from ranking.box.lexicon import Lexicon, Sounds
from ranking.box.rewriting import rewrite, widen
from ranking.box.rewriting.nothing_typed import EVERYTHING, of_country
from ranking.box.rewriting.tiers import TIERS
from ranking.box.rewriting.transliteration import latin
from schemas.catalogue import EDGES, Edge, Vertical

ROOM: dict[Vertical, int] = {
    Vertical.USER: 60,
    Vertical.HASHTAG: 30,
    Vertical.PLACE: 30,
    Vertical.GROUP: 15,
    Vertical.MEDIA: 15,
}
"""Candidates of each vertical: 150 together."""
FEW = 5
"""Where fewer are found, words count too that are near the typed ones, or sound like them."""

_SOUNDS = Sounds(latin)
"""Of the process: what it keeps depends on dictionaries alone, and workers have what was made before they were forked."""


def warm_box(segment: AnySegment) -> None:
    """Make the tables of words that the first slip, or the first word in another script, would wait for."""
    for vertical in ROOM:
        terms = segment.terms(_edge(vertical).key)
        _SOUNDS.of(terms)
        for run, _ in terms.runs:
            run.near("", 0, is_open=False)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Documents of one vertical, no two alike; `incomplete` as in an answer."""

    vertical: Vertical
    docs: U32
    incomplete: tuple[dict[str, Any], ...]


def candidates(asked: Asked, vertical: Vertical) -> Candidates:
    """The candidates for what was typed, those whom the viewer chose before among them."""
    typed = asked.typed
    found = _find(asked, vertical, EVERYTHING.get(vertical) if typed.is_empty else rewrite(typed, vertical))
    if len(found.docs) < FEW and not typed.is_empty:
        wide = widen(typed, vertical, Lexicon(asked.world, _edge(vertical), _SOUNDS))
        if wide is not None:
            found = _find(asked, vertical, wide)
    return _with_others(asked, found)


def _edge(vertical: Vertical) -> Edge:
    return EDGES[vertical, "caption" if vertical is Vertical.MEDIA else "name"]


def _find(asked: Asked, vertical: Vertical, tree: Tree | None) -> Candidates:
    if tree is None:
        return Candidates(vertical, np.empty(0, dtype=np.uint32), ())
    context = asked.context
    tiers: tuple[Tier, ...] = () if asked.world.viewer is None else TIERS[vertical]
    if asked.typed.is_empty:
        tiers += of_country(vertical, context.country)
    request = Request("", context.viewer, vertical, ROOM[vertical], deadline_ms=context.deadline_ms)
    found = context.searcher.find_in_tiers(tree, tiers, request, context.stopped)
    return Candidates(vertical, found.docs, found.incomplete)


def _with_others(asked: Asked, found: Candidates) -> Candidates:
    """Those whom the viewer chose before, where they fit, and where nothing was typed the hashtags that are used most of late."""
    vertical = found.vertical
    others = asked.chosen(vertical)
    if asked.typed.is_empty and vertical is Vertical.HASHTAG:
        best = asked.trending.best(asked.world, asked.context.now_ms, ROOM[vertical] // 2)
        others = np.union1d(others, best).astype(np.uint32)
    if len(others):
        others = np.setdiff1d(others, found.docs)
    if len(others) == 0:
        return found
    if not asked.typed.is_empty:
        fits = matches(asked, *_named(asked.world.segment, vertical, others), splits=vertical is Vertical.USER)
        others = others[(fits[:, MATCHED] == len(asked.typed.words)) & (fits[:, EDITS] == 0)]
    return Candidates(vertical, np.concatenate([found.docs, others]), found.incomplete)


def _named(segment: AnySegment, vertical: Vertical, docs: U32) -> tuple[Texts, U32]:
    """The column that names documents, and whom there: media go by their owners."""
    if vertical is Vertical.MEDIA:
        return segment.names(Vertical.USER), segment.values(layout.OWNER_COLUMN, docs)
    return segment.names(vertical), docs
