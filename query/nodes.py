"""The syntax tree: what a query text says, before any edge is known. Frozen, comparable, with spans for errors.

Two trees that print alike are equal: spans are no part of equality, and a value is held as quoted only where quoting
changes what it means (`"me"` is no viewer) or where it could not be written otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

_NEEDS_QUOTES = re.compile(r'[\s()";]')


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (excluded) of the query text."""

    start: int
    end: int


_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Term:
    """`edge:value`, or a bare word where `edge` is empty. `value` is unescaped and without the `*` of a prefix."""

    edge: str
    value: str
    is_prefix: bool = False
    is_quoted: bool = False
    span: Span = field(default=_NOWHERE, compare=False)

    def __post_init__(self) -> None:
        reads_as_prefix = not self.is_prefix and (self.value == "" or self.value.endswith("*"))
        must = reads_as_prefix or _NEEDS_QUOTES.search(self.value) is not None
        may = must or (self.value == "me" and not self.is_prefix)
        object.__setattr__(self, "is_quoted", must or (self.is_quoted and may))
        if not self.edge and (self.is_quoted or ":" in self.value):
            raise ValueError(f"{self.value!r} cannot stand as a bare word")


@dataclass(frozen=True, slots=True)
class Option:
    """`:name literal`; whole numbers are ints, weights decimals, all else text."""

    name: str
    value: int | Decimal | str
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Form:
    """`(op …)`: the prefix argument of apply and extract (empty elsewhere), the operands and the options in order."""

    op: str
    edge: str
    operands: tuple[Node, ...]
    options: tuple[Option, ...] = ()
    span: Span = field(default=_NOWHERE, compare=False)
    edge_span: Span = field(default=_NOWHERE, compare=False)


Node = Term | Form
