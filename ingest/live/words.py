"""Texts that changed → the terms under which their documents stand, and do not stand any more."""

from __future__ import annotations

from typing import final

import numpy as np

from index import layout
from ingest.live.attributes import ATTRIBUTES, decoded
from ingest.live.changes import Changes
from ingest.live.patches import Patches
from ingest.live.state import Changed, LiveState
from ingest.live.terms import TAG_EDGES, WORDS, TermKeys, edge_named
from ingest.terms import whole
from schemas.catalogue import Vertical
from schemas.text import words

_HASHTAG_NAME = "hashtag.name"


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
                        self._hidden_edge("media.caption", "caption", docs.tolist(), old)
                    case "autotags":
                        self._hidden_edge("media.autotag", "autotags", docs.tolist(), old)
                    case "tags":
                        self._tags(docs.tolist(), old)

    def hashtag(self, doc: int, name: str) -> None:
        """A hashtag that is new."""
        self._terms[layout.HASHTAG_DICTIONARY].add(name, doc)
        self._hold(_HASHTAG_NAME, doc, set(), set(whole(name)))
        self._patches.text(Vertical.HASHTAG, "name", doc)

    def _kept_texts(self, changed: Changed) -> None:
        """Texts that the base keeps: what stood there before is known."""
        by_doc: dict[tuple[Vertical, int], dict[str, str]] = {}
        for (vertical, name), (docs, old) in changed.texts.items():
            if (vertical, name) in WORDS:
                for doc, before in zip(docs.tolist(), old, strict=True):
                    assert before is not None
                    by_doc.setdefault((vertical, doc), {})[name] = before
                    self._patches.text(vertical, name, doc)
        for (vertical, doc), before_of in by_doc.items():
            had: dict[str, set[str]] = {}
            has: dict[str, set[str]] = {}
            touched = {edge for name in before_of for edge, _ in WORDS[vertical, name]}
            for (of, name), edges in WORDS.items():
                if of is not vertical or touched.isdisjoint(edge for edge, _ in edges):
                    continue
                text = self._state.texts[vertical, name].text(doc)
                assert text is not None
                for edge, terms_of in edges:
                    had.setdefault(edge, set()).update(terms_of(before_of.get(name, text)))
                    has.setdefault(edge, set()).update(terms_of(text))
            for edge in touched:
                self._hold(edge, doc, had[edge], has[edge])

    def _hidden_edge(self, edge: str, name: str, docs: list[int], old: list[str | None]) -> None:
        """An edge of which the base does not know the terms by document: those that change are hidden there as a whole."""
        register = self._state.texts[Vertical.MEDIA, name]
        hidden = set(self._changes[edge].hide(np.array(docs, dtype=np.uint32)).tolist())
        for doc, before in zip(docs, old, strict=True):
            text = register.heap.get(doc) or ""
            had = set() if before is None or doc in hidden else _terms_of(name, before)
            self._hold(edge, doc, had, _terms_of(name, text))

    def _tags(self, docs: list[int], old: list[str | None]) -> None:
        attribute = ATTRIBUTES[Vertical.MEDIA, "tags"]
        register = self._state.texts[Vertical.MEDIA, "tags"]
        base = self._state.base
        raws = base.segment.dictionary(layout.RAW_TAGS)
        for doc, before in zip(docs, old, strict=True):
            if before is not None:
                had = decoded(attribute.kind, before)
            elif doc < base.size(Vertical.MEDIA):
                _, numbers = base.lists(layout.RAW_TAGS, np.array([doc], dtype=np.uint32))
                had = tuple(raws[int(number)] for number in numbers)
            else:
                had = ()
            has = decoded(attribute.kind, register.heap.get(doc) or "")
            for edge, terms_of in TAG_EDGES:
                self._hold(
                    edge,
                    doc,
                    {term for raw in had for term in terms_of(raw)},
                    {term for raw in has for term in terms_of(raw)},
                )

    def _hold(self, name: str, doc: int, had: set[str], has: set[str]) -> None:
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
