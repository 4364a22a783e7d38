"""The oracle's events as the engine's: bytes on the wire, by the generated description of each struct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thrift.Thrift import TType

from ingest.firehose.wire import Event as WireEvent
from ingest.firehose.wire import encode
from schemas.gen.ttypes import InstagramEvent
from tests.oracle.events import Event

_KINDS = {spec[2]: spec for spec in InstagramEvent.thrift_spec if spec}


def struct(cls: Any, thrift_spec: Any, fields: Mapping[str, Any]) -> Any:
    """A generated struct with these fields set."""
    specs = {spec[2]: spec for spec in thrift_spec if spec}
    return cls(**{name: _value(specs[name][1], specs[name][3], value) for name, value in fields.items()})


def _value(kind: int, detail: Any, value: Any) -> Any:
    if kind == TType.STRUCT:
        return struct(detail[0], detail[1], value)
    if kind == TType.LIST:
        return [_value(detail[0], detail[1], item) for item in value]
    return value


def wire_event(event: Event) -> WireEvent:
    """The same event as the engine's."""
    return WireEvent(event.time_ms, event.kind, _value(TType.STRUCT, _KINDS[event.kind][3], event.fields))


def message(event: Event) -> bytes:
    """The message of an event."""
    return encode(wire_event(event))


def oracle_event(event: WireEvent) -> Event:
    """The other way round: an event as the engine decodes it, as the oracle's."""
    return Event(event.time_ms, event.kind, _fields(event.body))


def _fields(body: Any) -> dict[str, Any]:
    values = {spec[2]: getattr(body, spec[2]) for spec in body.thrift_spec if spec}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _fields(value) if hasattr(value, "thrift_spec") else value
