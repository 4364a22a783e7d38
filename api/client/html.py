"""Answers as HTML for notebooks: a table or cards. Every text is escaped: names and queries come from outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from msgspec import UNSET

from api.wire import Hit, LeadOut, Results

_TABLE = "border-collapse:collapse"
_CELL = "padding:2px 10px;text-align:left;border-bottom:1px solid #8884"
_CARDS = "display:flex;flex-wrap:wrap;gap:8px"
_CARD = "border:1px solid #8886;border-radius:8px;padding:8px 12px;min-width:160px;max-width:260px"
_FAINT = "opacity:.65;font-size:85%"


@dataclass(frozen=True, slots=True)
class Html:
    """Something that notebooks show as it is."""

    text: str

    def _repr_html_(self) -> str:
        return self.text


def table(found: Results) -> Html:
    """Rank, id, name, fields and who leads there, a row each; below how many there are and what was cut."""
    fields = list(dict.fromkeys(name for hit in found.results for name in _fields(hit)))
    has_leads = any(_leads(hit) for hit in found.results)
    heads = ["#", "id", found.vertical or "name", *fields, *(["reached by"] if has_leads else [])]
    rows = []
    for number, hit in enumerate(found.results, 1):
        cells = [str(number), hit.id, hit.name, *(_shown(_fields(hit).get(name)) for name in fields)]
        rows.append(cells + ([_reached(hit)] if has_leads else []))
    body = _row("th", heads) + "".join(_row("td", row) for row in rows)
    return Html(f'<table style="{_TABLE}">{body}</table>{_summary(found)}{_explained(found)}')


def cards(found: Results) -> Html:
    """A card each."""
    shown = []
    for hit in found.results:
        lines = [f"{escape(name)}: {escape(_shown(value))}" for name, value in _fields(hit).items()]
        lines += [escape(_reached(hit))] if _leads(hit) else []
        small = "".join(f'<div style="{_FAINT}">{line}</div>' for line in [escape(f"{hit.vertical} {hit.id}"), *lines])
        shown.append(f'<div style="{_CARD}"><b>{escape(hit.name)}</b>{small}</div>')
    return Html(f'<div style="{_CARDS}">{"".join(shown)}</div>{_summary(found)}{_explained(found)}')


def _fields(hit: Hit) -> dict[str, Any]:
    return {} if hit.fields is UNSET else hit.fields


def _leads(hit: Hit) -> list[LeadOut]:
    return [] if hit.lineage is UNSET else hit.lineage


def _reached(hit: Hit) -> str:
    return "; ".join(lead.reads for lead in _leads(hit))


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _row(kind: str, cells: Iterable[str]) -> str:
    shown = "".join(f'<{kind} style="{_CELL}">{escape(cell)}</{kind}>' for cell in cells)
    return f"<tr>{shown}</tr>"


def _summary(found: Results) -> str:
    total = f"{found.total:,} results" if found.total_is_exact else f"{len(found.results):,} results, there may be more"
    parts = [total, "complete" if found.complete else "not complete", f"{found.took_ms:.1f} ms"]
    parts += [f"incomplete: {reason.get('reason', '')}" for reason in found.incomplete]
    if found.why_not is not UNSET:
        parts.append(f"why not: {found.why_not}")
    said = escape(" · ".join(parts))
    return f'<div style="{_FAINT}">{said}</div>'


def _explained(found: Results) -> str:
    if found.explain is UNSET:
        return ""
    return f"<ul>{_operator(found.explain)}</ul>"


def _operator(node: dict[str, Any]) -> str:
    sign = "not " if node.get("excluded") else ""
    inner = "".join(_operator(operand) for operand in node["operands"])
    below = f"<ul>{inner}</ul>" if inner else ""
    said = escape(f"{sign}{node['text']}  {node['size']:,}")
    return f"<li><code>{said}</code>{below}</li>"
