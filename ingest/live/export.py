"""A state as batches by external ids: what events said, to be said again over another base."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from index import I64
from ingest.live.attributes import ATTRIBUTES, TABLE_OF
from ingest.live.base import Base, Flags
from ingest.live.batch import AttributeBatch, AttributeKey, Batch, CommentBatch, DocumentBatch, FactBatch, Spoken
from ingest.live.stamps import is_cleared, is_event, times_of
from ingest.live.state import FACT_ENDS, LiveState
from schemas.catalogue import Vertical

PIECE = 100_000
"""Rows of a piece at most, so that none takes long."""
Rows = NDArray[np.intp]


def exported(state: LiveState, base: Base) -> Iterator[Batch]:
    """Everything that events said, not what seeds did, nor what the other base settles, piece by piece.

    The state may go on between two pieces: who says to the other base all that was said meanwhile too has said everything.
    """
    for kind, register in state.facts.items():
        table, left, right = FACT_ENDS[kind]
        facts = register.everything()
        for said in _pieces(_outlives(facts.stamps, base, table)):
            stamps = facts.stamps[said]
            ends = state.documents[left].ids(facts.left[said]), state.documents[right].ids(facts.right[said])
            yield Batch(facts={kind: FactBatch(*ends, times_of(stamps), ~is_cleared(stamps))})
    for vertical, table in TABLE_OF.items():
        documents = state.documents[vertical]
        for docs in _pieces(_outlives(documents.stamps.all(), base, table)):
            stamps = documents.stamps.of(docs)
            yield Batch(documents={vertical: DocumentBatch(documents.ids(docs), times_of(stamps), ~is_cleared(stamps))})
    for key in ATTRIBUTES:
        yield from _exported_attribute(state, base, key)
    comments = state.comments.everything()
    for said in _pieces(_outlives(comments.stamps, base, "comments")):
        stamps = comments.stamps[said]
        users = state.documents[Vertical.USER].ids(comments.users[said])
        media = state.documents[Vertical.MEDIA].ids(comments.media[said])
        yield Batch(comments=CommentBatch(comments.ids[said], users, media, times_of(stamps), ~is_cleared(stamps)))


def _exported_attribute(state: LiveState, base: Base, key: AttributeKey) -> Iterator[Batch]:
    attribute = ATTRIBUTES[key]
    documents = state.documents[attribute.vertical]
    if attribute.is_scalar:
        register = state.scalars[key]
        for docs in _pieces(_outlives(register.stamps.all(), base, attribute.table)):
            values = register.values.data[docs]
            if attribute.of is not None:
                values = state.documents[attribute.of].ids(values)
            times = times_of(register.stamps.of(docs))
            yield Batch(attributes={key: AttributeBatch(Spoken(documents.ids(docs), times), values)})
        return
    texts = state.texts[key]
    stamps = texts.stamps.all()
    # whether autotags are settled depends on their media
    said = is_event(stamps) if attribute.name == "autotags" else _outlives(stamps, base, attribute.table)
    for docs in _pieces(said):
        values_said = [text for doc in docs.tolist() if (text := texts.text(doc)) is not None]
        assert len(values_said) == len(docs)
        times = times_of(texts.stamps.of(docs))
        yield Batch(attributes={key: AttributeBatch(Spoken(documents.ids(docs), times), values_said)})


def _pieces(said: Flags) -> Iterator[Rows]:
    rows = np.flatnonzero(said)
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]


def _outlives(stamps: I64, base: Base, table: str) -> Flags:
    outlives: NDArray[np.bool_] = is_event(stamps)
    said = np.flatnonzero(outlives)
    outlives[said] = ~base.settles(table, times_of(stamps[said]))
    return outlives
