"""Files of arrays: written with their hashes, mapped back copy-on-write, checked block by block.

The arrays of a vertical stand one behind the other in one file, so that an open generation holds five files and not hundreds.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_128

from index.durable import changing
from index.manifest import BLOCK, MANIFEST, ArrayEntry, FileEntry, Manifest, damaged, hash_of

AnyArray = NDArray[Any]

_ALIGNED = 8
"""Arrays begin where their items may."""


class _FileWriter:
    """One file under construction; hashes its blocks as they pass."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._hash = xxh3_128()
        self._blocks: list[str] = []
        self.size = 0

    def write(self, data: memoryview) -> None:
        unwritten = data
        while len(unwritten):
            unwritten = unwritten[self._file.write(unwritten) :]
        while len(data):
            piece = data[: BLOCK - self.size % BLOCK]
            self._hash.update(piece)
            self.size += len(piece)
            data = data[len(piece) :]
            if self.size % BLOCK == 0:
                self._end_block()

    def close(self) -> FileEntry:
        """Force the file to the disk."""
        if self.size % BLOCK:
            self._end_block()
        os.fsync(self._file.fileno())
        self._file.close()
        return FileEntry(self.size, tuple(self._blocks))

    def _end_block(self) -> None:
        self._blocks.append(self._hash.hexdigest())
        self._hash.reset()


class ArrayWriter:
    """Writes the arrays of one generation into a directory that nobody reads yet. A context: errors leave no file open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._open = ExitStack()
        self._files: dict[str, _FileWriter] = {}
        self.arrays: dict[str, ArrayEntry] = {}

    def __enter__(self) -> ArrayWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def put(self, name: str, array: AnyArray) -> None:
        """Write one array under a name that is not taken; the name begins with its vertical."""
        assert name not in self.arrays, f"array {name} is written twice"
        file = f"{name.partition('.')[0]}.bin"
        with changing(self._directory / file):
            writer = self._files.get(file)
            if writer is None:
                handle = self._open.enter_context((self._directory / file).open("xb", buffering=0))
                writer = self._files[file] = _FileWriter(handle)
            writer.write(memoryview(bytes(-writer.size % _ALIGNED)))
            self.arrays[name] = ArrayEntry(file, writer.size, array.dtype.str, len(array))
            if len(array):
                writer.write(memoryview(np.ascontiguousarray(array).view(np.uint8).data))

    def close(self) -> dict[str, FileEntry]:
        """Force all files to the disk, and say what they are."""
        entries = {}
        for name, writer in self._files.items():
            with changing(self._directory / name):
                entries[name] = writer.close()
        return entries


class ArrayReader:
    """The mapped arrays of one generation. Every file that is not there or has another size is reported, with its place;
    then the arrays may be verified, but not read."""

    def __init__(self, directory: Path, manifest: Manifest, report: Callable[[str], None]) -> None:
        self._directory = directory
        self._entries = manifest.arrays
        self._files = manifest.files
        self._mapped: dict[str, mmap.mmap] = {}
        for name, entry in manifest.files.items():
            path = directory / name
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

    def get(self, name: str) -> AnyArray:
        """One array. It is marked writable, so that kernels see one type, but what is written stays in this process."""
        entry = self._entries.get(name)
        if entry is None:
            raise damaged(str(self._directory / MANIFEST), None, f"names no array {name}: another version wrote it")
        if entry.length == 0:
            return np.empty(0, dtype=entry.dtype)
        return np.frombuffer(self._mapped[entry.file], entry.dtype, entry.length, entry.offset)

    def verify(self, report: Callable[[str], None]) -> None:
        """Hash every block that is there as a whole and report each that is damaged, with file and place."""

        def check(job: tuple[str, int]) -> str | None:
            name, number = job
            block = memoryview(self._mapped[name])[number * BLOCK : self._end(name, number)]
            if hash_of(block) == self._files[name].blocks[number]:
                return None
            return damaged(str(self._directory / name), number, "does not match its hash").message

        jobs = [
            (name, number)
            for name, mapped in self._mapped.items()
            for number in range(len(self._files[name].blocks))
            if self._end(name, number) <= len(mapped)
        ]
        with ThreadPoolExecutor(max_workers=2) as pool:
            for problem in pool.map(check, jobs, chunksize=16):
                if problem is not None:
                    report(problem)

    def _end(self, name: str, number: int) -> int:
        """Where a block of a file ends."""
        return min((number + 1) * BLOCK, self._files[name].size)
