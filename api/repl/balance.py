"""Parentheses of a query text, with strings and comments respected: is it whole, and which belong together?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OUTSIDE = re.compile(r'[()"]|;[^\n]*')
_INSIDE = re.compile(r'(?:[^"\\]|\\.)*+("?)', re.DOTALL)


@dataclass(slots=True)
class Balance:
    """What is open after the text that was fed so far."""

    depth: int = 0
    in_string: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a list or a string waits for its end."""
        return self.in_string or self.depth > 0

    def feed(self, text: str) -> None:
        """Go on with more text; a piece may end anywhere but behind the backslash of an escape."""
        for _, mark in _marks(text, in_string=self.in_string):
            if mark == '"':
                self.in_string = not self.in_string
            else:
                self.depth += 1 if mark == "(" else -1


def balance(text: str) -> Balance:
    """The balance of a whole text."""
    found = Balance()
    found.feed(text)
    return found


def matching(text: str, cursor: int) -> tuple[int, int] | None:
    """The pair of parentheses at the cursor, under it or right before it; None where there is none."""
    opened: list[int] = []
    pairs: dict[int, int] = {}
    for place, mark in _marks(text, in_string=False):
        if mark == "(":
            opened.append(place)
        elif mark == ")" and opened:
            start = opened.pop()
            pairs[start], pairs[place] = place, start
    for place in (cursor, cursor - 1):
        if place in pairs:
            return place, pairs[place]
    return None


def _marks(text: str, *, in_string: bool) -> Iterator[tuple[int, str]]:
    """The parentheses outside strings and comments, and the quotes at both ends of strings."""
    place = 0
    while True:
        if in_string:
            inside = _INSIDE.match(text, place)
            assert inside is not None, "the pattern matches the empty text"
            if not inside[1]:
                return
            yield inside.end() - 1, '"'
            place, in_string = inside.end(), False
        mark = _OUTSIDE.search(text, place)
        if mark is None:
            return
        place = mark.end()
        if mark[0][0] != ";":
            yield mark.start(), mark[0]
            in_string = mark[0] == '"'
