"""Answers as HTML for notebooks: a table or cards. Every text is escaped: names and queries come from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from msgspec import UNSET

from api.wire import Hit, RankedMedia, Results, Suggested, Suggestion, Typeahead

Listed = Results | RankedMedia | Suggested | Typeahead
"""Answers that are lists."""
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


def table(found: Listed) -> Html:
    """Rank, id, name, fields, why it is there and who leads there, a row each; below how many there are and what was cut."""
    rows = _rows(found)
    kinds = {hit.vertical for hit in rows}
    fields = list(dict.fromkeys(name for hit in rows for name in _fields(hit)))
    also: dict[str, Callable[[Hit | Suggestion], str]] = {
        "kind": lambda hit: hit.vertical,
        "reason": _reason,
        "reached by": _reached,
    }
    if len(kinds) < 2:
        del also["kind"]
    also = {name: said for name, said in also.items() if any(map(said, rows))}
    heads = ["#", "id", kinds.pop() if len(kinds) == 1 else "name", *fields, *also]
    lines = [
        [str(number), hit.id, hit.name]
        + [_shown(_fields(hit).get(name)) for name in fields]
        + [said(hit) for said in also.values()]
        for number, hit in enumerate(rows, 1)
    ]
    body = _row("th", heads) + "".join(_row("td", line) for line in lines)
    return Html(f'<table style="{_TABLE}">{body}</table>{_summary(found)}{_explained(found)}')


def cards(found: Listed) -> Html:
    """A card each."""
    shown = []
    for hit in _rows(found):
        lines = [f"{name}: {_shown(value)}" for name, value in _fields(hit).items()]
        lines = [line for line in (f"{hit.vertical} {hit.id}", *lines, _reason(hit), _reached(hit)) if line]
        small = "".join(f'<div style="{_FAINT}">{escape(line)}</div>' for line in lines)
        shown.append(f'<div style="{_CARD}"><b>{escape(hit.name)}</b>{small}</div>')
    return Html(f'<div style="{_CARDS}">{"".join(shown)}</div>{_summary(found)}{_explained(found)}')


def _rows(found: Listed) -> Sequence[Hit | Suggestion]:
    return found.slots if isinstance(found, Typeahead) else found.results


def _fields(hit: Hit | Suggestion) -> dict[str, Any]:
    if isinstance(hit, Suggestion):
        return {name: text for name, text in hit.text.items() if name != "name"}
    return {} if hit.fields is UNSET else hit.fields


def _reason(hit: Hit | Suggestion) -> str:
    return "" if hit.reason is UNSET else hit.reason


def _reached(hit: Hit | Suggestion) -> str:
    return "" if isinstance(hit, Suggestion) or hit.lineage is UNSET else "; ".join(lead.reads for lead in hit.lineage)


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


def _summary(found: Listed) -> str:
    has_total = isinstance(found, Results) and found.total_is_exact
    count = found.total if isinstance(found, Results) and has_total else len(_rows(found))
    size = f"{count:,} result{'' if count == 1 else 's'}"
    if isinstance(found, Results) and not has_total:
        size += ", there may be more"
    parts = [size, "complete" if found.complete else "not complete"]
    parts += [] if isinstance(found, Suggested) else [f"{found.took_ms:.1f} ms"]
    parts += [f"incomplete: {reason.get('reason', '')}" for reason in found.incomplete]
    if isinstance(found, Results) and found.why_not is not UNSET:
        parts.append(f"why not: {found.why_not}")
    said = escape(" · ".join(parts))
    return f'<div style="{_FAINT}">{said}</div>'


def _explained(found: Listed) -> str:
    if not isinstance(found, Results) or found.explain is UNSET:
        return ""
    return f"<ul>{_operator(found.explain)}</ul>"


def _operator(node: dict[str, Any]) -> str:
    sign = "not " if node.get("excluded") else ""
    inner = "".join(_operator(operand) for operand in node["operands"])
    below = f"<ul>{inner}</ul>" if inner else ""
    said = escape(f"{sign}{node['text']}  {node['size']:,}")
    return f"<li><code>{said}</code>{below}</li>"
