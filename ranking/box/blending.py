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
import numpy.typing as npt

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


_Places = npt.NDArray[np.intp]


def blend_matrix(asked: Asked, lists: Sequence[Ranked], intents: Intents) -> F32:
    """[rows, features] of BLEND: the rows of all lists, one list behind the other."""
    chances = intents.chances(asked.typed, asked.context.country)
    chosen = np.array([asked.chosen_by_vertical.get(vertical, 0) for vertical in VERTICALS])
    own = (chosen + STRENGTH * chances) / (chosen.sum() + STRENGTH)
    matrix = np.zeros((sum(len(one.docs) for one in lists), len(BLEND.features)), dtype=np.float32)
    start = 0
    for one in lists:
        number = VERTICALS.index(one.vertical)
        part = matrix[start : start + len(one.docs)]
        _write(one, float(chances[number]), float(own[number]), part)
        _copy(one, part)
        start += len(one.docs)
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


def _write(one: Ranked, chance: float, own: float, part: F32) -> None:
    """Write the features of one list that its own features do not have."""
    same = (1.0, chance, log(max(chance, 1e-4)), own, log1p(one.found))
    part[:, _SAME_FOR_ALL[one.vertical]] = same
    part[:, _BY_RANK] = _ranks(len(part))
    part[:, _SHARE] = np.exp(np.maximum(one.scores - one.scores[0], -30))


_SAME_FOR_ALL: Mapping[Vertical, npt.NDArray[np.int64]] = {
    vertical: BLEND.columns(f"is_{vertical}", "intent", "log_intent", "viewer_intent", "found")
    for vertical in VERTICALS
}
"""The features that all rows of a list share."""
_BY_RANK = BLEND.columns("vertical_rank", "log_rank")
_SHARE = BLEND.places["score_share"]


@lru_cache(64)
def _ranks(rows: int) -> F32:
    """[rows, 2] of `_BY_RANK`."""
    rank = np.arange(rows, dtype=np.float32)
    return np.stack([rank, np.log2(2 + rank)], axis=1)


def _copy(one: Ranked, part: F32) -> None:
    """Copy the features of a list that the blend takes over, NaN where its schema has none of them."""
    to, places, missing = _places(one.vertical, one.scorer.schema.names)
    part[:, to] = one.matrix[:, places]
    part[:, missing] = np.nan


@lru_cache(64)
def _places(vertical: Vertical, names: tuple[str, ...]) -> tuple[_Places, _Places, _Places]:
    """Of what the blend takes over: its places there, those in a row of features so named, and its places where these have
    none."""
    known = [(BLEND.places[to], names.index(name)) for to, name in _TAKEN[vertical].items() if name in names]
    missing = [BLEND.places[to] for to, name in _TAKEN[vertical].items() if name not in names]
    to, places = np.array(known, dtype=np.intp).reshape(-1, 2).T
    return to, places, np.array(missing, dtype=np.intp)
