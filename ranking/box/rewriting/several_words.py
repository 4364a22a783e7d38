"""Several words: each of them has to be found, in any order."""

from __future__ import annotations

from ranking.box.rewriting.forms import Reading, Way
from ranking.box.rewriting.typed import Typed


def read_words(typed: Typed) -> Reading:
    """Every word as it was typed, whole."""
    return tuple((Way(word, False),) for word in typed.words)
