"""What of a vertical may be meant: candidates from the index, a fixed number at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from index import EDITS, MATCHED, U32
from query import Request, names
from ranking.box.asked import Asked
from ranking.box.features.fit import matches
from ranking.box.lexicon import Lexicon, Sounds
from ranking.box.rewriting import rewrite
from ranking.box.rewriting.nothing_typed import popular
from ranking.box.rewriting.tiers import social
from schemas.catalogue import EDGES, Vertical

ROOM: dict[Vertical, int] = {
    Vertical.USER: 60,
    Vertical.HASHTAG: 30,
    Vertical.PLACE: 30,
    Vertical.GROUP: 15,
    Vertical.MEDIA: 15,
}
"""Candidates of each vertical: 150 together."""
FEW = 5
"""Where fewer are found, words that are near the typed ones count too."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Documents of one vertical with their names, no two alike; `incomplete` as in an answer."""

    vertical: Vertical
    docs: U32
    names: list[str]
    incomplete: tuple[dict[str, Any], ...]


def candidates(asked: Asked, vertical: Vertical, sounds: Sounds) -> Candidates:
    """The candidates for what was typed, those whom the viewer chose before among them."""
    typed = asked.typed
    lexicon = Lexicon(asked.world, EDGES[vertical, "name" if vertical is not Vertical.MEDIA else "caption"], sounds)
    found = _find(asked, vertical, _form(asked, vertical, lexicon, is_fuzzy=False))
    if len(found.docs) < FEW and not typed.is_empty:
        form = _form(asked, vertical, lexicon, is_fuzzy=False)
        near = _form(asked, vertical, lexicon, is_fuzzy=True)
        if near != form:
            found = _find(asked, vertical, near)
    return _with_others(asked, found)


def _form(asked: Asked, vertical: Vertical, lexicon: Lexicon, *, is_fuzzy: bool) -> str | None:
    if asked.typed.is_empty:
        return popular(vertical, asked.context.country)
    return rewrite(asked.typed, vertical, lexicon, is_fuzzy=is_fuzzy)


def _find(asked: Asked, vertical: Vertical, form: str | None) -> Candidates:
    if form is None:
        return Candidates(vertical, np.empty(0, dtype=np.uint32), [], ())
    context = asked.context
    if asked.world.viewer is not None and context.viewer is not None:
        form = social(vertical, form)
    request = Request(form, context.viewer, vertical, ROOM[vertical], deadline_ms=context.deadline_ms)
    found = context.searcher.find(request, context.stopped)
    return Candidates(vertical, found.docs, names(context.searcher.segment, vertical, found.docs), found.incomplete)


def _with_others(asked: Asked, found: Candidates) -> Candidates:
    """Those whom the viewer chose before, where they fit, and where nothing was typed the hashtags that are used most of late."""
    vertical = found.vertical
    others = asked.chosen(vertical)
    if asked.typed.is_empty and vertical is Vertical.HASHTAG:
        best = asked.trending.best(asked.world, asked.context.now_ms, ROOM[vertical] // 2)
        others = np.union1d(others, best).astype(np.uint32)
    others = np.setdiff1d(others, found.docs)
    if len(others) == 0:
        return found
    labels = names(asked.context.searcher.segment, vertical, others)
    if not asked.typed.is_empty:
        fits = matches(asked, labels, splits=vertical is Vertical.USER)
        kept = np.flatnonzero((fits[:, MATCHED] == len(asked.typed.words)) & (fits[:, EDITS] == 0))
        others, labels = others[kept], [labels[place] for place in kept.tolist()]
    return Candidates(vertical, np.concatenate([found.docs, others]), found.names + labels, found.incomplete)
