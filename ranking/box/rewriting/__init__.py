"""Typed text → one S-expression per vertical. One idea of rewriting, one file; this one says in which order they are applied."""

from __future__ import annotations

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
    if vertical is Vertical.HASHTAG:
        reading: Reading = ((Way(typed.tag, True),),) if typed.tag else ()
    else:
        reading = leave_open(read_words(typed), typed)
    if not reading:
        return None
    if vertical is Vertical.MEDIA:
        return _media(typed, reading)
    reading = in_latin(reading)
    if is_wide:
        reading = add_near(add_sounds(reading, lexicon), lexicon)
    return with_places(reading) if vertical is Vertical.PLACE else words_form("name", reading)


def _media(typed: Typed, reading: Reading) -> Node | None:
    """Media with the words in the caption, or with the text as a hashtag."""
    if typed.is_open and len(typed.words[-1]) < MEDIA_LETTERS:
        return None
    forms = [words_form("caption", reading)]
    if typed.tag:
        forms.append(term("hashtag", typed.tag))
    return any_of(forms)
