"""Seeded requests to one world: query, viewer, vertical, limit, operator and exact, and what they cover."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from .check import verticals
from .coverage import Coverage, visibility_rules
from .edges import VERTICALS
from .parse import parse
from .random_query import random_query
from .world import World

STRANGERS = (999_999_999, -77)
LIMITS = (1, 2, 3, 4, 5, 7, 10, 20, 50)


@dataclass(frozen=True)
class Case:
    query: str
    viewer: int | None
    vertical: str | None
    limit: int
    operator: bool
    exact: bool


def random_viewers(world: World, rng: Random, count: int = 5) -> list[int | None]:
    """Some users, those in blocks first among them, nobody, and an unknown one."""
    users = sorted(world.users)
    blocks = [user for row in world.tables["blocks"] for user in (row["blocker_id"], row["blocked_id"])]
    chosen = rng.sample(users, min(count, len(users))) + rng.sample(blocks, min(2, len(blocks)))
    return [*dict.fromkeys(chosen), None, rng.choice(STRANGERS)]


def random_case(world: World, rng: Random, viewer: int | None, coverage: Coverage) -> Case:
    """One request of the viewer."""
    wanted = rng.choice(VERTICALS)
    query = random_query(world, rng, wanted, viewer, coverage)
    by_default = len(verticals(parse(query))) == 1 or wanted == "user"
    case = Case(
        query=query,
        viewer=viewer,
        vertical=None if by_default and rng.random() < 0.5 else wanted,
        limit=rng.choice(LIMITS),
        operator=rng.random() < 0.1,
        exact=rng.random() < 0.5,
    )
    known = "viewer" if viewer in world.users else "unknown-viewer"
    coverage[f"request:{'no-viewer' if viewer is None else known}"] += 1
    coverage[f"request:{'no-vertical' if case.vertical is None else 'vertical'}"] += 1
    coverage["request:operator"] += case.operator
    coverage["request:exact"] += case.exact
    return case


def random_cases(world: World, seed: int, count: int, coverage: Coverage | None = None) -> Iterator[Case]:
    """Requests of a few viewers to one world; with few viewers their worlds are made only once."""
    rng = Random(seed)
    coverage = Coverage() if coverage is None else coverage
    viewers = random_viewers(world, rng)
    met: set[int | None] = set()
    for _ in range(count):
        viewer = rng.choice(viewers)
        if viewer not in met:
            met.add(viewer)
            coverage.update(visibility_rules(world, viewer))
        yield random_case(world, rng, viewer, coverage)
