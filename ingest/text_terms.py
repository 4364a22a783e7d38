"""Which terms one text has, for each kind of edge whose keys are no words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from schemas.text import fold, machine_tag, tag

TermsOf = Callable[[str], Iterable[str]]


def whole(text: str) -> tuple[str, ...]:
    """The folded text as one term; none where nothing is left."""
    return tuple(filter(None, (fold(text),)))


def cleaned_tag(text: str) -> tuple[str, ...]:
    """The cleaned tag as one term; none where nothing is left."""
    return tuple(filter(None, (tag(text),)))


def raw_text(text: str) -> tuple[str, ...]:
    """The text as it is; none where it is empty."""
    return (text,) if text else ()


def machine_tag_term(text: str) -> tuple[str, ...]:
    """`namespace:predicate=value`, cleaned, where the raw tag is a machine tag."""
    parts = machine_tag(text)
    return () if parts is None else (f"{parts.namespace}:{parts.predicate}={parts.value}",)
