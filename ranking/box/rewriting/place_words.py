"""Place words: `cafe in paris`, `museum new york`, `paris`: words may name a place, its category or its city."""

from __future__ import annotations

from query import Node
from ranking.box.rewriting.forms import Reading, all_of, any_of, term, words_form

BETWEEN = frozenset(
    {"at", "by", "in", "near", "to", "um", "bei", "am", "en", "a", "cerca", "de", "chez", "dans", "в", "на"}
)
"""Words that lead from what is looked for to where it is."""
_LONGEST = 4
"""Words up to which the end of a text is tried as a city."""


def with_places(reading: Reading) -> Node:
    """Places whose name has the words, or some of them while the last ones name the city; a category counts as a name."""
    forms = [words_form("name", reading)]
    for split in range(max(0, len(reading) - _LONGEST), len(reading)):
        where = _city(reading[split:])
        what = reading[:split]
        if what and what[-1][0].word in BETWEEN:
            what = what[:-1]
        forms.append(all_of([_what(what), where]) if what else where)
    return any_of([*forms, _category(reading)] if len(reading) == 1 else forms)


def _what(reading: Reading) -> Node:
    return any_of([words_form("name", reading), _category(reading)])


def _category(reading: Reading) -> Node:
    last = reading[-1][0]
    return term("category", " ".join(ways[0].word for ways in reading), is_open=last.is_open)


def _city(reading: Reading) -> Node:
    last = reading[-1][0]
    return term("city", " ".join(ways[0].word for ways in reading), is_open=last.is_open)
