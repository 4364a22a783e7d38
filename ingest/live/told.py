"""What is told of documents at one moment: existence and attributes, for whoever compares two of these while events go on."""

from __future__ import annotations

from dataclasses import dataclass

from index import AnyArray
from ingest.live.attributes import Attribute
from ingest.live.base import Base, Flags
from ingest.live.batch import AttributeKey
from ingest.live.columns import Heap
from ingest.live.derive import Derivation
from schemas.catalogue import Vertical


@dataclass(frozen=True, slots=True)
class Told:
    """Of one base, by document number. Whatever comes later, it stays."""

    base: Base
    exists: dict[Vertical, Flags]
    scalars: dict[AttributeKey, AnyArray]
    texts: dict[AttributeKey, Heap]

    @staticmethod
    def of(derivation: Derivation, *, goes_on: bool) -> Told:
        """What is told now; copied where the derivation goes on."""
        state = derivation.state
        exists = {v: documents.exists.data for v, documents in state.documents.items()}
        scalars = {key: register.values.data for key, register in state.scalars.items()}
        texts = {key: register.heap for key, register in state.texts.items()}
        if goes_on:
            exists = {v: flags.copy() for v, flags in exists.items()}
            scalars = {key: values.copy() for key, values in scalars.items()}
            texts = {key: heap.snapshot() for key, heap in texts.items()}
        return Told(derivation.base, exists, scalars, texts)

    def text(self, attribute: Attribute, doc: int) -> str | None:
        """The text of a document; None where only a mark of it is known."""
        found = self.texts[attribute.vertical, attribute.name].get(doc)
        if found is not None:
            return found
        if doc >= self.base.size(attribute.vertical):
            return ""
        strings = self.base.strings(attribute)
        return None if strings is None else strings[doc]
