"""`INDEX/LIVE`: which generation, which layers over it, and how far into the stream they reach. Replaced atomically.

The writer keeps a second file of the same form for what it has made durable.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from index.durable import changing, sync_directory
from index.manifest import damaged, hash_of

LIVE = "LIVE"


class LayerName(NamedTuple):
    """A layer and the hash of its manifest."""

    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class Live:
    """What is in force: a base, and the layers over it, the oldest first.

    `manifest` is the hash of the base's manifest. `sequence` rises by one with each publication and never falls, whatever
    the generation. `position` is opaque: where in the stream to read on. `applied_ms` is the server time up to which
    events are applied.
    """

    generation: str
    manifest: str
    sequence: int
    layers: tuple[LayerName, ...]
    position: Mapping[str, Any]
    applied_ms: int

    def to_bytes(self) -> bytes:
        """The text of the file: the content and, beside it, its hash."""
        content = {
            "generation": self.generation,
            "manifest": self.manifest,
            "sequence": self.sequence,
            "layers": [list(layer) for layer in self.layers],
            "position": dict(self.position),
            "applied_ms": self.applied_ms,
        }
        return _encoded({"hash": hash_of(_encoded(content)), "live": content})

    @staticmethod
    def from_bytes(data: bytes, where: str) -> Live:
        """Read what `to_bytes` wrote; `DamagedError` naming `where` if this is anything else."""
        try:
            whole = json.loads(data)
            content = whole["live"]
            if whole["hash"] != hash_of(_encoded(content)) or data != _encoded(whole):
                raise ValueError("it is not as it was written")
            live = Live(
                generation=content["generation"],
                manifest=content["manifest"],
                sequence=content["sequence"],
                layers=tuple(LayerName(name, hash_) for name, hash_ in content["layers"]),
                position=content["position"],
                applied_ms=content["applied_ms"],
            )
            if not live.generation.isdecimal():
                raise ValueError("it names no generation")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
            raise damaged(where, 0, f"is not readable ({cause})") from cause
        return live


def read_live(index: Path, name: str = LIVE) -> Live | None:
    """What the pointer file names, None where there is no such file."""
    path = index / name
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise damaged(str(path), None, "is a directory") from None
    return Live.from_bytes(data, str(path))


def write_live(index: Path, live: Live, *, durable: bool, name: str = LIVE) -> None:
    """Replace the pointer file. Readers see the old or the new one; with `durable` it also outlives a power cut."""
    path = index / name
    new = path.with_name(path.name + ".new")
    with changing(path):
        with open(new, "wb") as file:
            file.write(live.to_bytes())
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(new, path)
    if durable:
        sync_directory(path.parent)


def _encoded(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()
