"""The pieces of which rewritten queries are made: ways to read a word, and S-expressions as text."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from query import Term, print_term


class How(IntEnum):
    """How a way to read a word came about, the surest first."""

    TYPED = 0
    SOUNDS = 1
    NEAR = 2


class Way(NamedTuple):
    """One word to look for instead of one that was typed; with `is_open` every word that begins so."""

    word: str
    is_open: bool
    how: How = How.TYPED


Reading = tuple[tuple[Way, ...], ...]
"""For each word that was typed, the ways to read it."""


def term(edge: str, value: str, *, is_open: bool = False) -> str:
    """A term; whatever the value holds is quoted and means nothing."""
    return print_term(Term(edge, value, is_prefix=is_open))


def all_of(forms: Sequence[str]) -> str:
    """What all of some forms find."""
    return forms[0] if len(forms) == 1 else f"(and {' '.join(forms)})"


def any_of(forms: Sequence[str]) -> str:
    """What any of some forms finds."""
    return forms[0] if len(forms) == 1 else f"(or {' '.join(dict.fromkeys(forms))})"


def words_form(edge: str, reading: Reading) -> str:
    """The documents with all of the words, each read in any of its ways."""
    return all_of([any_of([term(edge, way.word, is_open=way.is_open) for way in ways]) for ways in reading])
