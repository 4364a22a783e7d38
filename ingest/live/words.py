"""Texts that changed → the terms under which their documents stand, and do not stand any more."""

from __future__ import annotations

from typing import final

import numpy as np

from index import U32, layout
from ingest.live.attributes import ATTRIBUTES, decoded
from ingest.live.batch import AttributeKey
from ingest.live.changes import Changes
from ingest.live.patches import Patches
from ingest.live.state import Changed, LiveState
from ingest.live.terms import TAG_EDGES, WORDS, TermKeys, edge_named
from ingest.text_terms import TermsOf, whole
from schemas.catalogue import Vertical
from schemas.text import words

_HASHTAG_NAME = "hashtag.name"
_SOURCES: dict[str, list[tuple[AttributeKey, TermsOf]]] = {}
"""The texts that each edge is made from, and which terms of it each has."""
for _key, _edges in WORDS.items():
    for _edge, _terms in _edges:
        _SOURCES.setdefault(_edge, []).append((_key, _terms))


@final
class WordChanges:
    """Says what changes in edges whose keys are terms."""

    def __init__(self, state: LiveState, terms: TermKeys, changes: Changes, patches: Patches) -> None:
        self._state = state
        self._terms = terms
        self._changes = changes
        self._patches = patches

    def apply(self, changed: Changed) -> None:
        """All edges of terms but those of hashtags."""
        self._kept_texts(changed)
        for (vertical, name), (docs, old) in changed.texts.items():
            if vertical is Vertical.MEDIA:
                match name:
                    case "caption":
                        self._hidden_edge("media.caption", "caption", docs, old)
                    case "autotags":
                        self._hidden_edge("media.autotag", "autotags", docs, old)
                    case "tags":
                        self._tags(docs, old)

    def hashtag(self, doc: int, name: str) -> None:
        """A hashtag that is new."""
        self._terms[layout.HASHTAG_DICTIONARY].add(name, doc)
        self._hold(_HASHTAG_NAME, doc, set(), set(whole(name)))
        self._patches.texts(Vertical.HASHTAG, "name", (doc,))

    def _kept_texts(self, changed: Changed) -> None:
        """Texts that the base keeps: what stood there before is known."""
        before: dict[tuple[Vertical, str], dict[int, str | None]] = {}
        for key, (docs, old) in changed.texts.items():
            if key in WORDS and len(docs):
                before[key] = dict(zip(docs.tolist(), old, strict=True))
                self._patches.texts(*key, docs.tolist())
        for edge, sources in _SOURCES.items():
            told = [(before.get(key, {}), terms_of, key) for key, terms_of in sources]
            touched = sorted(set[int]().union(*(texts for texts, _, _ in told)))
            docs = np.array(touched, dtype=np.uint32)
            had: list[set[str]] = [set() for _ in touched]
            has: list[set[str]] = [set() for _ in touched]
            for texts, terms_of, key in told if touched else ():
                for row, (doc, text) in enumerate(zip(touched, self._state.texts[key].all(docs), strict=True)):
                    assert text is not None
                    terms, was = terms_of(text), texts.get(doc, text)
                    assert was is not None
                    has[row].update(terms)
                    had[row].update(terms if was == text else terms_of(was))
            for doc, of_before, of_now in zip(touched, had, has, strict=True):
                self._hold(edge, doc, of_before, of_now)

    def _hidden_edge(self, edge: str, name: str, docs: U32, old: list[str | None]) -> None:
        """An edge of which the base does not know the terms by document: those that change are hidden there as a whole."""
        register = self._state.texts[Vertical.MEDIA, name]
        hidden = set(self._changes[edge].hide(docs).tolist())
        for doc, before, text in zip(docs.tolist(), old, register.heap.of(docs).strings(), strict=True):
            had = set() if before is None or doc in hidden else _terms_of(name, before)
            self._hold(edge, doc, had, _terms_of(name, text))

    def _tags(self, docs: U32, old: list[str | None]) -> None:
        attribute = ATTRIBUTES[Vertical.MEDIA, "tags"]
        register = self._state.texts[Vertical.MEDIA, "tags"]
        base = self._state.base
        raws = base.segment.dictionary(layout.RAW_TAGS)
        for doc, before, text in zip(docs.tolist(), old, register.heap.of(docs).strings(), strict=True):
            if before is not None:
                had = decoded(attribute.kind, before)
            elif doc < base.size(Vertical.MEDIA):
                _, numbers = base.lists(layout.RAW_TAGS, np.array([doc], dtype=np.uint32))
                had = tuple(raws[int(number)] for number in numbers)
            else:
                had = ()
            has = decoded(attribute.kind, text)
            for edge, terms_of in TAG_EDGES:
                self._hold(
                    edge,
                    doc,
                    {term for raw in had for term in terms_of(raw)},
                    {term for raw in has for term in terms_of(raw)},
                )

    def _hold(self, name: str, doc: int, had: set[str], has: set[str]) -> None:
        if had == has:
            return
        terms = self._terms[name]
        self._changes[name].hold_one(doc, terms.keys(had - has), terms.keys(has - had))
        edge = edge_named(name)
        if layout.keeps_prefixes(edge):
            before, now = self._terms.prefix_keys(edge, had), self._terms.prefix_keys(edge, has)
            self._changes[layout.prefixes(name)].hold_one(doc, before - now, now - before)


def _terms_of(name: str, text: str) -> set[str]:
    if name == "caption":
        return set(words(text))
    labels = decoded(ATTRIBUTES[Vertical.MEDIA, "autotags"].kind, text)
    return {term for label, _ in labels for term in whole(label)}
