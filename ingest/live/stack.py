"""A stack of immutable parts on disk, layers or runs: the newest on top, few at any time.

Of `FAN` neighbours of about one size one is made, so that each byte is written again only so often as the whole grows by
that factor. Small parts are put together at once, large ones in a thread of their own, while others come on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import final

from index import AnyArray, Layer, LayerName, make_durable, open_layer, write_layer

FAN = 3
_SMALLEST = 1 << 18
LARGE = 1 << 23
"""Bytes from which parts are put together in the background."""
Merge = Callable[[Sequence[Layer]], dict[str, AnyArray]]


@dataclass(slots=True, eq=False)
class _Part:
    layer: Layer
    is_written: bool
    is_durable: bool

    @property
    def size(self) -> int:
        return sum(array.nbytes for array in self.layer.arrays.values())


@dataclass(frozen=True, slots=True)
class _Job:
    """Parts that are being put together, and the name of what they become."""

    parts: list[_Part]
    name: str
    result: Future[Layer]


@final
class Stack:
    """The parts in one directory."""

    def __init__(self, directory: Path, merge: Merge, background: ThreadPoolExecutor) -> None:
        self._directory = directory
        self._merge = merge
        self._background = background
        self._parts: list[_Part] = []
        self._job: _Job | None = None

    def open(self, names: Sequence[LayerName], *, are_durable: bool) -> None:
        """Open parts that are there, every byte checked. `DamagedError` where one is not as it was written."""
        self._parts = [_Part(open_layer(self._directory / name, hash_), True, are_durable) for name, hash_ in names]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The parts, the oldest first."""
        return tuple(part.layer for part in self._parts)

    @property
    def in_work(self) -> tuple[str, ...]:
        """Names in the directory that are being written."""
        return () if self._job is None else (self._job.name, f"{self._job.name}.new")

    def push(self, name: str, arrays: Mapping[str, AnyArray]) -> None:
        """Put a part on top, under a name that no other begins with."""
        self._parts.append(_Part(Layer(name, "", arrays, {}), False, False))
        while len(alike := self._alike()) >= FAN and sum(part.size for part in alike) < LARGE:
            merged = self._merge([part.layer for part in alike])
            self._parts[-len(alike) :] = [_Part(Layer(name, "", merged, {}), False, False)]

    def _alike(self, end: int | None = None) -> list[_Part]:
        """The parts below `end` that are of the size of the topmost of them, or smaller; none that is in work."""
        parts = self._parts[:end]
        in_work = [] if self._job is None else self._job.parts
        tier = _tier(parts[-1].size)
        first = len(parts)
        while first > 0 and _tier(parts[first - 1].size) <= tier and parts[first - 1] not in in_work:
            first -= 1
        return parts[first:]

    def save(self, *, is_durable: bool) -> tuple[LayerName, ...]:
        """Write what is not written; the names of all parts. `InputError` `unwritable`; then it may be called again."""
        self._finish()
        for part in self._parts:
            where = self._directory / part.layer.name
            if not part.is_written:
                hash_ = write_layer(where, part.layer.arrays, durable=is_durable)
                part.layer = open_layer(where, hash_)
                part.is_written, part.is_durable = True, is_durable
            elif is_durable and not part.is_durable:
                make_durable(where)
                part.is_durable = True
        self._begin()
        return tuple(LayerName(part.layer.name, part.layer.hash) for part in self._parts)

    def _begin(self) -> None:
        """Start putting large parts together where there are enough of one size; all are written."""
        if self._job is not None:
            return
        for end in range(len(self._parts), FAN - 1, -1):
            parts = self._alike(end)
            if len(parts) >= FAN and sum(part.size for part in parts) >= LARGE:
                name = f"{parts[-1].layer.name}.{len(parts)}"
                self._job = _Job(parts, name, self._background.submit(self._made, name, [part.layer for part in parts]))
                return

    def _made(self, name: str, layers: list[Layer]) -> Layer:
        where = self._directory / name
        return open_layer(where, write_layer(where, self._merge(layers), durable=False))

    def _finish(self) -> None:
        """Take what was put together into the place of its parts, if it is ready."""
        job = self._job
        if job is None or not job.result.done():
            return
        self._job = None
        if job.result.exception() is None:  # else the parts stay, and it is tried again
            first = self._parts.index(job.parts[0])
            self._parts[first : first + len(job.parts)] = [_Part(job.result.result(), True, False)]


def _tier(size: int) -> int:
    tier = 0
    while size > _SMALLEST:
        size //= FAN
        tier += 1
    return tier
