"""The recipe of Explore: its sources and how they are mixed, read from TOML and checked as a whole before anybody is served."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from query import Form, Op, Opt, Term, bind, parse, print_node
from ranking.features.catalogue import SOURCE_KINDS
from schemas.catalogue import Vertical
from schemas.errors import InputError, QueryError
from schemas.ids import ExternalId
from schemas.settings import Settings

COUNTRY = "{country}"
"""The value that stands for the country of a request."""
MOST_TAKEN = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """One query for media. `take` is how many become candidates; see `explore.toml` for the rest."""

    name: str
    kind: str
    query: Form | Term
    take: int
    weight: float
    reason: str

    @property
    def is_personal(self) -> bool:
        """Whether it needs a viewer."""
        return any(term.value == "me" and not (term.is_quoted or term.is_prefix) for term in _terms(self.query))

    @property
    def is_local(self) -> bool:
        """Whether it needs a country."""
        return any(term.value == COUNTRY for term in _terms(self.query))

    def text(self, country: str) -> str:
        """The query, for a country."""
        return print_node(_put(self.query, country))


@dataclass(frozen=True, slots=True)
class Mix:
    """How a slate is made of scored candidates. Shares are from 0 to 1."""

    half_life_hours: float
    lasting: float
    relevance: float
    author_most: int
    topic_share: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """All of it. Names of sources are distinct."""

    sources: tuple[Source, ...]
    mix: Mix


@cache
def shipped() -> Recipe:
    """The recipe that comes with Monoceros."""
    name = "explore.toml"
    return read_recipe(files("ranking.explore").joinpath(name).read_text(encoding="utf-8"), name)


def read_recipe(text: str, where: str) -> Recipe:
    """The recipe in a text; `InputError` `bad-recipe` names the source, the key and what it takes. `where` names the text."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("bad-recipe", f"{where} is no TOML: {error}") from None
    top = _Table(content, where)
    mix = _Table(top.take("mix", dict, "a table"), f"{where}: mix")
    tables = top.take("source", list, "tables [[source]], one at least")
    top.is_done()
    share = lambda value: 0 <= value <= 1  # noqa: E731
    read = Mix(
        half_life_hours=mix.number("half_life_hours", lambda value: value > 0, "hours, more than 0"),
        lasting=mix.number("lasting", share, "a share from 0 to 1"),
        relevance=mix.number("relevance", share, "a share from 0 to 1"),
        author_most=mix.whole("author_most", 1, MOST_TAKEN),
        topic_share=mix.number("topic_share", lambda value: 0 < value <= 1, "a share above 0, up to 1"),
    )
    mix.is_done()
    sources = tuple(_source(table, f"{where}: source {place}") for place, table in enumerate(tables, 1))
    if not sources:
        raise InputError("bad-recipe", f"{where} has no source", hint="add a table [[source]]")
    names = [source.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise InputError("bad-recipe", f"{where}: two sources are called {name!r}", hint="rename one of them")
    return Recipe(sources, read)


def _source(content: Any, where: str) -> Source:
    if not isinstance(content, dict):
        raise InputError("bad-recipe", f"{where} is no table", hint="write it under [[source]]")
    table = _Table(content, where)
    name = table.take("name", str, "a name")
    table.where = f"{where} ({name})"
    found = Source(
        name=name,
        kind=table.one_of("kind", SOURCE_KINDS),
        query=_query(table.take("query", str, "a query for media"), table.where),
        take=table.whole("take", 1, MOST_TAKEN),
        weight=table.number("weight", lambda value: value >= 0, "a number from 0 on"),
        reason=table.take("reason", str, "a sentence"),
    )
    table.is_done()
    return found


def _query(text: str, where: str) -> Form | Term:
    """The tree of a query that finds media and whose traversals say how far they go."""
    try:
        node = parse(text, Settings())
        bind(_put(node, "x"), vertical=Vertical.MEDIA, viewer=ExternalId(1), text=text)
    except QueryError as error:
        raise InputError(
            "bad-recipe", f"{where}: query: {error.message}", hint=error.hint, excerpt=error.excerpt
        ) from None
    for form in _forms(node):
        if form.op in (Op.APPLY, Op.EXTRACT) and not any(option.name == Opt.LIMIT for option in form.options):
            raise InputError(
                "bad-recipe",
                f"{where}: query: ({form.op} {form.edge}: …) has no :limit",
                hint="say how many inner results it takes, such as :limit 200: they bound what the source costs",
            )
    return node


def _nodes(node: Form | Term) -> Iterator[Form | Term]:
    todo: list[Form | Term] = [node]
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, Form):
            todo += one.operands


def _terms(node: Form | Term) -> Iterator[Term]:
    return (one for one in _nodes(node) if isinstance(one, Term))


def _forms(node: Form | Term) -> Iterator[Form]:
    return (one for one in _nodes(node) if isinstance(one, Form))


def _put(node: Form | Term, country: str) -> Form | Term:
    """The tree with a country in its place; trees are at most 64 deep."""
    if isinstance(node, Form):
        return replace(node, operands=tuple(_put(operand, country) for operand in node.operands))
    return replace(node, value=country) if node.value == COUNTRY else node


class _Table:
    """A table of TOML whose keys are taken one by one; what is left at the end is unknown."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        self._left = dict(content)
        self._taken: list[str] = []
        self.where = where

    def take(self, key: str, kind: type, takes: str) -> Any:
        """A value of a type that is there."""
        self._taken.append(key)
        if key not in self._left:
            raise InputError("bad-recipe", f"{self.where}: {key} is missing", hint=f"it takes {takes}")
        value = self._left.pop(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._bad(key, value, takes)
        return value

    def number(self, key: str, holds: Callable[[float], bool], takes: str) -> float:
        """A number that a rule lets through."""
        value = float(self.take(key, int | float, takes))  # type: ignore[arg-type]
        if not holds(value):
            raise self._bad(key, value, takes)
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number in a range."""
        takes = f"a whole number from {low:,} to {high:,}"
        value: int = self.take(key, int, takes)
        if not low <= value <= high:
            raise self._bad(key, value, takes)
        return value

    def one_of(self, key: str, choices: tuple[str, ...]) -> str:
        """One of several words."""
        takes = f"one of {', '.join(choices)}"
        value: str = self.take(key, str, takes)
        if value not in choices:
            raise self._bad(key, value, takes)
        return value

    def is_done(self) -> None:
        """An error where a key is left that nobody asked for."""
        for key in self._left:
            near = get_close_matches(key, self._taken, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(self._taken)}"
            raise InputError("bad-recipe", f"{self.where}: unknown key {key!r}", hint=hint)

    def _bad(self, key: str, value: object, takes: str) -> InputError:
        return InputError("bad-recipe", f"{self.where}: {key} cannot be {value!r}", hint=f"it takes {takes}")
