"""What stands at the cursor of an unfinished query: the piece being typed, the lists around it, what they can find."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from query import Op
from schemas.catalogue import Vertical, edges_named

_TOKEN = re.compile(
    r"""(?P<space>\s++)
      | (?P<comment>;[^\n]*+)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<text>(?:[^\s();"]++|"(?:[^"\\]|\\.)*+"?+)++)""",
    re.VERBOSE | re.DOTALL,
)
ALL = frozenset(Vertical)


@dataclass(slots=True)
class Frame:
    """A list that is not closed yet: its operator, the head of an apply or extract, and what its arguments are so far."""

    op: str = ""
    head: str = ""
    edges: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    awaits: str = ""
    """The option whose literal comes next."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`partial` is the piece that ends at the cursor; `frames` the open lists, outermost first."""

    partial: str
    frames: tuple[Frame, ...]
    in_comment: bool

    def verticals(self, whole: frozenset[Vertical]) -> frozenset[Vertical]:
        """What a form at the cursor may find, where the query may find `whole`; all, where nothing can be said."""
        found = whole
        for frame in self.frames:
            found = _inside(frame, found)
        return found or ALL


def cursor_at(text: str) -> Cursor:
    """The cursor at the end of `text`."""
    frames: list[Frame] = []
    partial, in_comment = "", False
    for token in _TOKEN.finditer(text):
        is_last = token.end() == len(text)
        match token.lastgroup:
            case "open":
                frames.append(Frame())
            case "close" if frames:
                closed = frames.pop()
                if frames and closed.op == Op.APPLY and closed.head:
                    frames[-1].edges.append(closed.head)
            case "comment":
                in_comment = is_last
            case "text" if is_last:
                partial = token[0]
            case "text" if frames:
                _read(frames[-1], token[0])
    return Cursor(partial, tuple(frames), in_comment)


def _read(frame: Frame, word: str) -> None:
    """One finished argument of a list."""
    if not frame.op:
        frame.op = word
    elif word.startswith(":"):
        frame.awaits = word[1:]
        frame.options.append(word[1:])
    elif frame.awaits:
        frame.awaits = ""
    elif word.endswith(":") and not frame.head:
        frame.head = word[:-1]
    elif ":" in word:
        frame.edges.append(word.partition(":")[0])


def _inside(frame: Frame, outside: frozenset[Vertical]) -> frozenset[Vertical]:
    """What the operands of a list find, where the list itself finds one of `outside`."""
    if frame.op == Op.APPLY and frame.head:
        heads = [edge for edge in edges_named(frame.head) if edge.vertical in outside]
        inside = frozenset(edge.value_vertical for edge in heads if edge.value_vertical is not None)
    elif frame.op == Op.EXTRACT and frame.head:
        fields = [edge for edge in edges_named(frame.head) if edge.is_field and edge.value_vertical in outside]
        inside = frozenset(edge.vertical for edge in fields)
    else:
        inside = outside
    for name in frame.edges:
        narrower = inside & {edge.vertical for edge in edges_named(name)}
        inside = narrower or inside
    return inside or ALL
