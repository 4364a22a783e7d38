"""Words of other scripts: `кирилл` also finds `kirill`, and `kirill` also finds `кирилл`."""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

from ranking.box.lexicon import Lexicon
from ranking.box.rewriting.forms import How, Reading, Way

LETTERS = 3
"""Shorter words are not looked for in other scripts: too much sounds like them."""
_NOT_LATIN = re.compile("[^a-z0-9_]+")


@lru_cache(16_384)
def latin(word: str) -> str:
    """A folded word in Latin letters and digits; '' where nothing is left."""
    return _NOT_LATIN.sub("", anyascii(word).lower())


def in_latin(reading: Reading) -> Reading:
    """The reading with its words in Latin letters beside those in others."""
    return tuple(ways + _latin(ways[0]) for ways in reading)


def add_sounds(reading: Reading, lexicon: Lexicon) -> Reading:
    """The reading with the words of the viewer's world that sound like its words in other scripts."""
    return tuple(ways + _sounds(ways[0], lexicon) for ways in reading)


def _latin(way: Way) -> tuple[Way, ...]:
    found = "" if way.word.isascii() else latin(way.word)
    return (Way(found, way.is_open, How.SOUNDS),) if found else ()


def _sounds(way: Way, lexicon: Lexicon) -> tuple[Way, ...]:
    if not way.word.isascii() or len(way.word) < LETTERS:
        return ()
    return tuple(Way(word, False, How.SOUNDS) for word in lexicon.sounding(way.word, is_open=way.is_open))
