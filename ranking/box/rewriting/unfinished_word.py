"""The last word may be unfinished: it stands for all words that begin so, until white space ends it."""

from __future__ import annotations

from ranking.box.rewriting.forms import Reading
from ranking.box.rewriting.typed import Typed


def leave_open(reading: Reading, typed: Typed) -> Reading:
    """The reading with its last word open, if it is."""
    if not typed.is_open or not reading:
        return reading
    return *reading[:-1], tuple(way._replace(is_open=True) for way in reading[-1])
