"""A state as a batch by external ids: what events said, to be said again over another base."""

from __future__ import annotations

import numpy as np

from ingest.live.attributes import ATTRIBUTES
from ingest.live.batch import AttributeBatch, Batch, CommentBatch, DocumentBatch, FactBatch
from ingest.live.stamps import is_cleared, is_event, times_of
from ingest.live.state import FACT_ENDS, LiveState
from schemas.catalogue import Vertical


def exported(state: LiveState) -> Batch:
    """Everything that events said, but what seeds did."""
    batch = Batch()
    for kind, register in state.facts.items():
        _, left, right = FACT_ENDS[kind]
        facts = register.everything()
        said = is_event(facts.stamps)
        stamps = facts.stamps[said]
        batch.facts[kind] = FactBatch(
            state.documents[left].ids(facts.left[said]),
            state.documents[right].ids(facts.right[said]),
            times_of(stamps),
            ~is_cleared(stamps),
        )
    for vertical, documents in state.documents.items():
        docs = np.flatnonzero(is_event(documents.stamps.data)).astype(np.uint32)
        stamps = documents.stamps.data[docs]
        if len(docs):
            batch.documents[vertical] = DocumentBatch(documents.ids(docs), times_of(stamps), ~is_cleared(stamps))
    for key, scalar in state.scalars.items():
        docs = np.flatnonzero(is_event(scalar.stamps.data)).astype(np.uint32)
        if len(docs):
            values, of = scalar.values.data[docs], ATTRIBUTES[key].of
            batch.attributes[key] = AttributeBatch(
                state.documents[key[0]].ids(docs),
                times_of(scalar.stamps.data[docs]),
                values if of is None else state.documents[of].ids(values),
            )
    for key, text_register in state.texts.items():
        docs = np.flatnonzero(is_event(text_register.stamps.data)).astype(np.uint32)
        if len(docs):
            texts = [text_register.text(doc) for doc in docs.tolist()]
            assert None not in texts
            batch.attributes[key] = AttributeBatch(
                state.documents[key[0]].ids(docs),
                times_of(text_register.stamps.data[docs]),
                [text for text in texts if text is not None],
            )
    comments = state.comments.everything()
    said = is_event(comments.stamps)
    stamps = comments.stamps[said]
    batch.comments = CommentBatch(
        comments.ids[said],
        state.documents[Vertical.USER].ids(comments.users[said]),
        state.documents[Vertical.MEDIA].ids(comments.media[said]),
        times_of(stamps),
        ~is_cleared(stamps),
    )
    return batch
