"""The state of a live index: the last word on everything that events spoke of, by document numbers over one base.

It knows what is said and what changed by it, and nothing of posting lists; `derive.py` knows what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import NDArray

from index import U32, AnyArray
from ingest.firehose.mutations import FACT_KINDS, FactKind
from ingest.live.attributes import ATTRIBUTES, TABLE_OF, Attribute
from ingest.live.base import Base, Flags
from ingest.live.batch import AttributeKey, Batch, Spoken
from ingest.live.documents import Documents
from ingest.live.entries import Entries
from ingest.live.facts import CommentRegister, CommentsWon, FactRegister, FactsChanged, FactsWon
from ingest.live.registers import ScalarRegister, TextRegister, Won
from ingest.live.stamps import SEED, stamps_of
from schemas.catalogue import Vertical

FACT_ENDS: dict[FactKind, tuple[str, Vertical, Vertical]] = {
    "follows": ("follows", Vertical.USER, Vertical.USER),
    "blocks": ("blocks", Vertical.USER, Vertical.USER),
    "likes": ("likes", Vertical.USER, Vertical.MEDIA),
    "members": ("group_members", Vertical.USER, Vertical.GROUP),
    "group_media": ("group_media", Vertical.GROUP, Vertical.MEDIA),
}
"""The table of each kind of fact, and the verticals of its ends."""
_NOT_OF_ONE_SELF = ("follows", "blocks")


@dataclass(slots=True)
class Changed:
    """What a batch changed. Of an attribute the documents and their old values; of a text None is the base's."""

    facts: dict[FactKind, FactsChanged] = field(default_factory=dict)
    comments: FactsChanged | None = None
    documents: dict[Vertical, U32] = field(default_factory=dict)
    scalars: dict[AttributeKey, tuple[U32, AnyArray]] = field(default_factory=dict)
    texts: dict[AttributeKey, tuple[U32, list[str | None]]] = field(default_factory=dict)


@dataclass(slots=True)
class Log:
    """The last words since the log was taken away, in order: what a restart must be told."""

    facts: dict[FactKind, list[FactsWon]] = field(default_factory=lambda: {kind: [] for kind in FACT_KINDS})
    comments: list[CommentsWon] = field(default_factory=list)
    documents: dict[Vertical, list[tuple[U32, AnyArray]]] = field(default_factory=dict)
    attributes: dict[AttributeKey, list[Won]] = field(default_factory=dict)


SameLists = Callable[[Attribute, U32, list[str]], NDArray[np.bool_]]


@final
class LiveState:
    """Registers of facts, comments, documents and attributes over one base."""

    def __init__(self, base: Base, same_lists: SameLists) -> None:
        self.base = base
        self.documents = {v: Documents(v, base.segment.ids(v)) for v in Vertical}
        self.facts = {kind: FactRegister(kind, base) for kind in FACT_KINDS}
        self.comments = CommentRegister(base, self.documents)
        self.scalars: dict[AttributeKey, ScalarRegister] = {}
        self.texts: dict[AttributeKey, TextRegister] = {}
        for key, attribute in ATTRIBUTES.items():
            own = self.documents[attribute.vertical]
            if attribute.is_scalar:
                of = self.documents[attribute.of] if attribute.of is not None else None
                self.scalars[key] = ScalarRegister(attribute, own, base, of)
            else:
                self.texts[key] = TextRegister(attribute, own, base, same_lists)
        self.log = Log()

    def apply(self, batch: Batch, *, is_seed: bool = False) -> Changed:
        """Say a batch; what it changed. A seed is what the base itself said, of rows that wait: any event is later."""
        changed = Changed()
        for vertical, rows in batch.documents.items():
            news = (
                np.ones(len(rows.ids), dtype=np.bool_)
                if is_seed
                else ~self.base.settles(TABLE_OF[vertical], rows.times)
            )
            documents = self.documents[vertical]
            docs = documents.numbers(rows.ids[news])
            stamps = _stamps(rows.times[news], ~rows.exists[news], is_seed)
            known, changed.documents[vertical] = documents.apply(docs, stamps)
            if not is_seed:
                self.log.documents.setdefault(vertical, []).append((known, documents.stamps.of(known)))
        said_together: dict[tuple[Spoken, str], tuple[Entries, Flags | None]] = {}
        for key, (said, values) in batch.attributes.items():
            of = said, ATTRIBUTES[key].table
            if of not in said_together:
                said_together[of] = self._entries(said, ATTRIBUTES[key], is_seed)
            won = self._apply_attribute(key, values, *said_together[of], changed)
            if not is_seed:
                self.log.attributes.setdefault(key, []).append(won)
        for kind, facts in batch.facts.items():
            table, left, right = FACT_ENDS[kind]
            news = np.ones(len(facts.left), dtype=np.bool_) if is_seed else ~self.base.settles(table, facts.times)
            if kind in _NOT_OF_ONE_SELF:
                news &= facts.left != facts.right
            fact_won, changed.facts[kind] = self.facts[kind].apply(
                self.documents[left].numbers(facts.left[news]),
                self.documents[right].numbers(facts.right[news]),
                _stamps(facts.times[news], ~facts.is_set[news], is_seed),
            )
            if not is_seed:
                self.log.facts[kind].append(fact_won)
        if batch.comments is not None:
            comments = batch.comments
            news = (
                np.ones(len(comments.ids), dtype=np.bool_)
                if is_seed
                else ~self.base.settles("comments", comments.times)
            )
            comments_won, changed.comments = self.comments.apply(
                comments.ids[news],
                self.documents[Vertical.USER].numbers(comments.users[news]),
                self.documents[Vertical.MEDIA].numbers(comments.media[news]),
                _stamps(comments.times[news], ~comments.exists[news], is_seed),
            )
            if not is_seed:
                self.log.comments.append(comments_won)
        return changed

    def _entries(self, said: Spoken, attribute: Attribute, is_seed: bool) -> tuple[Entries, Flags | None]:
        """What is said of an attribute and not settled by the base; of what was said, None where that is all of it."""
        documents = self.documents[attribute.vertical]
        settled = np.zeros(len(said.ids), dtype=np.bool_)
        if not is_seed:
            settled = self.base.settles(attribute.table, said.times)
        if attribute.name == "autotags" and settled.any():
            # a media without a row keeps what events said
            docs = documents.find(said.ids)
            known = docs < documents.base
            has_row = np.zeros(len(docs), dtype=np.bool_)
            has_row[known] = self.base.autotagged[docs[known]]
            late = (docs >= documents.base) & (docs < len(documents))
            has_row[late] = self.texts[attribute.vertical, attribute.name].stamps.of(docs[late]) == SEED
            settled &= has_row
        if not settled.any():
            return Entries(documents.numbers(said.ids), _stamps(said.times, False, is_seed)), None
        news = ~settled
        return Entries(documents.numbers(said.ids[news]), _stamps(said.times[news], False, is_seed)), news

    def _apply_attribute(
        self, key: AttributeKey, values: AnyArray | list[str], entries: Entries, news: Flags | None, changed: Changed
    ) -> Won:
        attribute = ATTRIBUTES[key]
        won: Won
        if isinstance(values, list):
            if news is not None:
                values = [values[row] for row in np.flatnonzero(news).tolist()]
            won, text_docs, old_texts = self.texts[key].apply(entries, values)
            changed.texts[key] = text_docs, old_texts
        else:
            if news is not None:
                values = values[news]
            if attribute.of is not None:
                values = self.documents[attribute.of].numbers(values)
            won, scalar_docs, old_values = self.scalars[key].apply(entries, values)
            changed.scalars[key] = scalar_docs, old_values
        return won

    def take_log(self) -> Log:
        """What was said since this was last called."""
        log, self.log = self.log, Log()
        return log


def _stamps(times: AnyArray, cleared: NDArray[np.bool_] | bool, is_seed: bool) -> AnyArray:
    return np.full(len(times), SEED, dtype=np.int64) if is_seed else stamps_of(times, cleared)
