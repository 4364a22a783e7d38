"""Text of data-model.md §2: folding, words, hashtags, tags, machine tags. Pure functions of one string."""

import re
import unicodedata
from functools import lru_cache

CODE_POINTS = 256
RAW_MACHINE_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*:[A-Za-z][A-Za-z0-9_]*=", re.ASCII)

Parts = tuple[str, str, str]


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """§2 *Folding*: first 256 code points, NFKC, case-folded, NFD, U+0300–U+036F dropped."""
    composed = unicodedata.normalize("NFKC", text[:CODE_POINTS])
    decomposed = unicodedata.normalize("NFD", composed.casefold())
    return "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")


def is_word_character(c: str) -> bool:
    """§2 *Words*: letters, marks, numbers and `_`."""
    return c == "_" or unicodedata.category(c)[0] in "LMN"


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """§2 *Words*: the folded text split at every code point that is no word character, in order."""
    spaced = "".join(c if is_word_character(c) else " " for c in fold(text))
    return tuple(word for word in spaced.split(" ") if word)


@lru_cache(maxsize=200_000)
def username_words(username: str) -> frozenset[str]:
    """§2 *Words*: a username is also split at `_` and kept whole (where it has a word at all)."""
    found = words(username)
    pieces = {piece for word in found for piece in word.split("_") if piece}
    whole = {fold(username)} if found else set()
    return frozenset(found) | pieces | whole


@lru_cache(maxsize=200_000)
def hashtag(text: str) -> str:
    """§2 *Hashtags*: 256 code points, NFKC, case-folded, NFC, white space and all leading `#` removed."""
    composed = unicodedata.normalize("NFKC", text[:CODE_POINTS])
    normal = unicodedata.normalize("NFC", composed.casefold())
    return "".join(c for c in normal if not c.isspace()).lstrip("#")


def hashtag_name(text: str) -> str:
    """§2: `name:` of a hashtag is the normalised text, folded; a query is read in the same way."""
    return fold(hashtag(text))


def tag_pieces(text: str) -> Parts | None:
    """The pieces around the first `:` and the first `=` after it; None where these two are not there."""
    namespace, colon, rest = text.partition(":")
    predicate, equals, value = rest.partition("=")
    return (namespace, predicate, value) if colon and equals else None


def _kept(piece: str, also: str = "") -> str:
    return "".join(c for c in piece if is_word_character(c) or c in also)


def clean_pieces(pieces: Parts) -> Parts:
    """§2 *Tags*: the pieces of a folded text cleaned one by one; behind the `=` also `+ - .` are kept."""
    namespace, predicate, value = pieces
    return _kept(namespace), _kept(predicate), _kept(value, "+-.")


@lru_cache(maxsize=200_000)
def clean_tag(text: str) -> str:
    """§2 *Tags*: folded, all but letters, marks, numbers, `_` dropped; `:` and `=` kept where both are."""
    folded = fold(text)
    pieces = tag_pieces(folded)
    if pieces is None:
        return _kept(folded)
    namespace, predicate, value = clean_pieces(pieces)
    return f"{namespace}:{predicate}={value}"


@lru_cache(maxsize=200_000)
def machine_tag(raw: str) -> Parts | None:
    """§2: the cleaned parts of a raw tag `namespace:predicate=value`; None for any other tag."""
    pieces = tag_pieces(fold(raw)) if RAW_MACHINE_TAG.match(raw) else None
    return None if pieces is None else clean_pieces(pieces)
