"""From syntax tree to text: one canonical line, or lines for people. Both parse back to an equal tree.

Canonical: one space between arguments, options behind operands, quotes only where they are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from query.nodes import Form, Node, Option, Term


def print_node(node: Node) -> str:
    """The canonical one-line text of a tree; equal trees, and no others, have equal texts."""
    return "".join(_pieces(node))


def print_lines(node: Node, width: int = 80) -> str:
    """The same text for people: a list that does not fit into `width` columns has one argument a line."""
    done: list[str] = []
    todo: list[tuple[Node | str, int, str]] = [(node, 0, "")]
    while todo:
        item, indent, tail = todo.pop()
        if isinstance(item, str):
            done.append(" " * indent + item + tail)
            continue
        line = _flat(item, width - indent - len(tail))
        if line is not None or isinstance(item, Term):
            done.append(" " * indent + (line or print_node(item)) + tail)
            continue
        done.append(" " * indent + _opening(item))
        parts: list[Node | str] = [*item.operands, *map(print_option, item.options)]
        if not parts:
            done[-1] += ")" + tail
        for place, part in enumerate(reversed(parts)):
            todo.append((part, indent + 2, "" if place else ")" + tail))
    return "\n".join(done)


def print_term(term: Term) -> str:
    """`edge:value`, quoted where it must be."""
    value = term.value
    if term.is_quoted:
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{term.edge}{':' if term.edge else ''}{value}{'*' if term.is_prefix else ''}"


def print_option(option: Option) -> str:
    """`:name literal`; numbers in plain digits, of any length."""
    value = option.value
    if isinstance(value, int):
        value = Decimal(value)
    return f":{option.name} {value if isinstance(value, str) else format(value, 'f')}"


def _opening(form: Form) -> str:
    return f"({form.op} {form.edge}:" if form.edge else f"({form.op}"


def _flat(node: Node, room: int) -> str | None:
    """The one-line text if it is at most `room` long; gives up as soon as it is longer."""
    line = ""
    for piece in _pieces(node):
        line += piece
        if len(line) > room:
            return None
    return line


def _pieces(node: Node) -> Iterator[str]:
    """The pieces of the one-line text, in order; a stack instead of recursion, since a tree may be deep."""
    todo: list[Node | str] = [node]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Term):
            yield print_term(item)
        else:
            yield _opening(item)
            todo.append(")")
            todo.extend(f" {print_option(option)}" for option in reversed(item.options))
            for operand in reversed(item.operands):
                todo.append(operand)
                todo.append(" ")
