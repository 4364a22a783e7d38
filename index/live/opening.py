"""Opening the layers that `LIVE` names over a base that is open."""

from __future__ import annotations

from pathlib import Path

from index.live.layer import Layer, layer_directory, open_layer
from index.live.pointer import Live
from index.live.segment import AnySegment, LiveSegment
from index.segment import Segment


def base_of(segment: AnySegment) -> Segment:
    """The base of a segment, which may be itself."""
    return segment.base if isinstance(segment, LiveSegment) else segment


def open_live(index: Path, live: Live, base: Segment, before: AnySegment | None = None) -> LiveSegment:
    """Read a base and the layers over it as one. Layers that `before` has open are not opened again.

    `DamagedError` where a layer is missing or differs from what was written.
    """
    follows = before if isinstance(before, LiveSegment) and before.base is base else None
    known: dict[tuple[str, str], Layer] = {}
    if follows is not None:
        known = {(layer.name, layer.hash): layer for layer in follows.layers}
    layers = tuple(
        known.get(layer) or open_layer(layer_directory(index, live.generation, layer.name), layer.hash)
        for layer in live.layers
    )
    return LiveSegment(base, live, layers, follows)
