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


def add_sounds(reading: Reading, lexicon: Lexicon) -> Reading:
    """The reading with what sounds like its words in other scripts."""
    return tuple(ways + _sounds(ways[0], lexicon) for ways in reading)


def _sounds(way: Way, lexicon: Lexicon) -> tuple[Way, ...]:
    if not way.word.isascii():
        found = latin(way.word)
        return (Way(found, way.is_open, How.SOUNDS),) if found else ()
    if len(way.word) < LETTERS:
        return ()
    return tuple(Way(word, False, How.SOUNDS) for word in lexicon.sounding(way.word, is_open=way.is_open))
