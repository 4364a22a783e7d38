"""Slips of the finger: words within one edit of a typed one of four letters or more, within two of one of eight or more."""

from __future__ import annotations

from ranking.box.lexicon import Lexicon
from ranking.box.rewriting.forms import How, Reading, Way

LETTERS, LETTERS_FOR_TWO = 4, 8


def edits(word: str) -> int:
    """How many edits of a word are forgiven."""
    return 0 if len(word) < LETTERS else 1 if len(word) < LETTERS_FOR_TWO else 2


def add_near(reading: Reading, lexicon: Lexicon) -> Reading:
    """The reading with the words of the viewer's world that are near its words."""
    return tuple(ways + _near(ways, lexicon) for ways in reading)


def _near(ways: tuple[Way, ...], lexicon: Lexicon) -> tuple[Way, ...]:
    typed = ways[0]
    most = edits(typed.word)
    if not most:
        return ()
    return tuple(Way(word, False, How.NEAR) for word in lexicon.near(typed.word, most, is_open=typed.is_open))
