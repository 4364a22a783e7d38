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

from index.durable import write_file
from index.manifest import BLOCK, MANIFEST, ArrayEntry, Manifest, damaged, hash_of

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
        blocks = [data[start : start + BLOCK] for start in range(0, len(data), BLOCK)]
        write_file(self._directory / f"{name}.bin", blocks)
        self.entries[name] = ArrayEntry(array.dtype.str, len(array), len(data), tuple(map(hash_of, blocks)))


class ArrayReader:
    """The mapped arrays of one generation. Every file that is not there or has another size is reported, with its place;
    then the arrays may be verified, but not read."""

    def __init__(self, directory: Path, manifest: Manifest, report: Callable[[str], None]) -> None:
        self._directory = directory
        self._entries = manifest.arrays
        self._mapped: dict[str, mmap.mmap] = {}
        for name, entry in self._entries.items():
            path = directory / f"{name}.bin"
            try:
                with open(path, "rb") as file:
                    size = os.fstat(file.fileno()).st_size
                    if size:
                        self._mapped[name] = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY)
            except (FileNotFoundError, NotADirectoryError):
                report(damaged(str(path), None, "is missing").message)
                continue
            except IsADirectoryError:
                report(damaged(str(path), None, "is a directory").message)
                continue
            if size != entry.size:
                place = min(size, entry.size) // BLOCK
                report(damaged(str(path), place, f"has {size} bytes, not {entry.size}").message)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def get(self, name: str) -> AnyArray:
        """One array. It is marked writable, so that kernels see one type, but what is written stays in this process."""
        entry = self._entries.get(name)
        if entry is None:
            raise damaged(str(self._directory / MANIFEST), None, f"names no array {name}: another version wrote it")
        if name not in self._mapped:
            return np.empty(0, dtype=entry.dtype)
        return np.frombuffer(self._mapped[name], dtype=entry.dtype)

    def names(self) -> Iterator[str]:
        """The names of all arrays."""
        return iter(self._entries)

    def verify(self, report: Callable[[str], None]) -> None:
        """Hash every block that is there as a whole and report each that is damaged, with file and place."""

        def check(job: tuple[str, int]) -> str | None:
            name, number = job
            block = memoryview(self._mapped[name])[number * BLOCK : self._end(name, number)]
            if hash_of(block) == self._entries[name].blocks[number]:
                return None
            return damaged(str(self._directory / f"{name}.bin"), number, "does not match its hash").message

        jobs = [
            (name, number)
            for name, mapped in self._mapped.items()
            for number in range(len(self._entries[name].blocks))
            if self._end(name, number) <= len(mapped)
        ]
        with ThreadPoolExecutor(max_workers=2) as pool:
            for problem in pool.map(check, jobs, chunksize=16):
                if problem is not None:
                    report(problem)

    def _end(self, name: str, number: int) -> int:
        """Where a block of an array ends."""
        return min((number + 1) * BLOCK, self._entries[name].size)
