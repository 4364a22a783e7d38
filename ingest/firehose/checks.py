"""What Thrift lets pass and the firehose does not: absent required fields, numbers that no enum has, bytes that are no UTF-8.

The accelerated decoder fills in what it finds: it asks for no field, takes any number for an enum, and puts U+FFFD where
bytes are no UTF-8. The check of each struct is written from its generated description when this module is imported,
as `dataclasses` writes methods: a tenth of the time of walking that description for every event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from thrift.protocol.TProtocol import TProtocolException
from thrift.Thrift import TType

from schemas.gen.ttypes import InstagramEvent, MediaContentType, MediaVisibility

REPLACEMENT = "\ufffd"
ENUMS: dict[str, Any] = {"content_type": MediaContentType, "visibility": MediaVisibility}
"""The enum of each field that holds one, by the field's name, which stands for the same enum in all structs."""

Check = Callable[[Any], str]
"""Says what is wrong with a struct, or with what it holds: "" for nothing, `REPLACEMENT` where the only doubt is a text
that holds it, which was written so or stands for damage."""


def required_fields(struct: Any) -> tuple[str, ...]:
    """The required fields of a struct: those without which its own `validate` fails."""
    names = [spec[2] for spec in struct.thrift_spec if spec]
    return tuple(name for name in names if not _is_valid(struct(**{other: 0 for other in names if other != name})))


def _is_valid(value: Any) -> bool:
    try:
        value.validate()
    except TProtocolException:
        return False
    return True


def check_of(struct: Any) -> Check:
    """The check of a struct and of all that it holds."""
    known: dict[str, Any] = {}
    _write(struct, known)
    check: Check = known[struct.__name__]
    return check


def _write(struct: Any, known: dict[str, Any]) -> None:
    """Put the check of a struct into `known`, under its name, after those of the structs that it holds."""
    if struct.__name__ not in known:
        lines = [f"def {struct.__name__}(value):", " doubt = ''", *_lines(struct, known), " return doubt"]
        exec("\n".join(lines), known)


def _lines(struct: Any, known: dict[str, Any]) -> Iterator[str]:
    for name in required_fields(struct):
        yield f" if value.{name} is None: return '{struct.__name__}.{name} is missing'"
    for _, kind, name, inner, _ in filter(None, struct.thrift_spec):
        doubt = f"if {REPLACEMENT!r} in held: doubt = {REPLACEMENT!r}"
        if name in ENUMS:
            numbers = set(ENUMS[name]._VALUES_TO_NAMES)
            text = f"f'{struct.__name__}.{name} is {{held}}, which stands for nothing'"
            yield from (f" held = value.{name}", f" if held is not None and held not in {numbers}: return {text}")
        elif kind == TType.STRING:
            yield from (f" held = value.{name}", f" if held is not None and {doubt[3:]}")
        elif kind == TType.STRUCT:
            _write(inner[0], known)
            yield from (f" held = value.{name}", " if held is not None:", *_descend(inner[0]))
        elif kind == TType.LIST and inner[0] == TType.STRING:
            yield from (f" for held in value.{name} or ():", f"  {doubt}")
        elif kind == TType.LIST and inner[0] == TType.STRUCT:
            _write(inner[1][0], known)
            yield from (f" for held in value.{name} or ():", *_descend(inner[1][0]))


def _descend(struct: Any) -> Iterator[str]:
    yield f"  found = {struct.__name__}(held)"
    yield f"  if found and found != {REPLACEMENT!r}: return found"
    yield "  doubt = doubt or found"


CHECKS: dict[str, Check] = {spec[2]: check_of(spec[3][0]) for spec in InstagramEvent.thrift_spec if spec}
"""The check of each kind of event, by its name in the union."""
