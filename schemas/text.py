"""Normalisation of text (data-model.md §2): folding, words, hashtags, tags and machine tags.

Every text that is indexed and every text that is searched for goes through the same function of this module; nothing
else folds. The result depends on the Unicode version of the interpreter, `UNICODE_VERSION`, which an index records.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

UNICODE_VERSION = unicodedata.unidata_version
MAX_CODE_POINTS = 256

_ASCII_WORD = re.compile(r"[a-z0-9_]+")
_SEPARATOR = "\0"
_COMBINING = re.compile("[\u0300-\u036f]+")
_MACHINE_TAG = re.compile(r"([A-Za-z][A-Za-z0-9_]*):([A-Za-z][A-Za-z0-9_]*)=(.*)", re.DOTALL)


def fold(text: str) -> str:
    """The folded text: first 256 code points, NFKC, case-folded, NFD, combining marks U+0300-U+036F dropped."""
    return _fold_whole(text[:MAX_CODE_POINTS])


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` of each of many texts, in one step for all."""
    if max(map(len, texts), default=0) > MAX_CODE_POINTS:
        return [fold(text) for text in texts]
    folded = _fold_whole(_SEPARATOR.join(texts)).split(_SEPARATOR)  # which folds to itself, and with nothing beside it
    return folded if len(folded) == len(texts) else [fold(text) for text in texts]


def fold_of_letter(char: str) -> str | None:
    """What a character folds to wherever it stands, if that is one character; None where it is more or none, or where what stands
    beside it may count: marks, and the parts of Hangul syllables. A text of other characters folds letter by letter."""
    if unicodedata.category(char)[0] == "M" or unicodedata.combining(char) or "\u1100" <= char <= "\u11ff":
        return None
    folded = fold(char)
    return folded if len(folded) == 1 else None


def _fold_whole(text: str) -> str:
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _COMBINING.sub("", unicodedata.normalize("NFD", folded))


@lru_cache(maxsize=65_536)
def is_word_char(char: str) -> bool:
    """Whether a character of a folded text is part of a word: a letter, mark, number or `_`."""
    return char == "_" or unicodedata.category(char)[0] in "LMN"


def split_words(folded: str) -> list[str]:
    """The words of a folded text, in order: maximal runs of letters, marks, numbers and `_`."""
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    return "".join(c if is_word_char(c) else " " for c in folded).split()


def words(text: str) -> list[str]:
    """The words of a raw text, folded, in order, repeated ones included."""
    return split_words(fold(text))


def username_words(username: str) -> list[str]:
    """The words of a username: its words, and these split at `_` once more (`ann_lee`: ann_lee, ann, lee)."""
    found = words(username)
    return found + [piece for word in found if "_" in word for piece in word.split("_") if piece]


def hashtag(text: str) -> str:
    """The text that tells a hashtag apart: 256 code points, NFKC, case-folded, NFC, no white space, no leading `#`."""
    compatible = unicodedata.normalize("NFKC", text[:MAX_CODE_POINTS])
    return "".join(unicodedata.normalize("NFC", compatible.casefold()).split()).lstrip("#")


def _clean_piece(folded: str, keep: str = "") -> str:
    return "".join(c for c in folded if is_word_char(c) or c in keep)


def tag(text: str) -> str:
    """A cleaned tag: `San Francisco` → `sanfrancisco`, `geo:lon=-0.1` → `geo:lon=-0.1`."""
    folded = fold(text)
    head, colon, rest = folded.partition(":")
    middle, equals, value = rest.partition("=")
    if colon and equals:
        return f"{_clean_piece(head)}:{_clean_piece(middle)}={_clean_piece(value, '+-.')}"
    return _clean_piece(folded)


class MachineTag(NamedTuple):
    """The cleaned parts of a machine tag; in a query, None stands for any."""

    namespace: str | None
    predicate: str | None
    value: str | None


def machine_tag(raw: str) -> MachineTag | None:
    """The parts of a raw tag that is a machine tag (`namespace:predicate=value`), else None."""
    if not _MACHINE_TAG.fullmatch(raw[:MAX_CODE_POINTS]):
        return None
    namespace, _, rest = tag(raw).partition(":")
    predicate, _, value = rest.partition("=")
    return MachineTag(namespace, predicate, value)


def machine_tag_query(text: str) -> MachineTag | None:
    """The parts that `mt:` asks for, None for any; None altogether where the text has another form or all is open."""
    head, colon, rest = fold(text).partition(":")
    middle, equals, value = rest.partition("=")
    if not (colon and equals):
        return None
    parts = MachineTag(
        None if head in ("", "*") else _clean_piece(head),
        None if middle in ("", "*") else _clean_piece(middle),
        None if value in ("", "*") else _clean_piece(value, "+-."),
    )
    return None if all(part is None for part in parts) else parts
