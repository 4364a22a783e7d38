"""The bound tree: every edge is known, every value normalised, every operand of one vertical, `me` is a number.

A bound tree depends on the text, the catalogue, the request's vertical and the viewer, and on nothing of an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from query.nodes import Span
from schemas.catalogue import Edge, Vertical
from schemas.ids import ExternalId
from schemas.text import MachineTag


@dataclass(frozen=True, slots=True)
class IdValue:
    """An id of the edge's value vertical."""

    id: ExternalId


@dataclass(frozen=True, slots=True)
class TextValue:
    """A normalised word, name, hashtag or tag; whole, or the beginning of one."""

    text: str
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class MachineTagValue:
    """The parts of a machine tag; None is open. `is_prefix` speaks of the value."""

    parts: MachineTag
    is_prefix: bool


Value = IdValue | TextValue | MachineTagValue


@dataclass(frozen=True, slots=True)
class BoundTerm:
    """One posting list of the catalogue."""

    edge: Edge
    value: Value
    span: Span

    @property
    def vertical(self) -> Vertical:
        """The vertical of the documents."""
        return self.edge.vertical


@dataclass(frozen=True, slots=True)
class BoundNothing:
    """A value without a word: no documents."""

    vertical: Vertical
    span: Span


@dataclass(frozen=True, slots=True)
class BoundAnd:
    """Intersection of `operands` (one or more), less every one of `excluded`."""

    vertical: Vertical
    operands: tuple[Bound, ...]
    excluded: tuple[Bound, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BoundOr:
    """Union of one or more operands."""

    vertical: Vertical
    operands: tuple[Bound, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BoundDifference:
    """`operand` less every one of `excluded`."""

    vertical: Vertical
    operand: Bound
    excluded: tuple[Bound, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Optional:
    """An operand of a weak-and that may be missing: at most `hits` times, or from a share 1 - `weight`."""

    operand: Bound
    hits: int | None
    weight: Fraction | None


@dataclass(frozen=True, slots=True)
class BoundWeakAnd:
    """language.md §4.1. `required` holds one or more; `optional` in the order written."""

    vertical: Vertical
    required: tuple[Bound, ...]
    optional: tuple[Optional, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Quota:
    """An operand of a strong-or, with the share of the answer that must come from it (None: no quota)."""

    operand: Bound
    weight: Fraction | None


@dataclass(frozen=True, slots=True)
class BoundStrongOr:
    """language.md §4.2. Operands in the order written."""

    vertical: Vertical
    operands: tuple[Quota, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class BoundApply:
    """`(apply edge: inner)`. `limit` None stands for the setting; `by_affinity`: inner results are taken by the viewer's affinity
    to them, and count it."""

    edge: Edge
    inner: Bound
    limit: int | None
    min_hits: int
    orders_by_hits: bool
    by_affinity: bool
    span: Span

    @property
    def vertical(self) -> Vertical:
        """The vertical of the edge."""
        return self.edge.vertical


@dataclass(frozen=True, slots=True)
class BoundExtract:
    """`(extract edge: inner)`: the ids that the field holds in the documents of `inner`."""

    edge: Edge
    inner: Bound
    limit: int | None
    span: Span

    @property
    def vertical(self) -> Vertical:
        """The vertical of the field's values."""
        vertical = self.edge.value_vertical
        assert vertical is not None, f"{self.edge.key} is no field"
        return vertical


Bound = (
    BoundTerm
    | BoundNothing
    | BoundAnd
    | BoundOr
    | BoundDifference
    | BoundWeakAnd
    | BoundStrongOr
    | BoundApply
    | BoundExtract
)
