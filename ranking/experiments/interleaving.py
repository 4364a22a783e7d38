"""Team-draft interleaving: two rankers fill one list in turn, and the clicks say which of them people prefer.

After Radlinski, Kurup and Joachims, "How does clickthrough data reflect retrieval quality?" (CIKM 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def team_draft(
    a: Sequence[T],
    b: Sequence[T],
    limit: int,
    random: np.random.Generator,
    has_room: Callable[[Sequence[T], T], bool] = lambda _, __: True,
) -> tuple[list[T], str]:
    """The first `limit` of both lists, each once, and the team ('a' or 'b') that brought each.

    In each round both teams bring their best that is not there yet, in an order that is drawn: so, whoever reads without regard
    to teams favours neither. `has_room` says whether the list so far takes one more; what it has no room for now it must never have
    room for again.
    """
    lists = {"a": list(a), "b": list(b)}
    places = {"a": 0, "b": 0}
    found: dict[T, str] = {}
    order: list[T] = []
    while len(found) < limit:
        before = len(found)
        for team in ("ab", "ba")[int(random.integers(0, 2))]:
            own = lists[team]
            while places[team] < len(own) and (own[places[team]] in found or not has_room(order, own[places[team]])):
                places[team] += 1
            if places[team] < len(own) and len(found) < limit:
                order.append(own[places[team]])
                found[order[-1]] = team
        if len(found) == before:
            break
    return order, "".join(found.values())


def preference(teams: str, clicked: Sequence[int]) -> int:
    """1 where more of the clicked slots are of b, -1 where more are of a, else 0."""
    own = [teams[place] for place in clicked if place < len(teams)]
    return int(np.sign(own.count("b") - own.count("a")))
