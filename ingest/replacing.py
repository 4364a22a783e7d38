"""A directory that is replaced as a whole, again and again, while others read it.

PARENT/warehouse              a link to the newest
PARENT/.warehouse.000007      what the link names; the one before it stays for those who are reading it
PARENT/.warehouse.lock        held by the one writer
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ingest.durable import sync, sync_tree
from schemas.errors import BusyError, InputError


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new empty directory to fill. When the block ends well, `out` names it; otherwise nothing of it is left.

    Whoever follows the link once sees one state. `InputError` `exists` where `out` is something that was not made here and
    is no empty directory, `unwritable`; `BusyError` `locked` where another process is at it.
    """
    out = out.absolute()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(out.parent / f".{out.name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        _hold(lock, out)
        yield from _replace(out)
    finally:
        os.close(lock)


def _replace(out: Path) -> Iterator[Path]:
    _refuse_occupied(out)
    before = os.readlink(out) if out.is_symlink() else None
    numbers = [int(path.suffix[1:]) for path in _versions(out)]
    new = out.with_name(f".{out.name}.{1 + max(numbers, default=0):06}")
    try:
        new.mkdir()
        yield new
        sync_tree(new)
        if before is None:
            with suppress(FileNotFoundError):
                out.rmdir()
        link = out.with_name(f".{out.name}.link")
        link.unlink(missing_ok=True)
        link.symlink_to(new.name)
        os.replace(link, out)
        sync(out.parent)
    except BaseException as error:
        if not (out.is_symlink() and os.readlink(out) == new.name):
            shutil.rmtree(new, ignore_errors=True)
        if isinstance(error, OSError):
            raise _unwritable(out, error) from error
        raise
    for path in _versions(out):
        if path.name not in (new.name, before):
            shutil.rmtree(path, ignore_errors=True)


def _hold(lock: int, out: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError("locked", f"another process is writing {out}", hint="wait until it has ended") from None


def _versions(out: Path) -> list[Path]:
    return [path for path in out.parent.glob(f".{out.name}.*") if path.suffix[1:].isdecimal()]


def _refuse_occupied(out: Path) -> None:
    try:
        ours = out.is_symlink() and out.with_name(os.readlink(out)) in _versions(out)
        occupied = not ours and (out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))))
    except OSError as error:
        raise _unwritable(out, error) from error
    if occupied:
        raise InputError(
            "exists",
            f"{out} exists, and no snapshot has written it",
            hint="name a directory that does not exist yet, or one that a snapshot made",
        )


def _unwritable(out: Path, error: OSError) -> InputError:
    return InputError(
        "unwritable", f"cannot write {out}: {error}", hint="check the path, its permissions and the free space"
    )
