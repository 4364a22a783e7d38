"""The answer (language.md §5) as a value, and the request that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from schemas.catalogue import Vertical
from schemas.ids import ExternalId


class Request(NamedTuple):
    """One query of one viewer. `limit` None stands for the setting; `vertical` None for what the form allows.

    `deadline_ms` is what the caller will wait, on the wall's clock; the setting's processor time holds in any case. Requests and
    answers are tuples because they are made for every query: frozen dataclasses of this size take four times as long.
    """

    text: str
    viewer: ExternalId | None = None
    vertical: Vertical | None = None
    limit: int | None = None
    is_operator: bool = False
    is_exact: bool = False
    explains: bool = False
    gives_lineage: bool = False
    why_not: ExternalId | None = None
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One operator of the plan as run. `size` is counted in W_v; estimate and time are shown to the operator only."""

    operator: str
    text: str
    size: int
    estimate: int | None
    took_ms: float | None
    operands: tuple[Explanation, ...]
    is_excluded: bool = False
    """Whether the operator above takes its documents away."""

    def as_json(self) -> dict[str, Any]:
        """The wire form; what is not shown is left out."""
        shown: dict[str, Any] = {"operator": self.operator, "text": self.text, "size": self.size}
        if self.is_excluded:
            shown["excluded"] = True
        if self.estimate is not None:
            shown["estimate"] = self.estimate
        if self.took_ms is not None:
            shown["took_ms"] = round(self.took_ms, 3)
        return shown | {"operands": [operand.as_json() for operand in self.operands]}


@dataclass(frozen=True, slots=True)
class Lead:
    """Why an apply along `edge` reached a result: some of the inner results that lead to it, and how many more do."""

    text: str
    edge: str
    vertical: Vertical
    ids: tuple[int, ...]
    names: tuple[str, ...]
    more: int

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        by = [
            {"id": id_, "vertical": self.vertical.value, "name": name}
            for id_, name in zip(self.ids, self.names, strict=True)
        ]
        return {"form": self.text, "by": by, "more": self.more}


class Answer(NamedTuple):
    """`ids` and `names` best first; `incomplete` says what was cut; `lineage` stands beside the ids."""

    vertical: Vertical
    ids: list[int]
    names: list[str]
    total: int
    total_is_exact: bool
    incomplete: tuple[dict[str, Any], ...]
    took_ms: float
    explain: Explanation | None = None
    lineage: tuple[tuple[Lead, ...], ...] | None = None
    why_not: str | None = None
    age_ms: int | None = None
    """How old the index is that answered; None where that is nothing to speak of. It depends on no viewer."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing was cut."""
        return not self.incomplete

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        results: list[dict[str, Any]] = [
            {"id": id_, "vertical": self.vertical.value, "name": name}
            for id_, name in zip(self.ids, self.names, strict=True)
        ]
        if self.lineage is not None:
            for result, leads in zip(results, self.lineage, strict=True):
                result["lineage"] = [lead.as_json() for lead in leads]
        content: dict[str, Any] = {
            "results": results,
            "total": self.total,
            "total_is_exact": self.total_is_exact,
            "complete": self.is_complete,
            "incomplete": list(self.incomplete),
            "took_ms": round(self.took_ms, 3),
        }
        if self.explain is not None:
            content["explain"] = self.explain.as_json()
        if self.why_not is not None:
            content["why_not"] = self.why_not
        if self.age_ms is not None:
            content["age_ms"] = self.age_ms
        return content
