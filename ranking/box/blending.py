"""One list of the best of all verticals: each row is scored by what was meant, by its place in its vertical, and by its ties.

The blend is a scorer like any other, hand-tuned or learnt (task `blend`); its weights are parameters of experiments. A fixed
interleaving is what it has to beat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import cycle
from math import log, log1p

import numpy as np

from index import I64
from ranking.box.asked import Asked
from ranking.box.intents import STRENGTH, VERTICALS, Intents
from ranking.box.ranked import Ranked
from ranking.features.catalogue import BLEND
from ranking.features.schema import F32
from ranking.kernels.rows import write_blend
from ranking.pipeline.scorer import Linear
from schemas.catalogue import Vertical
from schemas.errors import InputError

WEIGHT = "blend."
"""Parameters of experiments that begin so are weights of the hand-tuned blend, such as `blend.log_intent`."""
_WEIGHTS = tuple(f"{WEIGHT}{name}" for name in BLEND.names)
INTERLEAVED = "interleave"
"""The parameter of a fixed interleaving: verticals in turn, with commas between, such as `user,user,hashtag,place`."""
DRAFTED = "draft"
"""The parameter that has the list drafted in turn by team a, which it names, and team b, which is the blend as the arm has it."""
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
_TAKEN: Mapping[Vertical, Mapping[str, str]] = {
    vertical: {name: name for name in _SAME}
    | {"popularity": _COUNTS[vertical], "tie": _TIES[vertical]}
    | ({"friends": _FRIENDS[vertical]} if vertical in _FRIENDS else {})
    for vertical in VERTICALS
}
"""Of each vertical the features of the blend that are features of its rows, and their names there."""


def blend_matrix(asked: Asked, lists: Sequence[Ranked], intents: Intents) -> F32:
    """[rows, features] of BLEND: the rows of all lists, one list behind the other."""
    chances = intents.chances(asked.typed, asked.context.country)
    chosen = np.array([asked.chosen_by_vertical.get(vertical, 0) for vertical in VERTICALS])
    own = (chosen + STRENGTH * chances) / (chosen.sum() + STRENGTH)
    matrix = np.zeros((sum(len(one.docs) for one in lists), len(BLEND.features)), dtype=np.float32)
    start = 0
    for one in lists:
        number = VERTICALS.index(one.vertical)
        rows = len(one.docs)
        chance = float(chances[number])
        write_blend(
            one.matrix,
            _taken(one.vertical, one.scorer.schema.names),
            _SAME_FOR_ALL[one.vertical],
            np.array((1.0, chance, log(max(chance, 1e-4)), own[number], log1p(one.found))),
            _ranks(rows),
            np.exp(np.maximum(one.scores - one.scores[0], -30)),
            _BY_RANK,
            matrix[start : start + rows],
        )
        start += rows
    return matrix


def weighed(fallback: Linear, arms: Mapping[str, float | str | bool]) -> Linear:
    """The hand-tuned blend with the weights that an experiment sets."""
    changed: dict[str, float] = {}
    for name in _WEIGHTS:  # each is asked for: whoever reads a parameter is exposed, in the control too
        value = arms.get(name)
        if isinstance(value, str):
            raise InputError("bad-parameter", f"the parameter {name} is a number, not {value!r}")
        if value is not None:
            changed[name.removeprefix(WEIGHT)] = float(value)
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


_SAME_FOR_ALL: Mapping[Vertical, I64] = {
    vertical: BLEND.columns(f"is_{vertical}", "intent", "log_intent", "viewer_intent", "found")
    for vertical in VERTICALS
}
"""The features that all rows of a list share."""
_BY_RANK = BLEND.columns("vertical_rank", "log_rank", "score_share")


@lru_cache(64)
def _ranks(rows: int) -> F32:
    """[rows, 2]: the rank in the list and its logarithm."""
    rank = np.arange(rows, dtype=np.float32)
    return np.stack([rank, np.log2(2 + rank)], axis=1)


@lru_cache(64)
def _taken(vertical: Vertical, names: tuple[str, ...]) -> I64:
    """[features, 2]: of what the blend takes over from a list, its place here, and that in a row of features so named, -1 where
    these have none."""
    taken = [(BLEND.places[to], names.index(name) if name in names else -1) for to, name in _TAKEN[vertical].items()]
    return np.array(taken, dtype=np.int64)
