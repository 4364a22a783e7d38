"""ladybug, the graph database that continues Kùzu: users, media and hashtags, with all that hangs between them."""

from __future__ import annotations

import ladybug

from bench.peers.graph import Graph


def peer() -> Graph:
    """The peer."""
    return Graph(ladybug, has_media=True)
