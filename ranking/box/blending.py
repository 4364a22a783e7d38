"""One list of the best of all verticals: each row is scored by what was meant, by its place in its vertical, and by its ties.

The blend is a scorer like any other, hand-tuned or learnt (task `blend`); its weights are parameters of experiments. A fixed
interleaving is what it has to beat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from math import log, log1p

import numpy as np

from ranking.box.asked import Asked
from ranking.box.intents import STRENGTH, VERTICALS, Intents
from ranking.box.ranked import Ranked
from ranking.features.catalogue import BLEND
from ranking.features.schema import F32
from ranking.pipeline.scorer import Linear
from schemas.catalogue import Vertical
from schemas.errors import InputError

WEIGHT = "blend."
"""Parameters of experiments that begin so are weights of the hand-tuned blend, such as `blend.log_intent`."""
INTERLEAVED = "interleave"
"""The parameter of a fixed interleaving: verticals in turn, with commas between, such as `user,user,hashtag,place`."""
_TIES = {
    Vertical.USER: "follows",
    Vertical.HASHTAG: "viewer_uses",
    Vertical.PLACE: "viewer_visits",
    Vertical.GROUP: "viewer_is_in",
    Vertical.MEDIA: "follows_author",
}
_FRIENDS = {
    Vertical.USER: "mutuals",
    Vertical.HASHTAG: "friends_use",
    Vertical.PLACE: "friends_visits",
    Vertical.GROUP: "friends_in",
}
_COUNTS = {
    Vertical.USER: "followers",
    Vertical.HASHTAG: "media",
    Vertical.PLACE: "visits",
    Vertical.GROUP: "members",
    Vertical.MEDIA: "author_followers",
}
_SAME = ("whole_words", "typed_share", "begins", "edits", "past_clicks", "typed_letters", "typed_words")


def blend_matrix(asked: Asked, lists: Sequence[Ranked], intents: Intents) -> F32:
    """[rows, features] of BLEND: the rows of all lists, one list behind the other."""
    chances = intents.chances(asked.typed, asked.context.country)
    chosen = np.array([asked.chosen_by_vertical.get(vertical, 0) for vertical in VERTICALS])
    own = (chosen + STRENGTH * chances) / (chosen.sum() + STRENGTH)
    matrix = np.zeros((sum(len(one.docs) for one in lists), len(BLEND.features)), dtype=np.float32)
    start = 0
    for one in lists:
        number = VERTICALS.index(one.vertical)
        end = start + len(one.docs)
        for name, value in _values(one, float(chances[number]), float(own[number])).items():
            matrix[start:end, BLEND.places[name]] = value
        start = end
    return matrix


def weighed(fallback: Linear, arms: Mapping[str, float | str | bool]) -> Linear:
    """The hand-tuned blend with the weights that an experiment sets."""
    changed: dict[str, float] = {}
    for feature in fallback.schema.names:  # each is asked for: whoever reads a parameter is exposed, in the control too
        value = arms.get(WEIGHT + feature)
        if isinstance(value, str):
            raise InputError("bad-parameter", f"the parameter {WEIGHT}{feature} is a number, not {value!r}")
        if value is not None:
            changed[feature] = float(value)
    return replace(fallback, weights={**fallback.weights, **changed}) if changed else fallback


def interleaved(lists: Sequence[Ranked], pattern: str) -> list[int]:
    """The rows of all lists in the order of a fixed interleaving; verticals whose list has ended are passed over."""
    left: dict[Vertical, list[int]] = {}
    row = 0
    for one in lists:
        left[one.vertical] = list(range(row, row + len(one.docs)))[::-1]
        row += len(one.docs)
    try:
        turns = [Vertical(name) for name in pattern.split(",")]
    except ValueError:
        raise InputError("bad-parameter", f"{INTERLEAVED} names something else than verticals: {pattern!r}") from None
    order: list[int] = []
    for vertical in cycle(turns):
        if not any(left.get(turn) for turn in turns):
            break
        if left.get(vertical):
            order.append(left[vertical].pop())
    return order + [row for one in lists for row in left[one.vertical][::-1]]


def _values(one: Ranked, chance: float, own: float) -> dict[str, F32 | float]:
    """The features of one list: a column, or one value for all its rows."""
    vertical = one.vertical
    rank = np.arange(len(one.docs), dtype=np.float32)
    values: dict[str, F32 | float] = {
        f"is_{vertical}": 1.0,
        "intent": chance,
        "log_intent": log(max(chance, 1e-4)),
        "viewer_intent": own,
        "vertical_rank": rank,
        "log_rank": np.log2(2 + rank),
        "score_share": np.exp(np.clip(one.scores - one.scores[0], -30, 0)).astype(np.float32),
        "found": log1p(one.found),
        "popularity": one.column(_COUNTS[vertical]),
        "tie": one.column(_TIES[vertical]),
    }
    if vertical in _FRIENDS:
        values["friends"] = one.column(_FRIENDS[vertical])
    return values | {name: one.column(name) for name in _SAME}
