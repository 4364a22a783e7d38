"""A stack of immutable parts on disk, layers or runs: the newest on top, few at any time.

A part is written when the stack is saved. Of `FAN` neighbours of about one size one is made, so that each byte is written
again only so often as the whole grows by that factor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from index import AnyArray, Layer, LayerName, make_durable, open_layer, write_layer

FAN = 3
_SMALLEST = 1 << 18
Merge = Callable[[Sequence[Layer]], dict[str, AnyArray]]


@dataclass(slots=True)
class _Part:
    layer: Layer
    is_written: bool
    is_durable: bool

    @property
    def size(self) -> int:
        return sum(array.nbytes for array in self.layer.arrays.values())


@final
class Stack:
    """The parts in one directory."""

    def __init__(self, directory: Path, merge: Merge) -> None:
        self._directory = directory
        self._merge = merge
        self._parts: list[_Part] = []

    def open(self, names: Sequence[LayerName], *, are_durable: bool) -> None:
        """Open parts that are there, every byte checked. `DamagedError` where one is not as it was written."""
        self._parts = [_Part(open_layer(self._directory / name, hash_), True, are_durable) for name, hash_ in names]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The parts, the oldest first."""
        return tuple(part.layer for part in self._parts)

    def push(self, name: str, arrays: Mapping[str, AnyArray]) -> None:
        """Put a part on top; what follows by merging has the same name."""
        top = _Part(Layer(name, "", arrays, {}), False, False)
        self._parts.append(top)
        while (count := self._alike()) >= FAN:
            merged = self._merge([part.layer for part in self._parts[-count:]])
            self._parts[-count:] = [_Part(Layer(name, "", merged, {}), False, False)]

    def _alike(self) -> int:
        """How many parts on top are of the size of the topmost."""
        tier = _tier(self._parts[-1].size)
        count = 0
        for part in reversed(self._parts):
            if _tier(part.size) > tier:
                break
            count += 1
        return count

    def save(self, *, is_durable: bool) -> tuple[LayerName, ...]:
        """Write what is not written; the names of all parts. `InputError` `unwritable`; then it may be called again."""
        for part in self._parts:
            where = self._directory / part.layer.name
            if not part.is_written:
                hash_ = write_layer(where, part.layer.arrays, durable=is_durable)
                part.layer = open_layer(where, hash_)
                part.is_written, part.is_durable = True, is_durable
            elif is_durable and not part.is_durable:
                make_durable(where)
                part.is_durable = True
        return tuple(LayerName(part.layer.name, part.layer.hash) for part in self._parts)


def _tier(size: int) -> int:
    tier = 0
    while size > _SMALLEST:
        size //= FAN
        tier += 1
    return tier
