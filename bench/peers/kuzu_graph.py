"""Kùzu, in its last release: users and follows only, for the shapes whose targets name it."""

from __future__ import annotations

import kuzu

from bench.peers.graph import Graph


def peer() -> Graph:
    """The peer."""
    return Graph(kuzu, has_media=False)
