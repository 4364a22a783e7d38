"""Indexes to measure on: a base that stands is linked, not copied, so that each measurement has one of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from index import Manifest, Staged, current_generation, hash_of, promote, writing


def linked(index: Path, to: Path) -> Path:
    """An index of the same base without anything live."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    name = current_generation(index)
    _link(index / "generations" / name, to / "generations" / name)
    shutil.copy(index / "CURRENT", to / "CURRENT")
    return to


def publish_again(index: Path) -> str:
    """Put the base in force once more under the next number, as a build of an unchanged warehouse would; its name."""
    generations = index / "generations"
    name = current_generation(index)
    fresh = f"{int(name) + 1:06}"
    with writing(index):
        _link(generations / name, generations / fresh)
        data = (generations / fresh / "manifest.json").read_bytes()
        promote(index, Staged(fresh, Manifest.from_bytes(data, fresh), hash_of(data)))
    return fresh


def _link(base: Path, to: Path) -> None:
    to.mkdir(parents=True)
    for file in base.iterdir():
        os.link(file, to / file.name)
