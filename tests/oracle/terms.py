"""The documents of one term (language.md §2, data-model.md §2) in a world where all is visible."""

from collections.abc import Callable

from .check import integer, is_me, kind_in
from .edges import edge_in
from .parse import Term
from .text import Parts, clean_pieces, clean_tag, fold, hashtag, hashtag_name, tag_pieces, words
from .view import NONE, Documents, Postings, View

WHOLE_TEXT: dict[str, Callable[[str], str]] = {
    "whole": fold,
    "tag": clean_tag,
    "hashtag": hashtag,
    "hashtag-name": hashtag_name,
}
"""Kinds that are looked up by one whole text, with how a value is normalised."""


def union(sets: list[Documents]) -> Documents:
    return NONE.union(*sets)


def look_up(postings: Postings, text: str, prefix: bool) -> Documents:
    """The list of a text, or the union of all lists whose text starts so."""
    if not prefix:
        return postings.get(text, NONE)
    return union([documents for value, documents in postings.items() if value.startswith(text)])


def by_words(postings: Postings, term: Term) -> Documents:
    """§2: several words are the `and` of them, the last carries the `*`; no word, no documents.

    `name:*` alone asks for every document with a word (data-model.md §2).
    """
    if term.prefix and term.text == "":
        return look_up(postings, "", True)
    found = words(term.text)
    if not found:
        return NONE
    lists = [look_up(postings, word, False) for word in found[:-1]]
    return look_up(postings, found[-1], term.prefix).intersection(*lists)


def by_parts(postings: Postings, term: Term) -> Documents:
    """data-model.md §2 *machine tag*: each part equal, or open (empty or `*`); the value also by prefix."""
    asked = tag_pieces(fold(term.text))
    assert asked is not None
    cleaned = clean_pieces(asked)

    def matches(parts: Parts) -> bool:
        for place, (part, piece, wanted) in enumerate(zip(parts, asked, cleaned, strict=True)):
            if piece in ("", "*"):
                continue
            if part != wanted and not (place == 2 and term.prefix and part.startswith(wanted)):
                return False
        return True

    return union([documents for parts, documents in postings.items() if matches(parts)])


def term_documents(view: View, vertical: str, term: Term, viewer: int | None) -> Documents:
    """`[edge:value]`; an unknown value has an empty list (§2)."""
    postings = view.postings(vertical, edge_in(vertical, term.edge))
    kind = kind_in(vertical, term)
    if is_me(term):
        return postings.get(viewer, NONE)
    if kind == "flag":
        return postings.get(term.text, NONE)
    if kind == "words":
        return by_words(postings, term)
    if kind == "machine-tag":
        return by_parts(postings, term)
    if kind in WHOLE_TEXT:
        return look_up(postings, WHOLE_TEXT[kind](term.text), term.prefix)
    return postings.get(integer(term.text), NONE)
