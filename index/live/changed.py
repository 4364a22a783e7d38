"""What may be other in one publication of a live index than in another over the same base: derived from the layers that only one of
them has.

A key that no such layer touches has one list in both, and a document that none speaks of has one bit and one value: for each the
newest layer that has it speaks alone, and that is one which both have, or the base. So it does not matter what lies between the
two, and what was put together meanwhile.
"""

from __future__ import annotations

from typing import final

import numpy as np

from index.corpus import U32
from index.live.layer import Layer
from index.live.segment import AnySegment, LiveSegment
from schemas.catalogue import Vertical

_NO_DOCS = np.empty(0, dtype=np.uint32)


@final
class Changed:
    """What some layers speak of. `known` are the documents of each vertical that both states number alike: those up to there."""

    def __init__(self, layers: tuple[Layer, ...], known: dict[Vertical, int]) -> None:
        self._layers = layers
        self.known = known

    def keys(self, name: str) -> U32 | None:
        """The keys of an edge whose lists may be other, sorted; None: any may be, for documents were hidden in all of them."""
        if any(f"{name}.hidden" in layer.arrays for layer in self._layers):
            return None
        return self._all(f"{name}.touched")

    def bits(self, name: str) -> U32:
        """The documents whose bit may be other, sorted."""
        return self._all(f"{name}.set", f"{name}.clear")

    def values(self, name: str) -> U32:
        """The documents whose value in a forward column may be other, sorted."""
        return self._all(f"{name}.column.docs")

    def _all(self, *names: str) -> U32:
        parts = [docs for layer in self._layers for name in names if (docs := layer.get(name)) is not None]
        return np.unique(np.concatenate([_NO_DOCS, *parts])).astype(np.uint32)


def changed_between(one: AnySegment, other: AnySegment) -> Changed | None:
    """What may be other in one of two states; None where they are not over one base, and all may be."""
    if not isinstance(one, LiveSegment) or not isinstance(other, LiveSegment) or one.base is not other.base:
        return None
    common = 0
    for mine, others in zip(one.layers, other.layers, strict=False):
        if mine is not others:
            break
        common += 1
    known = {vertical: one.numbered_alike(other, vertical) for vertical in Vertical}
    return Changed((*one.layers[common:], *other.layers[common:]), known)
