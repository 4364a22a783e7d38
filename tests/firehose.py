"""Random events for tests: every kind, every field, texts of all scripts; and what damage a message can meet."""

from __future__ import annotations

import random
from typing import Any

from thrift.Thrift import TType

from ingest.firehose.checks import ENUMS, required_fields
from ingest.firehose.wire import Event, encode
from schemas.gen.ttypes import InstagramEvent

STRUCTS: dict[str, Any] = {spec[2]: spec[3][0] for spec in InstagramEvent.thrift_spec if spec}
_LETTERS = "abc XYZ_#@=:éß한国🦄\ufffd\x00\n"


def random_event(rng: random.Random, kind: str | None = None, *, full: bool = False) -> Event:
    """An event of a kind, or of any; `full` sets every field."""
    kind = kind or rng.choice(list(STRUCTS))
    return Event(_number(rng), kind, _struct(rng, STRUCTS[kind], full))


def random_message(rng: random.Random) -> bytes:
    return encode(random_event(rng))


def _number(rng: random.Random) -> int:
    return rng.choice([rng.randrange(100), rng.randrange(-(2**63), 2**63), 0, -1, 2**63 - 1])


def _text(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.randrange(12)))


def _struct(rng: random.Random, struct: Any, full: bool) -> Any:
    required = required_fields(struct)
    values = {
        name: rng.choice(list(ENUMS[name]._VALUES_TO_NAMES)) if name in ENUMS else _value(rng, kind, inner, full)
        for _, kind, name, inner, _ in filter(None, struct.thrift_spec)
        if name in required or full or rng.random() < 0.6
    }
    return struct(**values)


def _value(rng: random.Random, kind: int, inner: Any, full: bool) -> Any:
    match kind:
        case TType.BOOL:
            return rng.random() < 0.5
        case TType.I64:
            return _number(rng)
        case TType.I32:
            return rng.randrange(-(2**31), 2**31)
        case TType.DOUBLE:
            return rng.choice([rng.random(), -0.0, 1e300])
        case TType.STRING:
            return _text(rng)
        case TType.LIST:
            return [_value(rng, inner[0], inner[1], full) for _ in range(rng.randrange(1 if full else 0, 4))]
        case _:
            return _struct(rng, inner[0], full)


def damaged(rng: random.Random, message: bytes) -> bytes:
    """The message after something happened to it: bits flipped, bytes changed, cut out, put in, repeated, or cut short."""
    data = bytearray(message)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at = rng.randrange(len(data)) if data else 0
        match rng.randrange(7):
            case 0 if data:
                data[at] ^= 1 << rng.randrange(8)
            case 1 if data:
                data[at] = rng.randrange(256)
            case 2:
                del data[at : at + rng.randrange(1, 9)]
            case 3:
                data[at:at] = rng.randbytes(rng.randrange(1, 9))
            case 4:
                data[at:at] = data[at : at + rng.randrange(1, 30)]
            case 5:
                del data[at:]
            case _:
                data[at : at + 4] = rng.choice(
                    [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\x0f\xff\xff"]
                )
    return bytes(data)
