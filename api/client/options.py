"""The options of questions by name and type: the parameters of the endpoints, for type checkers. None: not said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict


class Ranking(TypedDict, total=False):
    """Which ranking answers, where another one than is in force."""

    ranker: str | None
    arm: str | None


class TypeaheadOptions(Ranking, total=False):
    """Of `questions.typeahead`; `near` is latitude and longitude in degrees."""

    limit: int | None
    country: str | None
    near: str | tuple[float, float] | None
    verticals: Iterable[str] | None


class SearchOptions(Ranking, total=False):
    """Of `questions.search`."""

    text: str | None
    vertical: str | None
    country: str | None
    limit: int | None
    cursor: str | None
    fields: Iterable[str] | None
    exact: bool | None
    explain: bool | None
    lineage: bool | None
    why_not: int | str | None
    pages: bool | None
    generation: str | None
    operator: bool | None


class TermsOptions(TypedDict, total=False):
    """Of `questions.terms`."""

    vertical: str | None
    beginning: str | None
    limit: int | None
    operator: bool | None


class CompletionsOptions(TypedDict, total=False):
    """Of `questions.completions`."""

    vertical: str | None
    operator: bool | None


class ListOptions(TypedDict, total=False):
    """Of the newest media of a user, a hashtag or a place."""

    limit: int | None
    cursor: str | None
    fields: Iterable[str] | None


class TopOptions(Ranking, total=False):
    """Of the top media of a hashtag or a place."""

    limit: int | None
    fields: Iterable[str] | None
    explain: bool | None


class ExploreOptions(TopOptions, total=False):
    """Of `questions.explore`."""

    country: str | None
