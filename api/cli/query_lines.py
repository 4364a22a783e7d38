"""Queries as JSON lines: one line of JSON out for every line in, in order and at once; an erroneous line stops nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, BinaryIO

from api.console.text import json_line, printable
from api.lines import bounded_lines
from api.session import Session
from query import Request
from schemas.catalogue import Vertical
from schemas.errors import InputError, MonocerosError
from schemas.ids import INT64_MAX, INT64_MIN, ExternalId

FIELDS: dict[str, str] = {
    "query": "text",
    "viewer": "an integer of 64 bits",
    "limit": "an integer",
    "vertical": "user, media, hashtag, place or group",
    "operator": "true or false",
    "exact": "true or false",
}
_ESCAPED = 6
"""Bytes that JSON may take for one byte of a query: `\\u0041`."""
_ROOM = 4096
_SHOWN = 40
_ALIKE = 0.75
"""How like a known field an unknown one must be to be taken for a slip."""


def answer_lines(session: Session, defaults: Request, source: BinaryIO, out: BinaryIO) -> None:
    """Answer each line of `source` on `out`. `defaults` stand for what a line does not say."""
    longest = session.settings.max_text_bytes * _ESCAPED + _ROOM
    for line, is_whole in bounded_lines(source, longest):
        out.write(json_line(_answer(session, defaults, line, is_whole=is_whole)))
        out.flush()


def _answer(session: Session, defaults: Request, line: bytes, *, is_whole: bool) -> dict[str, Any]:
    try:
        if not is_whole:
            raise InputError("limit", f"the line is longer than {len(line)} bytes", hint="shorten the query")
        return session.run(request_of(defaults, line)).as_json()
    except MonocerosError as error:
        return {"error": error.as_json()}


def request_of(defaults: Request, line: bytes) -> Request:
    """The request that a line spells. `InputError` `bad-line`."""
    values = _object(line)
    text = values.pop("query", None)
    if not isinstance(text, str):
        raise (
            _wrong("query", text)
            if text is not None
            else InputError("bad-line", "the line has no query", hint='write {"query": "name:ann"}')
        )
    said = dict(_said(values))
    return defaults._replace(text=text, **said)


def _object(line: bytes) -> dict[str, Any]:
    hint = 'each line is one JSON object in UTF-8, such as {"query": "name:ann", "viewer": 5}'
    try:
        content = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError("bad-line", f"the line is no UTF-8 at byte {error.start + 1}", hint=hint) from None
    except json.JSONDecodeError as error:
        raise InputError(
            "bad-line", f"the line is no JSON: {error.msg.lower()}", column=error.pos + 1, line=1, hint=hint
        ) from None
    except (ValueError, RecursionError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else "a number has too many digits"
        raise InputError("bad-line", f"the line is no JSON for us: {what}", hint=hint) from None
    if not isinstance(content, dict):
        raise InputError("bad-line", "the line is JSON but no object", hint=hint)
    return content


def _said(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the line says beside its query, under the names of a request; null is as if not said."""
    for name, value in values.items():
        if name not in FIELDS:
            close = get_close_matches(name[:_SHOWN], FIELDS, n=1, cutoff=_ALIKE)
            if not close:
                continue  # whoever wrote the line keeps something of his own in it
            raise InputError(
                "bad-line",
                f"unknown field `{printable(name[:_SHOWN])}`",
                hint=f"did you mean `{close[0]}`? (known: {', '.join(FIELDS)})",
            )
        if value is None:
            continue
        match name, value:
            case "viewer", int() if not isinstance(value, bool) and INT64_MIN <= value <= INT64_MAX:
                yield "viewer", ExternalId(value)
            case "limit", int() if not isinstance(value, bool):
                yield "limit", value
            case "vertical", str() if value in set(Vertical):
                yield "vertical", Vertical(value)
            case "operator", bool():
                yield "is_operator", value
            case "exact", bool():
                yield "is_exact", value
            case _:
                raise _wrong(name, value)


def _wrong(name: str, value: object) -> InputError:
    match value:
        case list() | dict():
            shown = "a list" if isinstance(value, list) else "an object"
        case _:
            shown = json.dumps(value)
    cut = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return InputError("bad-line", f"`{name}` cannot be {cut}", hint=f"`{name}` takes {FIELDS[name]}")
