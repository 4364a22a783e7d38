"""Registers: the last word on one attribute of every document of a vertical, and what it is in force."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from index import I64, NONE, U32, AnyArray, caption_marks, hash_texts
from ingest.live.attributes import Attribute, decoded
from ingest.live.base import Base
from ingest.live.columns import Column, Heap, Texts, equal
from ingest.live.documents import Documents
from ingest.live.entries import Entries
from ingest.live.stamp_column import StampColumn
from ingest.live.stamps import SEED
from schemas.catalogue import Vertical

_NEVER_SAID = {(Vertical.USER, "is_private"): 1, (Vertical.MEDIA, "owner_id"): NONE, (Vertical.MEDIA, "place_id"): NONE}
"""What late documents have where it is not 0 (data-model.md §5)."""


class Won(NamedTuple):
    """Entries that are the last word so far, as they are logged.

    `values` are numbers or, of text registers, forms; `texts` are those of the forms AS_BASE and OTHER.
    """

    docs: U32
    stamps: I64
    values: AnyArray
    texts: Texts | None = None


@final
class ScalarRegister:
    """One number a document: a flag, a time, a code, a document number."""

    def __init__(self, attribute: Attribute, documents: Documents, base: Base, of: Documents | None) -> None:
        self.attribute = attribute
        self._of = of
        self.values = Column(base.column(attribute), _NEVER_SAID.get((attribute.vertical, attribute.name), 0))
        self.stamps = StampColumn(documents.base)
        documents.with_column(self.values.grow)
        documents.with_column(self.stamps.grow)

    def apply(self, entries: Entries, values: AnyArray) -> tuple[Won, U32, AnyArray]:
        """What is said of documents; a `ref` by number. The last words, the documents that changed, and their old values."""
        docs, stamps = entries.docs, entries.stamps
        values = values[entries.last(lambda rows: self._compared(values[rows]))]
        before = self.stamps.of(docs)
        wins = stamps > before
        ties = np.flatnonzero((stamps == before) & (values != self.values.data[docs]))
        if len(ties):
            wins[ties] = self._compared(values[ties]) > self._compared(self.values.data[docs[ties]])
        docs, stamps, values = docs[wins], stamps[wins], values[wins]
        old = self.values.data[docs]
        won = Won(docs, stamps, values.astype(old.dtype))
        changed = old != won.values
        self.load(won)
        return won, docs[changed], old[changed]

    def load(self, won: Won) -> None:
        """Set what is known to be the last word, in order."""
        self.stamps.put(won.docs, won.stamps)
        self.values.data[won.docs] = won.values

    def _compared(self, values: AnyArray) -> AnyArray:
        """What values are compared by where two were said at one time; codes rise as the numbers of the wire do."""
        return values if self._of is None else self._of.ids(values)


SAME, AS_BASE, OTHER, AGAIN = 0, 1, 2, 3
"""Forms of a logged text: the base's, kept by the base · the base's, kept here · another · the one of before."""


@final
class TextRegister:
    """One text a document, or a list written as one. It is kept here only where the base does not keep it.

    `differs` says of which documents it may be another than the base's (it stays said). `same_lists` compares a list with
    what the base holds.
    """

    def __init__(
        self,
        attribute: Attribute,
        documents: Documents,
        base: Base,
        same_lists: Callable[[Attribute, U32, list[str]], NDArray[np.bool_]],
    ) -> None:
        self.attribute = attribute
        self._base = base
        self._strings = base.strings(attribute)
        self._same_lists = same_lists
        self.heap = Heap(documents.base)
        self.stamps = StampColumn(documents.base)
        self.differs = Column.zeros(documents.base, np.bool_)
        for column in (self.heap, self.stamps, self.differs):
            documents.with_column(column.grow)

    def text(self, doc: int) -> str | None:
        """The text of a document; None where only the base knows it."""
        found = self.heap.get(doc)
        if found is None and self._strings is not None:
            return self._strings[doc] if doc < len(self._strings) else ""
        return found

    def all(self, docs: U32) -> list[str | None]:
        """The texts of documents; None where only the base knows one."""
        texts: list[str | None] = [*self.heap.of(docs).strings()]
        others = np.flatnonzero(~self.heap.has(docs))
        if len(others):
            told = (
                self._base.texts(self.attribute, docs[others]).strings() if self._strings is not None else repeat(None)
            )
            for row, text in zip(others.tolist(), told, strict=False):
                texts[row] = text
        return texts

    def apply(self, entries: Entries, values: list[str]) -> tuple[Won, U32, list[str | None]]:
        """What is said of documents. The last words, the documents that changed, and their old texts (None: the base's)."""
        docs, stamps = entries.docs, entries.stamps
        last = entries.last(lambda rows: self._ranks([values[row] for row in rows.tolist()]))
        before = self.stamps.of(docs)
        wins = stamps > before
        for tie in np.flatnonzero((stamps == before) & (stamps > SEED)).tolist():
            current = self.text(int(docs[tie]))
            assert current is not None
            said = values[last[tie]]
            wins[tie] = said != current and self._key(said) > self._key(current)
        docs, stamps = docs[wins], stamps[wins]
        texts = Texts.of([values[row] for row in last[wins].tolist()])
        has = self.heap.has(docs)
        same = self.heap.same(docs, texts)
        fresh = np.flatnonzero(~has)
        same[fresh] = self._same_as_base(docs[fresh], texts.take(fresh))
        changed = docs[~same]
        old = self.all(changed)
        forms = np.full(len(docs), AGAIN, dtype=np.uint8)
        forms[~has & same] = SAME if self._strings is not None else AS_BASE
        forms[~same] = OTHER
        kept = np.flatnonzero((forms == OTHER) | (forms == AS_BASE))
        won = Won(docs, stamps, forms, texts.take(kept).packed())
        self.load(won)
        return won, changed, old

    def load(self, won: Won) -> None:
        """Set what is known to be the last word, in order."""
        assert won.texts is not None
        self.stamps.put(won.docs, won.stamps)
        kept = (won.values == OTHER) | (won.values == AS_BASE)
        self.heap.put(won.docs[kept], won.texts)
        self.differs.data[won.docs[won.values == OTHER]] = True

    def _ranks(self, texts: list[str]) -> AnyArray:
        """Numbers that compare as the texts' values do."""
        keys = {text: self._key(text) for text in texts}
        places = {text: place for place, text in enumerate(sorted(keys, key=keys.__getitem__))}
        return np.array([places[text] for text in texts])

    def _key(self, text: str) -> Any:
        return decoded(self.attribute.kind, text)

    def _same_as_base(self, docs: U32, texts: Texts) -> NDArray[np.bool_]:
        """Whether texts are what the base says of documents of which nothing is kept here."""
        if self._strings is not None:
            return equal(texts, self._base.texts(self.attribute, docs))
        if self.attribute.name != "caption":
            return self._same_lists(self.attribute, docs, texts.strings())
        known = np.flatnonzero(docs < self._base.size(self.attribute.vertical))
        same: NDArray[np.bool_] = texts.lengths == 0
        if len(known):
            packed = texts.take(known).packed()
            same[known] = caption_marks(hash_texts(packed.blob, packed.offsets())) == self._base.captions(docs[known])
        return same
