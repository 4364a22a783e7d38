"""Writes that last: forced to the disk before anybody is told of them; what the system refuses is one error, `unwritable`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import InputError


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """What is done here changes a path. `InputError` where the system does not let it: no room, no right, no such place."""
    try:
        yield
    except OSError as cause:
        raise InputError(
            "unwritable",
            f"cannot write {path}: {cause.strerror or cause}",
            hint="make room, or name a directory that can be written; what was in force before still is",
        ) from cause


def write_file(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file anew, part by part, and force it to the disk. Its name lasts once its directory is synced."""
    with changing(path), open(path, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Force the names in a directory to the disk."""
    with changing(path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_directories(path: Path) -> None:
    """Make a directory and those above it that are missing, each name forced to the disk."""
    with changing(path):
        made = [directory for directory in (path, *path.parents) if not directory.exists()]
        path.mkdir(parents=True, exist_ok=True)
    for directory in reversed(made):
        sync_directory(directory.parent)
