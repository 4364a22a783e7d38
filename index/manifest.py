"""The manifest of a generation: what it holds, with sizes and hashes, and the hash of the manifest itself.

A generation is a directory of flat array files and `manifest.json`; the file `CURRENT` of the index names the generation
in force and the hash of its manifest, so that every byte that is opened hangs from one small file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xxhash import xxh3_128_hexdigest

from schemas.errors import DamagedError

FORMAT = 2
MANIFEST = "manifest.json"
BLOCK = 4 << 20
"""Bytes that one hash covers: small enough to name the damaged place, large enough to hash at full speed."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of arrays; `blocks` are the xxh3-128 hashes of its blocks."""

    size: int
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArrayEntry:
    """One array: little-endian items end to end, from byte `offset` of a file on."""

    file: str
    offset: int
    dtype: str
    length: int


@dataclass(frozen=True)
class Manifest:
    """What a generation says of itself."""

    unicode: str
    created_ms: int
    documents: Mapping[str, int]
    postings: int
    snapshot_ms: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    files: Mapping[str, FileEntry]
    arrays: Mapping[str, ArrayEntry]

    @property
    def size(self) -> int:
        """The bytes of all files of arrays."""
        return sum(file.size for file in self.files.values())

    def to_bytes(self) -> bytes:
        """The JSON text, canonical so that its hash is stable."""
        content = {
            "format": FORMAT,
            "unicode": self.unicode,
            "created_ms": self.created_ms,
            "documents": dict(self.documents),
            "postings": self.postings,
            "snapshot_ms": dict(self.snapshot_ms),
            "counts": {table: dict(counts) for table, counts in self.counts.items()},
            "files": {name: {"size": f.size, "blocks": list(f.blocks)} for name, f in self.files.items()},
            "arrays": {
                name: {"file": a.file, "offset": a.offset, "dtype": a.dtype, "length": a.length}
                for name, a in self.arrays.items()
            },
        }
        return json.dumps(content, sort_keys=True).encode()

    @staticmethod
    def from_bytes(data: bytes, where: str) -> Manifest:
        """Read what `to_bytes` wrote; `where` names the file in errors. The caller has checked its hash."""
        try:
            content: dict[str, Any] = json.loads(data)
            if content["format"] != FORMAT:
                raise DamagedError(
                    "other-format",
                    f"{where} has format {content['format']}, this version reads format {FORMAT}",
                    hint="build the index again with this version",
                )
            return Manifest(
                unicode=content["unicode"],
                created_ms=content["created_ms"],
                documents=content["documents"],
                postings=content["postings"],
                snapshot_ms=content["snapshot_ms"],
                counts=content["counts"],
                files={name: FileEntry(f["size"], tuple(f["blocks"])) for name, f in content["files"].items()},
                arrays={
                    name: ArrayEntry(a["file"], a["offset"], a["dtype"], a["length"])
                    for name, a in content["arrays"].items()
                },
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
            raise damaged(where, None, f"is no manifest ({cause})") from cause


def hash_of(data: bytes | memoryview) -> str:
    """The xxh3-128 hash of a block, in hex: against damage, not against an adversary."""
    return xxh3_128_hexdigest(data)


def damaged(file: str, block: int | None, what: str) -> DamagedError:
    """The error for bytes that are not what was written."""
    place = file if block is None else f"{file}, block {block} (bytes {block * BLOCK} to {(block + 1) * BLOCK})"
    return DamagedError("damaged", f"{place}: {what}", hint="restore the file or build the index again")
