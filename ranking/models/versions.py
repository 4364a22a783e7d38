"""Which version of a task's model is in force: `DIR/<task>/<version>/`, and `DIR/<task>/CURRENT`, which names one."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import final

CURRENT = "CURRENT"


def version_in_force(models: Path, task: str) -> str | None:
    """The version in force for a task, None where there is none."""
    return _pointer(models, task).version()


def kept_versions(models: Path, task: str) -> list[str]:
    """The versions of a task that are kept, in order of name."""
    try:
        return sorted(path.name for path in (models / task).iterdir() if path.is_dir())
    except FileNotFoundError:
        return []


def put_in_force(models: Path, task: str, version: str) -> None:
    """Put a version that was written in force; readers see the old one or the new one, whole."""
    pointer = models / task / CURRENT
    new = pointer.with_suffix(".new")
    new.write_text(version + "\n", encoding="utf-8")
    os.replace(new, pointer)


@final
class _Pointer:
    """A file that names a version: read again when it is another one than was read last, or was written to since."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._read: tuple[tuple[int, ...], str | None] = (), None

    def version(self) -> str | None:
        """What it names now, None where there is no such file, or nothing in it."""
        try:
            found = os.stat(self._path)
            state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            if self._read[0] != state:  # what is read may be newer than the state: then it is read once more
                self._read = state, Path(self._path).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        return self._read[1]


@lru_cache(256)
def _pointer(models: Path, task: str) -> _Pointer:
    """The pointer of a task, of those asked for last."""
    return _Pointer(str(models / task / CURRENT))
