"""Text on its way out: names and queries come from outside, so nothing in them may steer a terminal or break a line.

Also the wire form of JSON, and how counts, sizes and times are written.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

_JOINERS = "\u200c\u200d"
"""Unprintable to Python, but parts of words in many scripts and of emoji."""
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def printable(text: str) -> str:
    """The text with every control, surrogate and other unprintable code point escaped; always one line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else _escaped(c) for c in text)


def is_unicode(text: str) -> bool:
    """Whether the text holds no half of a character (a lone surrogate), so that it has a UTF-8 form."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def json_line(content: Any) -> bytes:
    """One line of JSON in UTF-8; a lone surrogate is written as its escape."""
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def size_of(count: int) -> str:
    """A number of bytes for people: `812 bytes`, `3.4 MB`."""
    amount = float(count)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            break
        amount /= 1000
    return f"{count} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"


def instant(milliseconds: int) -> str:
    """A time of data-model.md §1 for people, in UTC; the plain number where no calendar holds it."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)
