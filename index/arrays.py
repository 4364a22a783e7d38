"""Flat array files: written with their hashes, mapped back copy-on-write, checked block by block."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.manifest import BLOCK, ArrayEntry, Manifest, damaged, hash_of

AnyArray = NDArray[Any]


class ArrayWriter:
    """Writes the arrays of one generation into a directory that nobody reads yet."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.entries: dict[str, ArrayEntry] = {}

    def put(self, name: str, array: AnyArray) -> None:
        """Write one array under a name that is not taken, and force it to the disk."""
        assert name not in self.entries, f"array {name} is written twice"
        data = memoryview(np.ascontiguousarray(array).view(np.uint8).data if len(array) else b"")
        with open(self._directory / f"{name}.bin", "xb") as file:
            blocks = []
            for start in range(0, len(data), BLOCK):
                block = data[start : start + BLOCK]
                file.write(block)
                blocks.append(hash_of(block))
            file.flush()
            os.fsync(file.fileno())
        self.entries[name] = ArrayEntry(array.dtype.str, len(array), len(data), tuple(blocks))


class ArrayReader:
    """The mapped arrays of one generation."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        self._directory = directory
        self._entries = manifest.arrays
        self._mapped: dict[str, mmap.mmap] = {}
        for name, entry in self._entries.items():
            path = directory / f"{name}.bin"
            try:
                with open(path, "rb") as file:
                    size = os.fstat(file.fileno()).st_size
                    if size != entry.size:
                        raise damaged(str(path), min(size, entry.size) // BLOCK, f"has {size} bytes, not {entry.size}")
                    if size:
                        self._mapped[name] = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY)
            except FileNotFoundError:
                raise damaged(str(path), None, "is missing") from None

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def get(self, name: str) -> AnyArray:
        """One array. It is marked writable, so that kernels see one type, but what is written stays in this process."""
        entry = self._entries[name]
        if name not in self._mapped:
            return np.empty(0, dtype=entry.dtype)
        return np.frombuffer(self._mapped[name], dtype=entry.dtype)

    def names(self) -> Iterator[str]:
        """The names of all arrays."""
        return iter(self._entries)

    def verify(self, report: Callable[[str], None]) -> None:
        """Hash every block and report each that is damaged, with file and place."""

        def check(job: tuple[str, int]) -> str | None:
            name, number = job
            start = number * BLOCK
            block = memoryview(self._mapped[name])[start : start + BLOCK]
            if hash_of(block) == self._entries[name].blocks[number]:
                return None
            return damaged(str(self._directory / f"{name}.bin"), number, "does not match its hash").message

        jobs = [(name, n) for name, entry in self._entries.items() for n in range(len(entry.blocks))]
        with ThreadPoolExecutor(max_workers=2) as pool:
            for problem in pool.map(check, jobs, chunksize=16):
                if problem is not None:
                    report(problem)
