"""Which files a live index has beside the layers that readers follow: its state, and what of it is made to last.

INDEX/LIVE                               what readers follow (`index/live/pointer.py`)
INDEX/live/CHECKPOINT                    the last `LIVE` that outlives a power cut
INDEX/live/<generation>/layers/<name>/
INDEX/live/<generation>/runs/<name>/
INDEX/live/<generation>/state/<sequence> the runs that belong to the publication of that number
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from index import LayerName, changing, damaged, hash_of, make_directories, sync_directory

LIVE_DIRECTORY = "live"
CHECKPOINT = f"{LIVE_DIRECTORY}/CHECKPOINT"


def home(index: Path, generation: str) -> Path:
    """Where the live parts over a generation lie."""
    return index / LIVE_DIRECTORY / generation


class State(NamedTuple):
    """The runs that belong to a publication, and its place in the stream."""

    runs: tuple[LayerName, ...]
    position: Mapping[str, Any]


def write_state(index: Path, generation: str, sequence: int, state: State, *, is_durable: bool) -> None:
    """Say what belongs to a publication, before it is made."""
    path = home(index, generation) / "state" / str(sequence)
    make_directories(path.parent)
    content = json.dumps([[list(run) for run in state.runs], state.position])
    new = path.with_name(f"{path.name}.new")
    with changing(path):
        with open(new, "wb") as file:
            file.write(json.dumps({"state": content, "hash": hash_of(content.encode())}).encode())
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        os.replace(new, path)
    if is_durable:
        sync_directory(path.parent)


def read_state(index: Path, generation: str, sequence: int) -> State:
    """What belongs to a publication. `DamagedError` where it cannot be told."""
    path = home(index, generation) / "state" / str(sequence)
    try:
        whole = json.loads(path.read_bytes())
        if hash_of(whole["state"].encode()) != whole["hash"]:
            raise ValueError("it is not as it was written")
        runs, position = json.loads(whole["state"])
        return State(tuple(LayerName(name, hash_) for name, hash_ in runs), position)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise damaged(str(path), None, f"is not readable ({cause})") from cause


def newest_state(index: Path, generation: str) -> State | None:
    """What belongs to the last publication over a generation, None where there was none."""
    states = home(index, generation) / "state"
    found = [int(path.name) for path in states.iterdir() if path.name.isdecimal()] if states.is_dir() else []
    return read_state(index, generation, max(found)) if found else None


def remove_others(directory: Path, names: Iterable[str]) -> None:
    """Remove what a directory holds beside these names; what cannot be removed stays."""
    kept = set(names)
    if directory.is_dir():
        for path in directory.iterdir():
            if path.name not in kept:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
