"""An answer for people: a table of ranks, ids and names, a line about its size, then what explains it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from api.console.text import printable
from query import Answer, Explanation, Lead

_FORM_SHOWN = 100

READINGS: dict[str, str] = {
    "followed_by": "followed by",
    "follower": "follows",
    "member_of": "member of",
    "liked": "likes media of",
    "tagged_in": "tagged in media of",
    "mentioned_in": "named in media of",
    "owner": "owned by",
    "liker": "liked by",
    "commenter": "commented on by",
    "tagged": "shows",
    "mention": "names",
    "hashtag": "carries",
    "location": "taken at",
    "in_group": "in group",
    "used_by": "used by",
    "visited_by": "visited by",
    "member": "has member",
    "contains": "contains media of",
}
"""How an edge of the catalogue reads before the names of what it leads from; of media, their owners' names."""


def answer_parts(answer: Answer, *, shows_time: bool = True, shows_costs: bool = True) -> Iterator[RenderableType]:
    """Everything an answer holds, in the order in which people read it.

    `shows_costs` says whether estimates and times stand in the explanation, where the answer has them.
    """
    if answer.ids:
        yield _table(answer)
    yield _summary(answer, shows_time=shows_time)
    if answer.age_ms is not None:
        yield Text(f"{answer.age_ms / 1000:,.0f} s old: the index is behind its stream", "yellow")
    for reason in answer.incomplete:
        yield Text(f"incomplete: {_reason(reason)}", "yellow")
    if answer.why_not is not None:
        yield Text(f"why not: {printable(answer.why_not)}")
    if answer.explain is not None:
        yield explanation_tree(answer.explain, shows_costs=shows_costs)


def _table(answer: Answer) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("#", justify="right", style="dim", no_wrap=True)
    table.add_column("id", justify="right", style="cyan", no_wrap=True)
    table.add_column("owner" if answer.vertical.value == "media" else answer.vertical.value, overflow="fold")
    if answer.lineage is not None:
        table.add_column("reached by", overflow="fold", style="green")
    for row, (id_, name) in enumerate(zip(answer.ids, answer.names, strict=True)):
        cells: list[str | Text] = [str(row + 1), str(id_), Text(printable(name))]
        if answer.lineage is not None:
            cells.append(Text("; ".join(map(lead_text, answer.lineage[row]))))
        table.add_row(*cells)
    return table


def _summary(answer: Answer, *, shows_time: bool) -> Text:
    shown = len(answer.ids)
    parts = []
    if not answer.total_is_exact:
        parts.append(f"{_results(shown)}, there may be more")
    elif answer.total > shown:
        parts.append(f"{shown:,} of {answer.total:,} results")
    else:
        parts.append(_results(shown))
    parts.append("complete" if answer.is_complete else "not complete")
    if shows_time:
        parts.append(f"{answer.took_ms:.1f} ms")
    return Text(" · ".join(parts), "dim")


def _reason(reason: dict[str, Any]) -> str:
    match reason["reason"]:
        case "inner limit":
            form = _shortened(reason["form"])
            return f"{form} took {reason['kept']:,} of {reason['found']:,} inner results, by {reason['order']}"
        case "deadline":
            return f"the deadline of {reason['deadline_ms']} ms passed; these are the best found by then"
        case other:
            details = ", ".join(f"{key} {value}" for key, value in reason.items() if key != "reason")
            return printable(f"{other}: {details}" if details else str(other))


def _results(count: int) -> str:
    return "no results" if count == 0 else "1 result" if count == 1 else f"{count:,} results"


def lead_text(lead: Lead) -> str:
    """`followed by ann, bob and 12 more`: how the apply's edge reads, then who leads to the result."""
    names = [printable(name) for name in lead.names]
    if lead.more:
        names.append(f"{lead.more:,} more")
    *most, last = names
    reading = READINGS.get(lead.edge, lead.edge)
    return f"{reading} {', '.join(most)} and {last}" if most else f"{reading} {last}"


def explanation_tree(explanation: Explanation, *, shows_costs: bool) -> Tree:
    """The plan as run: each operator with its size, and with estimate and time where they are to be seen."""
    tree = Tree(_node(explanation, shows_costs=shows_costs), guide_style="dim")
    todo = [(explanation, tree)]
    while todo:
        node, branch = todo.pop()
        for operand in node.operands:
            todo.append((operand, branch.add(_node(operand, shows_costs=shows_costs))))
    return tree


def _node(explanation: Explanation, *, shows_costs: bool) -> Text:
    label = Text("not " if explanation.is_excluded else "", "bold magenta")
    form = _shortened(explanation.text)
    if explanation.operator != "term" and not form.startswith(f"({explanation.operator} "):
        label.append(f"{explanation.operator} ", "bold magenta")  # rewritten into another operator than was written
    label.append(form)
    label.append(f"  {explanation.size:,}", "cyan")
    if shows_costs and explanation.estimate is not None:
        label.append(f"  estimate {explanation.estimate:,}", "dim")
    if shows_costs and explanation.took_ms is not None:
        label.append(f"  {explanation.took_ms:.2f} ms", "dim")
    return label


def _shortened(form: str) -> str:
    line = printable(" ".join(form.split()))
    return line if len(line) <= _FORM_SHOWN else line[: _FORM_SHOWN - 1] + "…"
