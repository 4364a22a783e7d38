"""Records what a command does to a directory, call by call, through strace: real system calls, nothing patched."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

CALLS = (
    "openat,close,write,pwrite64,writev,lseek,ftruncate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir"
)


@dataclass(frozen=True)
class Created:
    path: str
    truncates: bool


@dataclass(frozen=True)
class Written:
    path: str
    at: int
    data: bytes


@dataclass(frozen=True)
class Truncated:
    path: str
    size: int


@dataclass(frozen=True)
class Synced:
    """A file or a directory that was forced to the disk."""

    path: str


@dataclass(frozen=True)
class Renamed:
    source: str
    target: str


@dataclass(frozen=True)
class Removed:
    path: str


@dataclass(frozen=True)
class DirectoryMade:
    path: str


@dataclass(frozen=True)
class Said:
    """A word that the command wrote to its standard output: what it has told the world."""

    word: str


Step = Created | Written | Truncated | Synced | Renamed | Removed | DirectoryMade | Said


def is_available() -> bool:
    return shutil.which("strace") is not None


def record(command: Sequence[str], root: Path, scratch: Path) -> list[Step]:
    """Run a command and return, in order, what it did below `root` (paths relative to it) and what it said."""
    scratch.mkdir(parents=True, exist_ok=True)
    strace = ["strace", "-ff", "-ttt", "-T", "-xx", "-s", "268435456", "-o", str(scratch / "t"), "-e", f"trace={CALLS}"]
    done = subprocess.run([*strace, *command], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-4_000:]
    calls: list[Call] = []
    for file in scratch.glob("t.*"):
        with file.open() as trace:
            for line in trace:
                time, _, text = line.partition(" ")
                took = _TOOK.search(text)
                calls.append(Call(float(time), float(time) + (float(took[1]) if took else 0.0), text))
    return list(steps(calls, str(root)))


class Call(NamedTuple):
    """One call of any thread: when it began and ended, in seconds, and what strace wrote of it."""

    began: float
    ended: float
    text: str


_TOOK = re.compile(r" <(\d+\.\d+)>$")
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)")


def steps(calls: Iterable[Call], root: str) -> Iterator[Step]:
    """What the calls did below `root`, in the order in which they ended."""
    files: dict[int, str] = {}  # descriptor → path
    opened: dict[int, float] = {}  # when the call ended that opened it
    places: dict[int, int] = {}
    sizes: dict[str, int] = {}
    appends: set[int] = set()

    def inside(path: str) -> str | None:
        return path.removeprefix(root).lstrip("/") if path == root or path.startswith(root + "/") else None

    for call in sorted(calls, key=lambda call: call.ended):
        found = _CALL.match(call.text)
        if found is None or int(found[3]) < 0:
            continue
        name, given, result = found[1], _arguments(found[2]), int(found[3])
        match name:
            case "openat":
                path = _path(given[0], given[1], files)
                files[result], opened[result] = path, call.ended
                places[result] = 0
                appends.discard(result)
                if "O_APPEND" in given[2]:
                    appends.add(result)
                local = inside(path)
                if local is not None and ("O_CREAT" in given[2] or "O_TRUNC" in given[2]):
                    truncates = "O_TRUNC" in given[2]
                    yield Created(local, truncates)
                    if truncates:
                        sizes[local] = 0
            case "close":
                # a close gives its descriptor away before it ends: another thread's file may have it by then
                if opened.get(int(given[0]), 0.0) <= call.began:
                    files.pop(int(given[0]), None)
            case "write" | "pwrite64":
                descriptor, data = int(given[0]), _bytes(given[1])[:result]
                if descriptor == 1:
                    for word in data.decode().split():
                        yield Said(word)
                    continue
                local = inside(files.get(descriptor, ""))
                if local is None:
                    continue
                if name == "pwrite64":
                    at = int(given[3])
                else:
                    at = sizes.get(local, 0) if descriptor in appends else places[descriptor]
                    places[descriptor] = at + len(data)
                sizes[local] = max(sizes.get(local, 0), at + len(data))
                yield Written(local, at, data)
            case "writev":
                assert inside(files.get(int(given[0]), "")) is None, "writev is not simulated"
            case "lseek":
                places[int(given[0])] = result
            case "ftruncate":
                local = inside(files[int(given[0])])
                if local is not None:
                    sizes[local] = int(given[1])
                    yield Truncated(local, int(given[1]))
            case "fsync" | "fdatasync":
                local = inside(files[int(given[0])])
                if local is not None:
                    yield Synced(local)
            case "rename" | "renameat" | "renameat2":
                at = name != "rename"
                source = _path(given[0], given[1], files) if at else _path("AT_FDCWD", given[0], files)
                target = _path(given[2], given[3], files) if at else _path("AT_FDCWD", given[1], files)
                local, local_target = inside(source), inside(target)
                if local is not None and local_target is not None:
                    sizes = {_moved(path, local, local_target): size for path, size in sizes.items()}
                    files = {fd: _moved(path, source, target) for fd, path in files.items()}
                    yield Renamed(local, local_target)
            case "unlink" | "rmdir":
                local = inside(_path("AT_FDCWD", given[0], files))
                if local is not None:
                    yield Removed(local)
            case "unlinkat":
                local = inside(_path(given[0], given[1], files))
                if local is not None:
                    yield Removed(local)
            case "mkdir" | "mkdirat":
                path = _path(given[0], given[1], files) if name == "mkdirat" else _path("AT_FDCWD", given[0], files)
                local = inside(path)
                if local is not None:
                    yield DirectoryMade(local)


def _moved(path: str, source: str, target: str) -> str:
    return target + path[len(source) :] if path == source or path.startswith(source + "/") else path


def _arguments(text: str) -> list[str]:
    """Split at commas; the only texts are hexadecimal, so none stands inside one."""
    return [argument.strip() for argument in text.split(", ")]


def _bytes(argument: str) -> bytes:
    assert not argument.endswith("..."), "strace cut a text short"
    return bytes.fromhex(argument.strip('"').replace("\\x", ""))


def _path(directory: str, name: str, files: dict[int, str]) -> str:
    path = _bytes(name).decode()
    if path.startswith("/") or directory == "AT_FDCWD":
        return path
    return f"{files[int(directory)]}/{path}"
