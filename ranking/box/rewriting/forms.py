"""The pieces of which rewritten queries are made: ways to read a word, and the forms of the language."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from query import Form, Node, Term


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


def term(edge: str, value: str, *, is_open: bool = False) -> Term:
    """A term; whatever the value holds is a value, and means nothing else."""
    return Term(edge, value, is_prefix=is_open)


def all_of(forms: Sequence[Node]) -> Node:
    """What all of some forms find."""
    if len(forms) == 1:
        return forms[0]
    operands = (form.operands if isinstance(form, Form) and form.op == "and" else (form,) for form in forms)
    return Form("and", "", tuple(chain.from_iterable(operands)))


def any_of(forms: Sequence[Node]) -> Node:
    """What any of some forms finds."""
    return forms[0] if len(forms) == 1 else Form("or", "", tuple(forms))


def words_form(edge: str, reading: Reading) -> Node:
    """The documents with all of the words, each read in any of its ways."""
    return all_of([any_of([term(edge, way.word, is_open=way.is_open) for way in ways]) for ways in reading])
