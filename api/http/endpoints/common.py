"""Parameters that several endpoints share."""

from __future__ import annotations

from api.http.documents import ALL_FIELDS
from api.http.params import Kind, Param
from schemas.settings import Settings

_LIMITS = Settings()
LIMIT = Param(
    "limit", Kind.WHOLE, "results on a page", "20", default=_LIMITS.default_limit, low=1, high=_LIMITS.max_limit
)
CURSOR = Param("cursor", Kind.TEXT, "where the page before ended: its `cursor`", "…", low=1, high=1_024)
FIELDS = Param("fields", Kind.CHOICES, "fields to give with each result", "created_at_ms", choices=ALL_FIELDS)
OPERATOR = Param("operator", Kind.FLAG, "read the whole world; takes the scope operator, and is logged", "true")


def quoted(text: str) -> str:
    """A text as a value of the language, in quotes, so that nothing in it means anything."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
