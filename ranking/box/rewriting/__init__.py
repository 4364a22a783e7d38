"""Typed text → one S-expression per vertical. One idea of rewriting, one file; this one says in which order they are applied."""

from __future__ import annotations

from functools import lru_cache

from query import Node
from ranking.box.lexicon import Lexicon
from ranking.box.rewriting.forms import Reading, Way, any_of, term, words_form
from ranking.box.rewriting.fuzzy import add_near
from ranking.box.rewriting.place_words import with_places
from ranking.box.rewriting.several_words import read_words
from ranking.box.rewriting.transliteration import add_sounds, in_latin
from ranking.box.rewriting.typed import Typed
from ranking.box.rewriting.unfinished_word import leave_open
from schemas.catalogue import Vertical

MEDIA_LETTERS = 3
"""Captions are searched for unfinished words of so many letters: shorter ones begin too much."""


def rewrite(typed: Typed, vertical: Vertical, lexicon: Lexicon, *, is_wide: bool) -> Node | None:
    """The form that finds what a text may mean in a vertical, for anybody (the global tier); None where it can mean nothing.

    With `is_wide` words count too that are near the typed ones, or that sound like them in another script.
    """
    if not is_wide or vertical is Vertical.MEDIA:
        return _as_typed(typed, vertical)
    reading = _reading(typed, vertical)
    return _form(vertical, add_near(add_sounds(reading, lexicon), lexicon)) if reading else None


@lru_cache(4_096)
def _as_typed(typed: Typed, vertical: Vertical) -> Node | None:
    """The form of a text as it stands, which is the same for everybody."""
    if vertical is Vertical.MEDIA:
        return _media(typed, leave_open(read_words(typed), typed))
    reading = _reading(typed, vertical)
    return _form(vertical, reading) if reading else None


def _reading(typed: Typed, vertical: Vertical) -> Reading:
    if vertical is Vertical.HASHTAG:
        return in_latin(((Way(typed.tag, True),),)) if typed.tag else ()
    return in_latin(leave_open(read_words(typed), typed))


def _form(vertical: Vertical, reading: Reading) -> Node:
    return with_places(reading) if vertical is Vertical.PLACE else words_form("name", reading)


def _media(typed: Typed, reading: Reading) -> Node | None:
    """Media with the words in the caption, or with the text as a hashtag."""
    if not reading or (typed.is_open and len(typed.words[-1]) < MEDIA_LETTERS):
        return None
    forms = [words_form("caption", reading)]
    if typed.tag:
        forms.append(term("hashtag", typed.tag))
    return any_of(forms)
