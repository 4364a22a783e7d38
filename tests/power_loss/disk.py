"""What a disk may hold after power is lost: what was forced to it, and any part of the rest, torn and out of order.

A file's content is sure up to its last fsync; a name (created, renamed, removed) is sure once its directory was synced. Of
what was pending at the crash each change is kept or dropped by chance, and a kept write may be torn at a sector.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.power_loss.trace import Created, DirectoryMade, Removed, Renamed, Said, Step, Synced, Truncated, Written

SECTOR = 512


class _File:
    """The content that is sure, and what was done to it since."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)
        self.pending: list[Written | Truncated] = []

    def sync(self) -> None:
        for change in self.pending:
            _change(self.content, change, None)
        self.pending.clear()

    def survivor(self, random: Random) -> bytes:
        content = bytearray(self.content)
        for change in self.pending:
            if random.random() < 0.5:
                _change(content, change, random)
        return bytes(content)


def _change(content: bytearray, change: Written | Truncated, random: Random | None) -> None:
    """Do one change; torn where a chance is given."""
    if isinstance(change, Truncated):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    data = change.data
    if random is not None and random.random() < 0.5:
        data = data[: random.randrange(len(data) // SECTOR + 1) * SECTOR]
    content.extend(bytes(max(0, change.at - len(content))))
    content[change.at : change.at + len(data)] = data


@dataclass(eq=False)
class _Directory:
    """Its entries as the process sees them, and those that are sure."""

    now: dict[str, _Node] = field(default_factory=dict)
    sure: dict[str, _Node] = field(default_factory=dict)


_Node = _File | _Directory


@dataclass(frozen=True)
class _Entered:
    directory: _Directory
    name: str
    node: _Node


@dataclass(frozen=True)
class _Left:
    directory: _Directory
    name: str


@dataclass(frozen=True)
class _Moved:
    source: _Left
    target: _Left


_Naming = _Entered | _Left | _Moved


class Disk:
    """A directory that is wholly on the disk, and the steps of a process that changes it."""

    def __init__(self, before: Path) -> None:
        self._root = _read(before)
        self._names: list[_Naming] = []
        """Changes of names that are not sure, in order."""

    def do(self, step: Step) -> None:
        """One step of the process."""
        match step:
            case Said():
                return
            case Written() | Truncated():
                file = self._find(step.path)
                assert isinstance(file, _File), step.path
                file.pending.append(step)
            case Synced():
                found = self._find(step.path)
                if isinstance(found, _File):
                    found.sync()
                else:
                    self._sync_names(found)
            case Created():
                place = self._place(step.path)
                existing = place.directory.now.get(place.name)
                if existing is None:
                    self._name(_Entered(place.directory, place.name, _File()))
                elif step.truncates:
                    assert isinstance(existing, _File), step.path
                    existing.pending.append(Truncated(step.path, 0))
            case DirectoryMade():
                place = self._place(step.path)
                self._name(_Entered(place.directory, place.name, _Directory()))
            case Renamed():
                self._name(_Moved(self._place(step.source), self._place(step.target)))
            case Removed():
                self._name(self._place(step.path))

    def _name(self, naming: _Naming) -> None:
        _do(naming, {}, is_now=True)
        self._names.append(naming)

    def _sync_names(self, directory: _Directory) -> None:
        """The names in a directory become sure, in the order in which they changed."""
        synced = [naming for naming in self._names if directory in _directories(naming)]
        for naming in synced:
            _do(naming, {})
        self._names = [naming for naming in self._names if directory not in _directories(naming)]

    def crash(self, random: Random, into: Path) -> None:
        """Write one disk that may be found afterwards to a new directory."""
        entries: _Entries = {}
        for naming in self._names:
            if random.random() < 0.5:
                for directory in _directories(naming):
                    entries.setdefault(directory, dict(directory.sure))
                _do(naming, entries)
        _write(self._root, entries, into, random)

    def _find(self, path: str) -> _Node:
        found: _Node = self._root
        for name in filter(None, path.split("/")):
            assert isinstance(found, _Directory), path
            found = found.now[name]
        return found

    def _place(self, path: str) -> _Left:
        directory = self._find(path.rpartition("/")[0])
        assert isinstance(directory, _Directory), path
        return _Left(directory, path.rpartition("/")[2])


_Entries = dict[_Directory, dict[str, _Node]]
"""Entries of directories where they are other than those that are sure."""


def _directories(naming: _Naming) -> tuple[_Directory, ...]:
    if isinstance(naming, _Moved):
        return naming.source.directory, naming.target.directory
    return (naming.directory,)


def _do(naming: _Naming, entries: _Entries, *, is_now: bool = False) -> None:
    """Do one change of names; one that makes no sense without another that was lost is lost too."""

    def of(directory: _Directory) -> dict[str, _Node]:
        return directory.now if is_now else entries.get(directory, directory.sure)

    match naming:
        case _Entered():
            of(naming.directory)[naming.name] = naming.node
        case _Left():
            of(naming.directory).pop(naming.name, None)
        case _Moved():
            moved = of(naming.source.directory).pop(naming.source.name, None)
            if moved is not None:
                of(naming.target.directory)[naming.target.name] = moved


def _read(path: Path) -> _Directory:
    found: dict[str, _Node] = {
        child.name: _read(child) if child.is_dir() else _File(child.read_bytes()) for child in path.iterdir()
    }
    return _Directory(found, dict(found))


def _write(directory: _Directory, entries: _Entries, path: Path, random: Random) -> None:
    path.mkdir(parents=True)
    for name, entry in entries.get(directory, directory.sure).items():
        if isinstance(entry, _File):
            (path / name).write_bytes(entry.survivor(random))
        else:
            _write(entry, entries, path / name, random)


def crashes(
    before: Path, steps: Sequence[Step], points: int, seed: int, scratch: Path
) -> Iterator[tuple[Path, list[str]]]:
    """`points` times: a disk as it may be found after power was lost at a random step, and what had been said by then."""
    random = Random(seed)
    wanted = sorted(random.randrange(len(steps) + 1) for _ in range(points))
    disk, said, done = Disk(before), list[str](), 0
    for number, point in enumerate(wanted):
        while done < point:
            step = steps[done]
            disk.do(step)
            if isinstance(step, Said):
                said.append(step.word)
            done += 1
        directory = scratch / f"crash{number}"
        disk.crash(random, directory)
        yield directory, list(said)
