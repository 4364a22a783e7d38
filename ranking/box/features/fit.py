"""How well names fit what was typed, and what else any vertical has."""

from __future__ import annotations

import numpy as np

from index import BEGINS, COVERED, EDITS, MATCHED, POSITION, U32, WHOLE, name_matches
from ranking.box.asked import Asked
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical

MOST_EDITS = 2


def matches(asked: Asked, names: list[str], *, splits: bool = False, words: tuple[str, ...] | None = None) -> F32:
    """[names, 6] columns of the index's name matching; nothing fits where no word was typed."""
    typed = asked.typed
    wanted = typed.words if words is None else words
    if not wanted or not names:
        out = np.zeros((len(names), 6), dtype=np.float32)
        out[:, POSITION] = np.nan
        out[:, EDITS] = MOST_EDITS + 1
        return out
    return name_matches(names, wanted, is_open=typed.is_open, most=MOST_EDITS, splits=splits)


def fit_columns(fits: F32, words: int) -> dict[str, F32]:
    """The features of `_FIT`."""
    each = np.float32(1 / max(words, 1))
    return {
        "word_position": fits[:, POSITION],
        "whole_words": fits[:, WHOLE] * each,
        "fitting_words": fits[:, MATCHED] * each,
        "typed_share": fits[:, COVERED],
        "begins": fits[:, BEGINS],
        "edits": fits[:, EDITS],
    }


def better(one: F32, other: F32) -> F32:
    """Row by row the match that has more of the typed words, then more of them whole, then covers more."""
    keys = [fits[:, MATCHED] * 100 + fits[:, WHOLE] * 10 - fits[:, EDITS] + fits[:, COVERED] for fits in (one, other)]
    return np.where((keys[1] > keys[0])[:, None], other, one)


def asked_columns(asked: Asked, vertical: Vertical, docs: U32) -> dict[str, F32]:
    """The features of `_ASKED`."""
    rows = len(docs)
    columns = {
        "typed_letters": np.full(rows, len(asked.typed.text), np.float32),
        "typed_words": np.full(rows, len(asked.typed.words), np.float32),
        "past_clicks": np.log1p(asked.times_chosen(vertical, docs)),
    }
    country = asked.context.country
    if country and (vertical, "country") in EDGES:
        columns["in_country"] = held(asked, EDGES[vertical, "country"].key, country, docs)
    return columns


def held(asked: Asked, edge_key: str, text: str, docs: U32) -> F32:
    """1 for each document that has a value of an edge with a dictionary."""
    out = np.zeros(len(docs), dtype=np.float32)
    key = asked.world.segment.terms(edge_key).find(text)
    if key is not None:
        order = np.argsort(docs, kind="stable")
        found = asked.world.segment.lists(edge_key).of(key).keep(docs[order])
        out[order[docs[order].searchsorted(found)]] = 1
    return out
