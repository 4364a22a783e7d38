"""Reading lines from files and pipes that nobody has checked: in bounded memory, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

_CHUNK = 1 << 16


def bounded_lines(source: BinaryIO, longest: int) -> Iterator[tuple[bytes, bool]]:
    """Each line without its end, and whether it is whole: of a longer one than `longest` bytes only those are given."""
    while line := source.readline(longest + 2):
        content = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(content) <= longest:
            yield content, True
            continue
        yield content[:longest], False
        while line and not line.endswith(b"\n"):
            line = source.readline(_CHUNK)
