"""Typed text → one tree of terms per vertical. One idea of rewriting, one file; this one says in which order they are applied."""

from __future__ import annotations

from functools import lru_cache

from query import Node, Tree
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


@lru_cache(8_192)
def rewrite(typed: Typed, vertical: Vertical) -> Tree | None:
    """The form that finds what a text may mean in a vertical, as it stands, the same for anybody (the global tier); None where it
    can mean nothing."""
    if vertical is Vertical.MEDIA:
        return _tree(_media(typed, leave_open(read_words(typed), typed)), vertical)
    reading = _reading(typed, vertical)
    return Tree(_form(vertical, reading), vertical) if reading else None


def widen(typed: Typed, vertical: Vertical, lexicon: Lexicon) -> Tree | None:
    """As `rewrite`, but words count too that are near the typed ones, or that sound like them in another script; None where there
    are no such words. Captions are looked for as they were typed."""
    if vertical is Vertical.MEDIA:
        return None
    reading = _reading(typed, vertical)
    wide = add_near(add_sounds(reading, lexicon), lexicon)
    return None if wide == reading else _widened(vertical, wide)


@lru_cache(2_048)
def _widened(vertical: Vertical, reading: Reading) -> Tree:
    """The tree of a reading: the same one again, as of `rewrite`, for what a tree finds is kept by it (`query/trees.py`)."""
    return Tree(_form(vertical, reading), vertical)


def _form(vertical: Vertical, reading: Reading) -> Node:
    return with_places(reading) if vertical is Vertical.PLACE else words_form("name", reading)


def _tree(form: Node | None, vertical: Vertical) -> Tree | None:
    return None if form is None else Tree(form, vertical)


def _reading(typed: Typed, vertical: Vertical) -> Reading:
    if vertical is Vertical.HASHTAG:
        return in_latin(((Way(typed.tag, True),),)) if typed.tag else ()
    return in_latin(leave_open(read_words(typed), typed))


def _media(typed: Typed, reading: Reading) -> Node | None:
    """Media with the words in the caption, or with the text as a hashtag."""
    if not reading or (typed.is_open and len(typed.words[-1]) < MEDIA_LETTERS):
        return None
    forms = [words_form("caption", reading)]
    if typed.tag:
        forms.append(term("hashtag", typed.tag))
    return any_of(forms)
