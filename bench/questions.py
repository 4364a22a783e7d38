"""Questions: one query as our engine reads it and as numbers that a peer can be asked with; a shape is many of one kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.catalogue import Vertical
from schemas.ids import ExternalId

Arguments = tuple[Any, ...]
Ask = Callable[[Arguments, int], Sequence[int]]
"""Arguments of a question and its limit → document numbers, best first."""


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is ours; `arguments` the same as document numbers and words, as `Kind` says; `touched` counts the postings of all
    lists that the answer depends on."""

    text: str
    viewer: ExternalId
    limit: int
    arguments: Arguments
    touched: int


@dataclass(frozen=True, slots=True)
class Shape:
    """Many questions of one kind. `kind` names what peers are asked for; None where no peer can express it."""

    key: str
    title: str
    vertical: Vertical
    kind: str | None
    questions: tuple[Question, ...]


KINDS: dict[str, str] = {
    "type": "media of a type; arguments: number of the type",
    "and": "media with both hashtags; arguments: two hashtags",
    "or": "media with either hashtag; arguments: two hashtags",
    "difference": "media with the one and not the other hashtag; arguments: two hashtags",
    "typeahead": "users with a word of each prefix; arguments: two prefixes",
    "friend_first": "users with a word of the prefix whom one whom I follow follows; arguments: prefix, me",
    "two_hop": "users whom those whom I follow follow; arguments: me",
    "two_hop_hits": "the same, by the number of those whom I follow who do, then by rank; arguments: me",
    "explore": "media liked by the owners of media that I like; arguments: me",
    "both": "users whom both follow; arguments: two users",
    "city": "media of those whom I follow, at places of a city; arguments: me, number of the city",
}
