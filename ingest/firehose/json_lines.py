"""Events as JSON for people: `{"server_time_millis": …, "like": {"liker_id": …, …}}`, enums by their names."""

from __future__ import annotations

from typing import Any

from thrift.Thrift import TType

from ingest.firehose.checks import ENUMS
from ingest.firehose.wire import KINDS, Event, decode, encode
from schemas.errors import InputError
from schemas.gen.ttypes import InstagramEvent

_TIME = "server_time_millis"
_STRUCTS: dict[str, Any] = {spec[2]: spec[3][0] for spec in InstagramEvent.thrift_spec if spec}
_PYTHON_TYPES: dict[int, tuple[tuple[type, ...], str]] = {
    TType.BOOL: ((bool,), "true or false"),
    TType.I32: ((int,), "a whole number"),
    TType.I64: ((int,), "a whole number"),
    TType.DOUBLE: ((int, float), "a number"),
    TType.STRING: ((str,), "text"),
}


def event_to_json(event: Event) -> dict[str, Any]:
    """What the event carries, and no more."""
    return {_TIME: event.time_ms, event.kind: _struct_to_json(event.body)}


def _struct_to_json(struct: Any) -> dict[str, Any]:
    found = {}
    for _, _, name, _, _ in filter(None, struct.thrift_spec):
        value = getattr(struct, name)
        if value is not None:
            found[name] = ENUMS[name]._VALUES_TO_NAMES[value] if name in ENUMS else _value_to_json(value)
    return found


def _value_to_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_value_to_json(item) for item in value]
    return _struct_to_json(value) if hasattr(value, "thrift_spec") else value


def event_from_json(found: Any) -> Event:
    """The event that `event_to_json` would write so; where it stood (`at`) may stand beside.

    `InputError` `bad-event` names the field that cannot be used.
    """
    if isinstance(found, dict):
        found = {name: value for name, value in found.items() if name != "at"}
    if not isinstance(found, dict) or len(found) != 2 or _TIME not in found:
        raise _bad("event", f'is no object of "{_TIME}" and one kind')
    (kind,) = found.keys() - {_TIME}
    if kind not in _STRUCTS:
        raise _bad(kind, f"is no kind of event: {', '.join(KINDS.values())}")
    time_ms = _value_from_json(found[_TIME], TType.I64, None, _TIME)
    event = Event(time_ms, kind, _struct_from_json(found[kind], _STRUCTS[kind], kind))
    return decode(encode(event))


def _struct_from_json(found: Any, struct: Any, place: str) -> Any:
    if not isinstance(found, dict):
        raise _bad(place, "is no object")
    specs = {spec[2]: spec for spec in struct.thrift_spec if spec}
    values = {}
    for name, value in found.items():
        if name not in specs:
            raise _bad(f"{place}.{name}", f"is unknown; there are {', '.join(specs)}")
        _, kind, _, inner, _ = specs[name]
        if name in ENUMS:
            values[name] = _enum_from_json(value, ENUMS[name], f"{place}.{name}")
        elif value is not None:
            values[name] = _value_from_json(value, kind, inner, f"{place}.{name}")
    return struct(**values)


def _enum_from_json(value: Any, enum: Any, place: str) -> int:
    numbers: dict[str, int] = enum._NAMES_TO_VALUES
    if not isinstance(value, str) or value not in numbers:
        raise _bad(place, f"is none of {', '.join(numbers)}")
    return numbers[value]


def _value_from_json(value: Any, kind: int, inner: Any, place: str) -> Any:
    if kind == TType.STRUCT:
        return _struct_from_json(value, inner[0], place)
    if kind == TType.LIST:
        if not isinstance(value, list):
            raise _bad(place, "is no list")
        return [_value_from_json(item, inner[0], inner[1], f"{place}[{at}]") for at, item in enumerate(value)]
    types, words = _PYTHON_TYPES[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise _bad(place, f"is not {words}")
    return value


def _bad(place: str, problem: str) -> InputError:
    return InputError("bad-event", f"{place} {problem}")
