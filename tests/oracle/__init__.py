"""The slow twin: the whole language on plain sets, written from language.md and data-model.md alone.

    world = load_world(directory)
    answer(world, "(apply followed_by: followed_by:me)", viewer=7, limit=20)

It shares no code with the engine and refuses what the language refuses with an OracleError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from weakref import WeakKeyDictionary

from .check import bind
from .errors import CODES, OracleError, WarehouseError
from .evaluate import Cut, Evaluator
from .parse import Node, parse
from .tables import Row, Tables, write_tables
from .view import View
from .world import Document, World, load_world, make_world, visible, visible_tables

__all__ = [
    "CODES",
    "Answer",
    "Cut",
    "Document",
    "OracleError",
    "Row",
    "Tables",
    "WarehouseError",
    "World",
    "answer",
    "load_world",
    "make_world",
    "visible",
    "visible_tables",
    "write_world",
]


@dataclass(frozen=True)
class Answer:
    """language.md §5: ids in order (a hashtag as `#text`), the exact total, completeness.

    `complete` says that nothing was cut anywhere; where something was, `cuts_matter` says whether ids or
    total would differ without inner limits: if not, an engine may say either.
    """

    ids: list[int | str]
    total: int
    complete: bool
    cuts: tuple[Cut, ...]
    cuts_matter: bool
    vertical: str


_views: WeakKeyDictionary[World, dict[int | str | None, View]] = WeakKeyDictionary()


def _view(world: World, viewer: int | None, operator: bool) -> View:
    """The view of W_v, kept for the next query; the operator reads the whole world (data-model.md §4)."""
    views = _views.setdefault(world, {})
    who: int | str | None = viewer if viewer in world.users else None
    if operator:
        who = "operator"
    if who not in views:
        views[who] = View(world if operator else visible(world, viewer))
    return views[who]


def _run(evaluator: Evaluator, tree: Node, vertical: str, limit: int) -> tuple[list[int | str], int]:
    result = evaluator.result(tree, vertical, limit)
    best = evaluator.ordered(vertical, result)[:limit]
    shown = [f"#{document}" if vertical == "hashtag" else document for document in best]
    return shown, len(result.documents)


def answer(
    world: World,
    query: str,
    *,
    viewer: int | None = None,
    vertical: str | None = None,
    limit: int = 20,
    operator: bool = False,
    affinity: Mapping[Document, Fraction] | None = None,
) -> Answer:
    """The answer that the contract gives; OracleError where it refuses the query. `affinity`: that of the viewer, where there is a
    model."""
    tree = parse(query)
    bound = bind(tree, viewer, vertical, affinity is not None)
    evaluator = Evaluator(_view(world, viewer, operator), viewer, affinity=affinity)
    ids, total = _run(evaluator, tree, bound, limit)
    cuts = tuple(evaluator.cuts)
    uncut = Evaluator(evaluator.view, viewer, cutting=False, affinity=affinity)
    cuts_matter = bool(cuts) and _run(uncut, tree, bound, limit) != (ids, total)
    return Answer(ids, total, not cuts, cuts, cuts_matter, bound)


def write_world(tables: Mapping[str, list[Row]], directory: str | Path) -> None:
    """Write the rows of a world as a warehouse directory."""
    write_tables(tables, Path(directory))
