"""An index on disk: generations, of which `CURRENT` names the one in force. Published whole or not at all.

    INDEX/CURRENT                     {"generation": "000002", "manifest": "<hash of its manifest.json>"}
    INDEX/LIVE                        where the index is live: the generation that is followed, and layers over it
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
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from index.arrays import ArrayReader, ArrayWriter
from index.builder import SegmentBuilder
from index.corpus import Corpus
from index.durable import changing, make_directories, sync_directory, write_file
from index.live.opening import base_of, open_live
from index.live.pointer import read_live
from index.live.segment import AnySegment
from index.manifest import MANIFEST, Manifest, damaged, hash_of
from index.segment import Segment, State
from schemas.errors import BusyError, DamagedError, InputError, MonocerosError
from schemas.text import UNICODE_VERSION

CURRENT = "CURRENT"
_GENERATIONS = "generations"
_BUILDING = ".building-"
_LOCK = "LOCK"


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the index as its one writer; a second one gets an error at once. The lock ends with its process, however it ends.

    `InputError` `no-index` where the directory holds something else.
    """
    _check_place(index)
    with _locked(index):
        yield


def has_index(index: Path) -> bool:
    """Whether the directory holds an index, be it damaged or not yet whole."""
    return (index / _GENERATIONS).is_dir()


def _check_place(index: Path) -> None:
    try:
        found = {path.name for path in index.iterdir()}
    except OSError:
        return  # not there yet, or no directory: making it says so
    if found and not found & {CURRENT, _LOCK, _GENERATIONS}:
        raise InputError(
            "no-index",
            f"{index} holds something that is no index",
            hint="name an empty directory, or one that is not there yet",
        )


@dataclass(frozen=True, slots=True)
class Staged:
    """A generation that is on the disk under its own name, and in force for nobody."""

    name: str
    manifest: Manifest
    manifest_hash: str


def publish(index: Path, read: Callable[[], Corpus], *, now_ms: int, progress: Callable[[str], None]) -> Manifest:
    """Build a generation from the corpus that `read` returns, and put it in force. The caller holds `writing(index)`.

    Where that fails or is interrupted, the generation of before is in force and nothing of the new one is left; a process
    that is killed leaves files that the next build removes. `InputError` `unwritable` where the index cannot be written.
    """
    staged = stage(index, read, now_ms=now_ms, progress=progress)
    progress("publish")
    promote(index, staged)
    return staged.manifest


def stage(index: Path, read: Callable[[], Corpus], *, now_ms: int, progress: Callable[[str], None]) -> Staged:
    """Build a generation and force it to the disk, without putting it in force. The caller holds `writing(index)`.

    What follows is `promote` or `discard`. Fails as `publish` does.
    """
    generations = index / _GENERATIONS
    with changing(generations):
        for leftover in generations.glob(f"{_BUILDING}*"):
            shutil.rmtree(leftover)
        number = 1 + max((int(path.name) for path in _generations(index)), default=0)
    name = f"{number:06}"
    building, built = generations / f"{_BUILDING}{name}", generations / name
    try:
        with changing(building):
            building.mkdir()
        manifest = _build(building, read, now_ms, progress)
        data = manifest.to_bytes()
        write_file(building / MANIFEST, [data])
        sync_directory(building)
        with changing(built):
            building.rename(built)
        sync_directory(generations)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        shutil.rmtree(built, ignore_errors=True)
        raise
    return Staged(name, manifest, hash_of(data))


def promote(index: Path, staged: Staged) -> None:
    """Put a staged generation in force. The caller holds `writing(index)`.

    The one before is kept, and the one that `LIVE` follows; all others are removed.
    Where that fails, the generation of before is in force and the staged one is gone.
    """
    kept = {staged.name, _in_force(index), _followed(index)}
    try:
        _point(index, staged.name, staged.manifest_hash)
    except BaseException:
        if _in_force(index) != staged.name:
            discard(index, staged)
        raise
    sync_directory(index)
    for other in _generations(index):
        if other.name not in kept:
            shutil.rmtree(other, ignore_errors=True)


def discard(index: Path, staged: Staged) -> None:
    """Remove a staged generation; what is in force stays. The caller holds `writing(index)`."""
    shutil.rmtree(index / _GENERATIONS / staged.name, ignore_errors=True)
    with suppress(OSError):
        (index / f"{CURRENT}.new").unlink(missing_ok=True)


def rollback(index: Path) -> str:
    """Put the generation before the one in force in force again, and say its name. The caller holds `writing(index)`.

    The newer one stays on the disk until the next build. Every hash of the older one is checked first; its manifest has
    none outside itself any more, and is taken as it is.
    `InputError` `no-rollback` where there is none; `DamagedError` where it is damaged.
    """
    current = current_generation(index)
    older = [name for name in generations(index) if int(name) < int(current)]
    if not older:
        raise InputError(
            "no-rollback",
            f"{index} keeps no generation before {current}",
            hint="a build keeps one; after a rollback there is none until the next build",
        )
    reinstate(index, older[-1])
    return older[-1]


def reinstate(index: Path, name: str) -> None:
    """Put a generation that is still kept in force, older or newer. The caller holds `writing(index)`; checked as by `rollback`.

    `InputError` `no-generation` where it is not kept; `DamagedError` where it is damaged.
    """
    _, manifest_hash = _open_kept(index, name)
    _point(index, name, manifest_hash)
    sync_directory(index)


def open_kept(index: Path, name: str) -> Segment:
    """Open a generation that is still kept, in force or not, as its build left it: without what a live index has over it.

    Checked as by `rollback`; `InputError` `no-generation` where it is not kept, `other-unicode` as in `open_index`.
    """
    segment, _ = _open_kept(index, name)
    _check_unicode(segment.manifest, index)
    return segment


def _open_kept(index: Path, name: str) -> tuple[Segment, str]:
    """A kept generation, every hash checked, and the hash of its manifest, which none outside it vouches for."""
    if name not in generations(index):
        raise InputError(
            "no-generation", f"{index} keeps no generation {name!r}", hint="those that are kept are listed"
        )
    manifest = index / _GENERATIONS / name / MANIFEST
    with changing(manifest):
        manifest_hash = hash_of(manifest.read_bytes())
    segment, problems = _open_generation(manifest.parent, manifest_hash, True)
    if problems:
        raise DamagedError("damaged", problems[0], hint="build the index again; what is in force still is")
    return segment, manifest_hash


def generations(index: Path) -> list[str]:
    """The names of all generations that are kept, oldest first."""
    return sorted((path.name for path in _generations(index)), key=int)


def manifest_of(index: Path, name: str) -> Manifest:
    """What the manifest of a kept generation says, unchecked: for people to read."""
    path = index / _GENERATIONS / name / MANIFEST
    try:
        return Manifest.from_bytes(path.read_bytes(), str(path))
    except OSError:
        raise damaged(str(path), None, "cannot be read") from None


def _point(index: Path, name: str, manifest_hash: str) -> None:
    pointer = index / f"{CURRENT}.new"
    write_file(pointer, [_pointer_bytes(name, manifest_hash)])
    with changing(index / CURRENT):
        os.replace(pointer, index / CURRENT)


def open_index(index: Path, *, is_verified: bool = False, before: AnySegment | None = None) -> AnySegment:
    """Open what is in force: the generation and the layers that `LIVE` names, or where there is none, those of `CURRENT`.

    Every hash is checked first, unless the caller knows that this generation was verified; layers are always checked. What
    `before`, opened from the same index, has open already is not opened again.
    """
    while True:
        state = current_state(index)
        try:
            segment, problems = _open(index, not is_verified, before)
        except DamagedError:
            if current_state(index) == state:
                raise
            continue  # a writer has published since, and removed what this process was about to open
        if problems and current_state(index) != state:
            continue
        break
    if problems:
        raise DamagedError("damaged", problems[0], hint="restore the file or build the index again")
    _check_unicode(segment.manifest, index)
    return segment


def _check_unicode(manifest: Manifest, index: Path) -> None:
    if manifest.unicode != UNICODE_VERSION:
        raise InputError(
            "other-unicode",
            f"{index} was folded with Unicode {manifest.unicode}, this interpreter has {UNICODE_VERSION}",
            hint="build the index again with this interpreter",
        )


def open_staged(index: Path, staged: Staged) -> Segment:
    """Open a staged generation, every hash checked: what is asked of it before it is put in force."""
    segment, problems = _open_generation(index / _GENERATIONS / staged.name, staged.manifest_hash, True)
    if problems:
        raise DamagedError("damaged", problems[0], hint="the disk does not give back what was written to it")
    return segment


def open_published(index: Path) -> tuple[Segment, str]:
    """Open the generation that was published last, every hash checked, whatever `LIVE` follows; and its manifest's hash."""
    while True:
        generation, manifest_hash = _pointer(index)
        try:
            return open_base(index, generation, manifest_hash), manifest_hash
        except DamagedError:
            if _pointer(index)[0] == generation:
                raise


def open_base(index: Path, generation: str, manifest_hash: str) -> Segment:
    """Open one generation, every hash checked."""
    segment, problems = _open_generation(index / _GENERATIONS / generation, manifest_hash, True)
    if problems:
        raise DamagedError("damaged", problems[0], hint="restore the file or build the index again")
    return segment


def has_generation(index: Path, generation: str) -> bool:
    """Whether a generation is still kept."""
    return (index / _GENERATIONS / generation).is_dir()


def verify_index(index: Path) -> tuple[Manifest, list[str]]:
    """The manifest in force and every damaged place, named by file and block. Damage to a manifest or a layer raises."""
    while True:
        state = current_state(index)
        try:
            segment, problems = _open(index, True, None)
        except DamagedError:
            if current_state(index) == state:
                raise
            continue
        if not problems or current_state(index) == state:
            return segment.manifest, problems


def current_generation(index: Path) -> str:
    """The name of the generation that was published last. Readers may still follow `LIVE` to the one before."""
    return _pointer(index)[0]


def current_state(index: Path) -> State:
    """What is in force; cheap, for those who watch for something new."""
    live = read_live(index)
    return (_pointer(index)[0], 0) if live is None else (live.generation, live.sequence)


def _open(index: Path, check: bool, before: AnySegment | None) -> tuple[AnySegment, list[str]]:
    live = read_live(index)
    generation, manifest_hash = _pointer(index) if live is None else (live.generation, live.manifest)
    problems: list[str] = []
    if before is not None and before.generation == generation:
        base = base_of(before)
    else:
        base, problems = _open_generation(index / _GENERATIONS / generation, manifest_hash, check)
    return (base if live is None or problems else open_live(index, live, base, before)), problems


def _open_generation(directory: Path, manifest_hash: str, check: bool) -> tuple[Segment, list[str]]:
    path = directory / MANIFEST
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise damaged(str(path), None, "is missing, though CURRENT names it") from None
    except IsADirectoryError:
        raise damaged(str(path), None, "is a directory") from None
    if hash_of(data) != manifest_hash:
        raise damaged(str(path), 0, "does not match the hash in CURRENT")
    manifest = Manifest.from_bytes(data, str(path))
    problems: list[str] = []
    arrays = ArrayReader(directory, manifest, problems.append)
    if check:
        arrays.verify(problems.append)
    return Segment(manifest, arrays, directory.name), problems


def _build(directory: Path, read: Callable[[], Corpus], now_ms: int, progress: Callable[[str], None]) -> Manifest:
    corpus = read()
    with ArrayWriter(directory) as writer:
        builder = SegmentBuilder(corpus, writer, progress)
        builder.build()
        files = writer.close()
    return Manifest(
        unicode=UNICODE_VERSION,
        created_ms=now_ms,
        documents={vertical: len(ids) for vertical, ids in corpus.ids.items()},
        postings=builder.postings,
        snapshot_ms=corpus.snapshot_ms,
        counts=corpus.counts,
        files=files,
        arrays=writer.arrays,
    )


def _locked(index: Path) -> IO[str]:
    """The lock file, held until it is closed."""
    path = index / _LOCK
    while True:
        make_directories(index / _GENERATIONS)
        with changing(path), ExitStack() as opened:
            lock = opened.enter_context(path.open("a"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError(
                    "locked",
                    f"another process is writing to {index}",
                    hint="wait until it has ended, then try again",
                ) from None
            with suppress(FileNotFoundError):  # its holder may have removed it, with all of a first build that failed
                if os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                    opened.pop_all()
                    return lock


def _generations(index: Path) -> list[Path]:
    return [path for path in (index / _GENERATIONS).iterdir() if path.name.isdecimal()]


def _followed(index: Path) -> str | None:
    """The name of the generation that readers follow `LIVE` to, None where there is none or it cannot be read."""
    try:
        live = read_live(index)
    except (MonocerosError, OSError):
        return None
    return None if live is None else live.generation


def _in_force(index: Path) -> str | None:
    """The name of the generation in force, None where there is none or `CURRENT` cannot be read."""
    try:
        return _pointer(index)[0]
    except (MonocerosError, OSError):
        return None


def _pointer_bytes(generation: str, manifest_hash: str) -> bytes:
    return json.dumps({"generation": generation, "manifest": manifest_hash}).encode()


def _pointer(index: Path) -> tuple[str, str]:
    path = index / CURRENT
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            "no-index",
            f"{index} holds no index",
            hint="make one: monoceros build --warehouse DIR --index DIR",
        ) from None
    except IsADirectoryError:
        raise damaged(str(path), None, "is a directory") from None
    try:
        content = json.loads(data)
        generation, manifest_hash = content["generation"], content["manifest"]
        if not (isinstance(generation, str) and generation.isdecimal() and isinstance(manifest_hash, str)):
            raise ValueError("wrong types")
        if data != _pointer_bytes(generation, manifest_hash):
            raise ValueError("it is not as it was written")
    except (ValueError, KeyError, TypeError, RecursionError) as cause:
        raise damaged(str(path), 0, f"is not readable ({cause})") from cause
    return generation, manifest_hash
