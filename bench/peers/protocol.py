"""What a peer is, and the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from bench.facts import Facts
from bench.questions import Ask

PEERS: dict[str, str] = {
    "tantivy": "bench.peers.tantivy_index",
    "duckdb": "bench.peers.duckdb_tables",
    "ladybug": "bench.peers.ladybug_graph",
    "kuzu": "bench.peers.kuzu_graph",
    "redis": "bench.peers.redis_sets",
    "pyroaring": "bench.peers.pyroaring_sets",
}
"""Module of each peer, which has a function `peer()`."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a peer is asked questions of one kind: for the reader, and as a function."""

    text: str
    ask: Ask


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading took. Memory is what the process (and a server of its own) grew by, disk what lies in its directory."""

    seconds: float
    memory_mib: float
    disk_mib: float
    details: dict[str, Any]


class Peer(Protocol):
    """One engine. Keys are document numbers; answers are document numbers, best first, cut to the limit."""

    version: str

    def load(self, facts: Facts, directory: Path) -> dict[str, Any]:
        """Take in the facts, with whatever indexes help; remarks for the report."""

    def forms(self) -> dict[str, Form]:
        """By kind, those that it can express."""

    def memory_mib(self) -> float:
        """Resident memory of a server that belongs to it, beside this process."""

    def close(self) -> None:
        """End what was started."""


def make_peer(name: str) -> Peer:
    """A peer by name; `ImportError` or `FileNotFoundError` where it is not installed."""
    peer: Peer = import_module(PEERS[name]).peer()
    return peer
