"""One list of the best of all verticals: each row is scored by what was meant, by its place in its vertical, and by its ties.

The blend is a scorer like any other, hand-tuned or learnt (task `blend`); its weights are parameters of experiments. A fixed
interleaving is what it has to beat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle

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
    Vertical.MEDIA: "",
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
    parts = [_columns(one, float(chances[VERTICALS.index(one.vertical)])) for one in lists]
    for one, part in zip(lists, parts, strict=True):
        part["viewer_intent"] = np.full(len(one.docs), own[VERTICALS.index(one.vertical)], np.float32)
    rows = sum(len(one.docs) for one in lists)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return BLEND.matrix(columns, rows)


def weighed(fallback: Linear, arms: Mapping[str, float | str | bool]) -> Linear:
    """The hand-tuned blend with the weights that an experiment sets."""
    changed: dict[str, float] = {}
    for name, value in arms.items():
        if name.startswith(WEIGHT):
            if isinstance(value, str):
                raise InputError("bad-parameter", f"the parameter {name} is a number, not {value!r}")
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


def _columns(one: Ranked, chance: float) -> dict[str, F32]:
    rows, vertical = len(one.docs), one.vertical
    rank = np.arange(rows, dtype=np.float32)
    best = one.scores[0] if rows else 0.0
    friends = _FRIENDS[vertical]
    columns = {
        **{f"is_{other}": np.full(rows, other is vertical, np.float32) for other in VERTICALS},
        "intent": np.full(rows, chance, np.float32),
        "log_intent": np.full(rows, np.log(max(chance, 1e-4)), np.float32),
        "vertical_rank": rank,
        "log_rank": np.log2(2 + rank),
        "score_share": np.exp(np.clip(one.scores - best, -30, 0)).astype(np.float32),
        "found": np.full(rows, np.log1p(one.found), np.float32),
        "popularity": one.column(_COUNTS[vertical]),
        "tie": one.column(_TIES[vertical]),
        "friends": one.column(friends) if friends else np.zeros(rows, np.float32),
    }
    return columns | {name: one.column(name) for name in _SAME}
