"""What several endpoints share: parameters, and how a ranker that cannot be used is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.http.documents import ALL_FIELDS
from api.http.params import Kind, Param
from api.http.problems import Refusal
from schemas.errors import InputError
from schemas.settings import Settings

_LIMITS = Settings()
LIMIT = Param(
    "limit", Kind.WHOLE, "results on a page", "20", default=_LIMITS.default_limit, low=1, high=_LIMITS.max_limit
)
CURSOR = Param("cursor", Kind.TEXT, "where the page before ended: its `cursor`", "…", low=1, high=1_024)
FIELDS = Param("fields", Kind.CHOICES, "fields to give with each result", "created_at_ms", choices=ALL_FIELDS)
OPERATOR = Param("operator", Kind.FLAG, "read the whole world; takes the scope operator, and is logged", "true")
COUNTRY = Param("country", Kind.TEXT, "where the request comes from; else that of the account", "fr", low=0, high=64)
_UNUSABLE = ("no-model", "model-format", "schema-mismatch")
"""Errors of the model in force, which no caller can do anything about."""


@contextmanager
def rankers_in_force() -> Iterator[None]:
    """What is ranked inside; `Refusal` 503 where the ranker in force cannot be used."""
    try:
        yield
    except InputError as error:
        if error.code not in _UNUSABLE:
            raise
        raise Refusal(503, error.code, "the ranker in force cannot be used", hint="put another in force") from None


def quoted(text: str) -> str:
    """A text as a value of the language, in quotes, so that nothing in it means anything."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
