"""A state as a batch by external ids: what events said, to be said again over another base."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index import I64
from ingest.live.attributes import ATTRIBUTES, TABLE_OF
from ingest.live.base import Base, Flags
from ingest.live.batch import AttributeBatch, AttributeKey, Batch, CommentBatch, DocumentBatch, FactBatch
from ingest.live.stamps import is_cleared, is_event, times_of
from ingest.live.state import FACT_ENDS, LiveState
from schemas.catalogue import Vertical


def exported(state: LiveState, base: Base) -> Batch:
    """Everything that events said, not what seeds did, nor what the other base settles."""
    batch = Batch()
    for kind, register in state.facts.items():
        table, left, right = FACT_ENDS[kind]
        facts = register.everything()
        said = np.flatnonzero(_outlives(facts.stamps, base, table))
        stamps = facts.stamps[said]
        batch.facts[kind] = FactBatch(
            state.documents[left].ids(facts.left[said]),
            state.documents[right].ids(facts.right[said]),
            times_of(stamps),
            ~is_cleared(stamps),
        )
    for vertical, table in TABLE_OF.items():
        documents = state.documents[vertical]
        docs = np.flatnonzero(_outlives(documents.stamps.all(), base, table))
        stamps = documents.stamps.of(docs)
        batch.documents[vertical] = DocumentBatch(documents.ids(docs), times_of(stamps), ~is_cleared(stamps))
    for key in ATTRIBUTES:
        _export_attribute(state, base, key, batch)
    comments = state.comments.everything()
    said = np.flatnonzero(_outlives(comments.stamps, base, "comments"))
    stamps = comments.stamps[said]
    batch.comments = CommentBatch(
        comments.ids[said],
        state.documents[Vertical.USER].ids(comments.users[said]),
        state.documents[Vertical.MEDIA].ids(comments.media[said]),
        times_of(stamps),
        ~is_cleared(stamps),
    )
    return batch


def _export_attribute(state: LiveState, base: Base, key: AttributeKey, batch: Batch) -> None:
    attribute = ATTRIBUTES[key]
    documents = state.documents[attribute.vertical]
    if attribute.is_scalar:
        register = state.scalars[key]
        docs = np.flatnonzero(_outlives(register.stamps.all(), base, attribute.table))
        values = register.values.data[docs]
        if attribute.of is not None:
            values = state.documents[attribute.of].ids(values)
        batch.attributes[key] = AttributeBatch(documents.ids(docs), times_of(register.stamps.of(docs)), values)
        return
    texts = state.texts[key]
    stamps = texts.stamps.all()
    # whether autotags are settled depends on their media
    said = is_event(stamps) if attribute.name == "autotags" else _outlives(stamps, base, attribute.table)
    docs = np.flatnonzero(said)
    values_said = [text for doc in docs.tolist() if (text := texts.text(doc)) is not None]
    assert len(values_said) == len(docs)
    batch.attributes[key] = AttributeBatch(documents.ids(docs), times_of(stamps[docs]), values_said)


def _outlives(stamps: I64, base: Base, table: str) -> Flags:
    outlives: NDArray[np.bool_] = is_event(stamps)
    said = np.flatnonzero(outlives)
    outlives[said] = ~base.settles(table, times_of(stamps[said]))
    return outlives
