"""A layer on disk: named arrays in one file, hashed in blocks, under a small manifest. Immutable once it has its name.

    INDEX/live/<generation>/layers/<name>/arrays.bin, layer.json

`INDEX/LIVE` names a layer and the hash of its `layer.json`, which holds the hashes of the blocks, so that every byte that is
read hangs from `LIVE`. What arrays a layer may have stands in docs/decisions/0007-live-layers.md.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, final

import msgspec
import numpy as np
from xxhash import xxh3_128

from index.arrays import AnyArray
from index.durable import changing, make_directories, sync_directory
from index.manifest import BLOCK, damaged, hash_of
from schemas.errors import DamagedError

ARRAYS = "arrays.bin"
LAYER = "layer.json"
_FORMAT = 2
_ALIGNED = 8
_NEW = ".new"


@final
class Layer:
    """An opened layer: its arrays by name, and whole numbers beside them. Immutable, shared between threads."""

    def __init__(self, name: str, hash_: str, arrays: Mapping[str, AnyArray], scalars: Mapping[str, int]) -> None:
        self.name = name
        self.hash = hash_
        self.arrays = arrays
        self.scalars = scalars
        self.views: dict[Any, Any] = {}
        """What readers made of the arrays, kept as long as the layer is read."""

    def get(self, name: str) -> AnyArray | None:
        """One array, None where the layer has nothing to say of it. Marked writable, but what is written stays here."""
        return self.arrays.get(name)


def layer_directory(index: Path, generation: str, name: str) -> Path:
    """Where a layer over a generation lies."""
    return index / "live" / generation / "layers" / name


def write_layer(
    directory: Path, arrays: Mapping[str, AnyArray], scalars: Mapping[str, int] | None = None, *, durable: bool
) -> str:
    """Write a layer into a directory that is not there yet, and return the hash by which it is opened.

    The directory appears whole or not at all; with `durable` it also outlives a power cut. What a killed writer left under a
    name with `.new` behind it is replaced. `InputError` `unwritable` where the system does not let it.
    """
    building = directory.with_name(directory.name + _NEW)
    make_directories(directory.parent)
    with changing(building):
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
    pieces = list(_laid_out(arrays))
    with changing(building / ARRAYS), open(building / ARRAYS, "wb", buffering=1 << 20) as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    size, blocks = _blocks(pieces)
    content = {
        "format": _FORMAT,
        "size": size,
        "blocks": blocks,
        "arrays": _entries(arrays),
        "scalars": dict(scalars or {}),
    }
    data = json.dumps(content, sort_keys=True).encode()
    with changing(building / LAYER), open(building / LAYER, "wb") as file:
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    if durable:
        sync_directory(building)
    with changing(directory):
        building.rename(directory)
    if durable:
        sync_directory(directory.parent)
    return hash_of(data)


def make_durable(directory: Path) -> None:
    """Force a layer that was written without `durable` to the disk."""
    for name in (ARRAYS, LAYER):
        path = directory / name
        with changing(path), open(path, "rb") as file:
            os.fsync(file.fileno())
    sync_directory(directory)
    sync_directory(directory.parent)


def open_layer(directory: Path, manifest_hash: str) -> Layer:
    """Map a layer, every byte checked against its hash first. `DamagedError` names the file and the block that differ."""
    data = _read(directory / LAYER)
    if hash_of(data) != manifest_hash:
        raise damaged(str(directory / LAYER), 0, "does not match the hash in LIVE")
    content = msgspec.json.decode(data)
    if content["format"] != _FORMAT:
        raise DamagedError(
            "other-format",
            f"{directory / LAYER} has format {content['format']}, this version reads format {_FORMAT}",
            hint="let ingest start again from the base, with this version",
        )
    mapped = _mapped(directory / ARRAYS, content["size"], content["blocks"])
    return Layer(directory.name, manifest_hash, _MappedArrays(mapped, content["arrays"]), content["scalars"])


@final
class _MappedArrays(Mapping[str, AnyArray]):
    """The arrays of a mapped file, each made when it is first asked for: of some three hundred a reader asks for few."""

    __slots__ = ("_entries", "_made", "_mapped")

    def __init__(self, mapped: mmap.mmap | bytes, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._mapped = mapped
        self._entries = entries
        self._made: dict[str, AnyArray] = {}

    def __getitem__(self, name: str) -> AnyArray:
        made = self._made.get(name)
        if made is None:
            entry = self._entries[name]
            made = np.empty(0, dtype=entry["dtype"])
            if entry["length"]:
                made = np.frombuffer(self._mapped, entry["dtype"], entry["length"], entry["offset"])
            self._made[name] = made
        return made

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._entries else default

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _laid_out(arrays: Mapping[str, AnyArray]) -> Iterator[memoryview]:
    """The bytes of the file, in order: every array at a multiple of 8."""
    for array in arrays.values():
        if len(array):
            data = memoryview(np.ascontiguousarray(array).view(np.uint8).data)
            yield data
            if len(data) % _ALIGNED:
                yield memoryview(bytes(-len(data) % _ALIGNED))


def _entries(arrays: Mapping[str, AnyArray]) -> dict[str, dict[str, Any]]:
    entries = {}
    at = 0
    for name, array in arrays.items():
        entries[name] = {"offset": at, "dtype": array.dtype.str, "length": len(array)}
        at += array.nbytes + -array.nbytes % _ALIGNED
    return entries


def _blocks(pieces: list[memoryview]) -> tuple[int, list[str]]:
    """The size of the file, and the hash of each of its blocks."""

    blocks: list[str] = []
    size, hasher = 0, xxh3_128()
    for piece in pieces:
        data = piece
        while len(data):
            part = data[: BLOCK - size % BLOCK]
            hasher.update(part)
            size += len(part)
            data = data[len(part) :]
            if size % BLOCK == 0:
                blocks.append(hasher.hexdigest())
                hasher.reset()
    if size % BLOCK:
        blocks.append(hasher.hexdigest())
    return size, blocks


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise damaged(str(path), None, "is missing, though LIVE names it") from None


def _mapped(path: Path, size: int, blocks: list[str]) -> mmap.mmap | bytes:
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno()).st_size
            if found != size:
                place = min(found, size) // BLOCK
                raise damaged(str(path), place, f"has {found} bytes, not {size}")
            mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY) if size else b""
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise damaged(str(path), None, "is missing, though LIVE names it") from None
    view = memoryview(mapped)
    for number, expected in enumerate(blocks):
        if hash_of(view[number * BLOCK : (number + 1) * BLOCK]) != expected:
            raise damaged(str(path), number, "does not match its hash")
    return mapped
