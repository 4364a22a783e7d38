"""The parameters of requests: typed, bounded and documented; what is read and what OpenAPI shows come from one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any, assert_never
from urllib.parse import parse_qsl

from api.http.problems import Refusal
from api.ids import read_id
from schemas.errors import InputError

_SHOWN = 40
ID_PATTERN = "^-?[0-9]{1,19}$"


class Kind(Enum):
    """What a parameter holds."""

    TEXT = "text"
    QUERY = "text of a query of the language, which its parser bounds"
    WHOLE = "whole number"
    FLAG = "true or false"
    ID = "id"
    IDS = "ids, with commas between"
    CHOICE = "one of several"
    CHOICES = "some of several, with commas between"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. `low` and `high` bound a whole number, the length of a text, or the number of ids."""

    name: str
    kind: Kind
    meaning: str
    example: str
    is_required: bool = False
    default: Any = None
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    is_path: bool = False

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the value as text."""
        match self.kind:
            case Kind.TEXT:
                schema: dict[str, Any] = {"type": "string", "minLength": self.low, "maxLength": self.high}
            case Kind.QUERY:
                schema = {"type": "string"}
            case Kind.WHOLE:
                schema = {"type": "integer", "minimum": self.low, "maximum": self.high}
            case Kind.FLAG:
                schema = {"type": "boolean"}
            case Kind.ID:
                schema = {"type": "string", "pattern": ID_PATTERN}
            case Kind.IDS:
                items = {"type": "string", "pattern": ID_PATTERN}
                schema = {"type": "array", "items": items, "minItems": 1, "maxItems": self.high}
            case Kind.CHOICE:
                schema = {"type": "string", "enum": list(self.choices)}
            case Kind.CHOICES:
                schema = {"type": "array", "items": {"type": "string", "enum": list(self.choices)}, "minItems": 1}
            case _:
                assert_never(self.kind)
        if self.default is not None:
            schema["default"] = list(self.default) if isinstance(self.default, tuple) else self.default
        return schema


def read_params(params: Sequence[Param], path: Mapping[str, str], query: bytes) -> Mapping[str, Any]:
    """The values by name, every parameter with its default. `InputError` names the parameter and what it takes; `Refusal` 404 where
    the path is none."""
    given = _pairs(query)
    known = {param.name: param for param in params if not param.is_path}
    for name in given:
        if name not in known:
            near = get_close_matches(name[:_SHOWN], known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known) or 'none'}"
            raise InputError("unknown-parameter", f"unknown parameter {shown(name)}", hint=hint)
    values: dict[str, Any] = {}
    for param in params:
        text = path.get(param.name) if param.is_path else given.get(param.name)
        if text is None:
            if param.is_required:
                raise InputError("missing-parameter", f"{param.name} is missing", hint=f"give {_takes(param)}")
            values[param.name] = param.default
        else:
            values[param.name] = _value(param, text)
    return values


def _pairs(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=64)
    except (UnicodeDecodeError, ValueError):
        raise InputError(
            "bad-parameter", "the query is not percent-encoded UTF-8", hint="such as ?q=name%3Amel*"
        ) from None
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise InputError("bad-parameter", f"{shown(name)} stands twice", hint="give each parameter once")
        values[name] = value
    return values


def _value(param: Param, text: str) -> Any:
    match param.kind:
        case Kind.TEXT:
            if param.low <= len(text) <= param.high:
                return text
        case Kind.QUERY:
            return text
        case Kind.WHOLE:
            if text.isascii() and text.isdigit() and len(text) < 19 and param.low <= int(text) <= param.high:
                return int(text)
        case Kind.FLAG:
            if text in ("true", "false"):
                return text == "true"
        case Kind.ID:
            return read_id(text)
        case Kind.IDS:
            parts = text.split(",")
            if len(parts) <= param.high:
                return tuple(dict.fromkeys(map(read_id, parts)))
        case Kind.CHOICE:
            if text in param.choices:
                return text
            if param.is_path:
                near = get_close_matches(text[:_SHOWN], param.choices, n=1)
                hint = f"did you mean {near[0]}?" if near else "see /openapi.json"
                raise Refusal(404, "not-found", f"there is no {shown(text)} here", hint=hint)
        case Kind.CHOICES:
            names = tuple(dict.fromkeys(text.split(",")))
            if all(name in param.choices for name in names):
                return names
        case _:
            assert_never(param.kind)
    raise InputError("bad-parameter", f"{param.name} cannot be {shown(text)}", hint=f"give {_takes(param)}")


def _takes(param: Param) -> str:
    match param.kind:
        case Kind.TEXT:
            takes = f"a text of {param.low} to {param.high:,} characters"
        case Kind.QUERY:
            takes = "a query of the language"
        case Kind.WHOLE:
            takes = f"a whole number from {param.low:,} to {param.high:,}"
        case Kind.FLAG:
            takes = "true or false"
        case Kind.ID:
            takes = "a decimal 64-bit integer"
        case Kind.IDS:
            takes = f"up to {param.high} ids with commas between"
        case Kind.CHOICE:
            takes = f"one of {', '.join(param.choices)}"
        case Kind.CHOICES:
            takes = f"some of {', '.join(param.choices)}, with commas between"
        case _:
            assert_never(param.kind)
    return f"{takes}, such as {param.example}"


def shown(text: str) -> str:
    """A text of a caller as errors show it: quoted, and cut where it is long."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return repr(cut)
