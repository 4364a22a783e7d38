"""An index on disk: generations, of which `CURRENT` names the one in force. Published whole or not at all.

    INDEX/CURRENT                     {"generation": "000002", "manifest": "<hash of its manifest.json>"}
    INDEX/LOCK                        held by the one writer
    INDEX/generations/000002/         manifest.json and the array files
    INDEX/generations/.building-…/    a build that has not been published

A generation is written to a directory of its own, forced to the disk and renamed; then `CURRENT` is replaced. Whoever reads
sees the old or the new generation. The one before stays, for readers that are about to open it and for going back.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.arrays import ArrayReader, ArrayWriter
from index.builder import SegmentBuilder
from index.corpus import Corpus
from index.manifest import MANIFEST, Manifest, damaged, hash_of
from index.segment import Segment
from schemas.errors import BusyError, DamagedError, InputError
from schemas.text import UNICODE_VERSION

CURRENT = "CURRENT"
_GENERATIONS = "generations"
_BUILDING = ".building-"
_KEPT = 2


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the index as its one writer; a second one gets an error at once."""
    try:
        (index / _GENERATIONS).mkdir(parents=True, exist_ok=True)
        lock = (index / "LOCK").open("a")
    except OSError as cause:
        raise InputError(
            "bad-index",
            f"cannot write to {index}: {cause.strerror}",
            hint="name a directory that can be written",
        ) from cause
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                "locked",
                f"another process is writing to {index}",
                hint="wait until it has ended, then try again",
            ) from None
        yield


def publish(index: Path, read: Callable[[], Corpus], *, now_ms: int, progress: Callable[[str], None]) -> Manifest:
    """Build a generation from the corpus that `read` returns, and put it in force. The caller holds `writing(index)`."""
    generations = index / _GENERATIONS
    for leftover in generations.glob(f"{_BUILDING}*"):
        shutil.rmtree(leftover)
    number = 1 + max((int(path.name) for path in generations.iterdir() if path.name.isdecimal()), default=0)
    building = generations / f"{_BUILDING}{number:06}"
    try:
        building.mkdir()
        corpus = read()
        writer = ArrayWriter(building)
        builder = SegmentBuilder(corpus, writer, progress)
        builder.build()
        progress("publish")
        manifest = Manifest(
            unicode=UNICODE_VERSION,
            created_ms=now_ms,
            documents={vertical: len(ids) for vertical, ids in corpus.ids.items()},
            postings=builder.postings,
            snapshot_ms=corpus.snapshot_ms,
            counts=corpus.counts,
            arrays=writer.entries,
        )
        data = manifest.to_bytes()
        _write_durably(building / MANIFEST, data)
        _sync_directory(building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    building.rename(generations / f"{number:06}")
    _sync_directory(generations)
    pointer = json.dumps({"generation": f"{number:06}", "manifest": hash_of(data)}).encode()
    _write_durably(index / f"{CURRENT}.new", pointer)
    os.replace(index / f"{CURRENT}.new", index / CURRENT)
    _sync_directory(index)
    for old in sorted(path for path in generations.iterdir() if path.name.isdecimal())[:-_KEPT]:
        shutil.rmtree(old)
    return manifest


def open_index(index: Path, *, is_verified: bool = False) -> Segment:
    """Open the generation in force. Every hash is checked first, unless the caller knows that this generation was verified."""
    segment, problems = _open(index, check=not is_verified)
    if problems:
        raise DamagedError("damaged", problems[0], hint="restore the file or build the index again")
    if segment.manifest.unicode != UNICODE_VERSION:
        raise InputError(
            "other-unicode",
            f"{index} was folded with Unicode {segment.manifest.unicode}, this interpreter has {UNICODE_VERSION}",
            hint="build the index again with this interpreter",
        )
    return segment


def verify_index(index: Path) -> tuple[Manifest, list[str]]:
    """The manifest in force and every damaged place, named by file and block. Damage to the manifest itself raises."""
    segment, problems = _open(index, check=True)
    return segment.manifest, problems


def current_generation(index: Path) -> str:
    """The name of the generation in force; cheap, for those who watch for a new one."""
    return _pointer(index)[0]


def _open(index: Path, *, check: bool) -> tuple[Segment, list[str]]:
    while True:
        generation, manifest_hash = _pointer(index)
        try:
            return _open_generation(index / _GENERATIONS / generation, manifest_hash, check)
        except DamagedError:
            if _pointer(index)[0] == generation:
                raise
            # a writer has published twice since and removed what this process was about to open


def _open_generation(directory: Path, manifest_hash: str, check: bool) -> tuple[Segment, list[str]]:
    path = directory / MANIFEST
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise damaged(str(path), None, "is missing") from None
    if hash_of(data) != manifest_hash:
        raise damaged(str(path), 0, "does not match the hash in CURRENT")
    manifest = Manifest.from_bytes(data, str(path))
    arrays = ArrayReader(directory, manifest)
    problems: list[str] = []
    if check:
        arrays.verify(problems.append)
    return Segment(manifest, arrays, directory.name), problems


def _pointer(index: Path) -> tuple[str, str]:
    path = index / CURRENT
    try:
        content = json.loads(path.read_bytes())
        generation, manifest_hash = content["generation"], content["manifest"]
        if not (isinstance(generation, str) and generation.isdecimal() and isinstance(manifest_hash, str)):
            raise ValueError("wrong types")
        return generation, manifest_hash
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            "no-index",
            f"{index} holds no index",
            hint="make one: monoceros build --warehouse DIR --index DIR",
        ) from None
    except (ValueError, KeyError, TypeError) as cause:
        raise damaged(str(path), 0, f"is not readable ({cause})") from cause


def _write_durably(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
