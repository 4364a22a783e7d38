"""Requests about what changed: terms whose posting lists differ between two worlds, seen by the operator or somebody near."""

from collections.abc import Iterator
from random import Random
from typing import Any

from .edges import EDGES, ID_KINDS
from .random_cases import Case
from .view import View
from .world import World

Term = tuple[str, str, Any]


def changed_terms(past: World, now: World) -> dict[tuple[str, str], list[Any]]:
    """The values of every edge whose documents differ, by vertical and edge."""
    one, other = View(past), View(now)
    changed: dict[tuple[str, str], list[Any]] = {}
    for vertical, edges in EDGES.items():
        for edge in edges:
            before, after = one.postings(vertical, edge), other.postings(vertical, edge)
            values = [value for value in {**before, **after} if before.get(value) != after.get(value)]
            if values:
                changed[vertical, edge] = sorted(values, key=str)
    return changed


def term(vertical: str, edge: str, value: Any) -> str:
    """The term as it is written."""
    kind = EDGES[vertical][edge]
    if kind in ID_KINDS or kind == "flag":
        return f"{edge}:{value}"
    text = "{}:{}={}".format(*value) if kind == "machine-tag" else str(value)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{edge}:"{escaped}"'


def directed_cases(past: World, now: World, rng: Random, count: int) -> Iterator[Case]:
    """So many requests, of every edge that changed in turn; half of them by the operator."""
    changed = changed_terms(past, now)
    edges = sorted(changed)
    rng.shuffle(edges)
    people = [*sorted(now.users), None]
    for number in range(count if edges else 0):
        vertical, edge = edges[number % len(edges)]
        value = rng.choice(changed[vertical, edge])
        near = value if EDGES[vertical][edge] == "user" and rng.random() < 0.4 else rng.choice(people)
        yield Case(
            query=term(vertical, edge, value),
            viewer=near,
            vertical=vertical,
            limit=rng.choice((3, 50, 50)),
            operator=rng.random() < 0.5,
            exact=True,
        )
