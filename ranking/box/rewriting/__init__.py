"""Typed text → one S-expression per vertical. One idea of rewriting, one file; this one says in which order they are applied."""

from __future__ import annotations

from ranking.box.lexicon import Lexicon
from ranking.box.rewriting.forms import Reading, Way, any_of, term, words_form
from ranking.box.rewriting.fuzzy import add_near
from ranking.box.rewriting.place_words import with_places
from ranking.box.rewriting.several_words import read_words
from ranking.box.rewriting.transliteration import add_sounds
from ranking.box.rewriting.typed import Typed
from ranking.box.rewriting.unfinished_word import leave_open
from schemas.catalogue import Vertical

MEDIA_LETTERS = 3
"""Captions are searched for unfinished words of so many letters: shorter ones begin too much."""


def rewrite(typed: Typed, vertical: Vertical, lexicon: Lexicon, *, is_fuzzy: bool) -> str | None:
    """The form that finds what a text may mean in a vertical, for anybody (the global tier); None where it can mean nothing.

    With `is_fuzzy` words that are near the typed ones count too.
    """
    if vertical is Vertical.HASHTAG:
        return _hashtag(typed, lexicon, is_fuzzy=is_fuzzy)
    reading = leave_open(read_words(typed), typed)
    if not reading:
        return None
    if vertical is Vertical.MEDIA:
        return _media(typed, reading)
    reading = add_sounds(reading, lexicon)
    if is_fuzzy:
        reading = add_near(reading, lexicon)
    return with_places(reading) if vertical is Vertical.PLACE else words_form("name", reading)


def _hashtag(typed: Typed, lexicon: Lexicon, *, is_fuzzy: bool) -> str | None:
    """A hashtag has no white space, so all that was typed is its beginning."""
    if not typed.tag:
        return None
    reading: Reading = ((Way(typed.tag, True),),)
    reading = add_sounds(reading, lexicon)
    if is_fuzzy:
        reading = add_near(reading, lexicon)
    return words_form("name", reading)


def _media(typed: Typed, reading: Reading) -> str | None:
    """Media with the words in the caption, or with the text as a hashtag."""
    if typed.is_open and len(typed.words[-1]) < MEDIA_LETTERS:
        return None
    forms = [words_form("caption", reading)]
    if typed.tag:
        forms.append(term("hashtag", typed.tag))
    return any_of(forms)
