"""Bytes ⇄ events: one message is one `FirehoseEvent` in Thrift's binary protocol; in a file each stands behind its length.

Decoding is strict where Thrift is not: a message is an event to its last byte, or a `DecodeError` that says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from operator import attrgetter
from struct import Struct
from typing import Any, BinaryIO, NamedTuple

from thrift.protocol.TBinaryProtocol import TBinaryProtocol, TBinaryProtocolAccelerated
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

from ingest.firehose.checks import CHECKS, REPLACEMENT
from schemas.errors import InputError
from schemas.gen.ttypes import FirehoseEvent, InstagramEvent

MAX_MESSAGE_BYTES = 16 << 20
"""No message is longer; a length in a file that says so is damage."""
KINDS: dict[int, str] = {spec[0]: spec[2] for spec in InstagramEvent.thrift_spec if spec}
"""The kinds of events by their field numbers in the union."""
_IRRELEVANT = {number: kind for number, kind in KINDS.items() if kind in ("view", "search")}
"""Kinds that change nothing in the index: rows of the logs."""
_IRRELEVANT_BYTES = frozenset(number.to_bytes(2, "big") for number in _IRRELEVANT)

_HEAD = Struct(">bhqbhbh")
"""How the message of a writer that keeps the order of the fields begins: the time, the union, its member."""
_LENGTH = Struct(">I")
_members = attrgetter(*KINDS.values())
_NAMES = tuple(KINDS.values())


class DecodeError(InputError):
    """A message that is no event, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad-message", reason)


class Event(NamedTuple):
    """One event: its server time, its kind (a name of `KINDS`) and the generated struct of that kind."""

    time_ms: int
    kind: str
    body: Any


class _Strict(TBinaryProtocol):  # type: ignore[misc]
    """The protocol in Python, with texts that must be UTF-8; used where the accelerated one leaves a doubt."""

    def readString(self) -> str:
        text: bytes = self.readBinary()
        return text.decode()

    def skip(self, ttype: int, *depth: int) -> None:
        if ttype == TType.STRING:
            self.readBinary()  # of an unknown field, which need not be text
        else:
            super().skip(ttype, *depth)


_buffer = TMemoryBuffer()
_protocol = TBinaryProtocolAccelerated(_buffer, fallback=False)
_fast_decode = _protocol._fast_decode
_fast_encode = _protocol._fast_encode
_SPEC = [FirehoseEvent, FirehoseEvent.thrift_spec]


def peek_kind(message: bytes) -> int:
    """The field number of the event's kind, read from the first bytes; 0 where they are in another order than usual."""
    if len(message) < _HEAD.size:
        return 0
    time_type, time_field, _, union_type, union_field, member_type, member = _HEAD.unpack_from(message)
    types = (time_type, union_type, member_type)
    is_usual = types == (TType.I64, TType.STRUCT, TType.STRUCT) and (time_field, union_field) == (1, 2)
    return member if is_usual else 0


def irrelevant_kind(message: bytes) -> str:
    """The kind of a message that the index does not need, as far as its first and last bytes tell; "" for any other."""
    if message[15:17] not in _IRRELEVANT_BYTES or not message.endswith(b"\0\0\0"):
        return ""
    return _IRRELEVANT.get(peek_kind(message), "")


def decode(message: bytes) -> Event:
    """The event that these bytes are, all of them. `DecodeError` for anything else."""
    event = FirehoseEvent()
    buffer = _buffer._buffer = BytesIO(message)
    try:
        _fast_decode(event, _protocol, _SPEC)
    except EOFError:
        raise DecodeError("the message is cut short") from None
    except Exception as cause:  # the decoder raises whatever its C code finds: TypeError, OverflowError, …
        raise DecodeError(f"the message is no Thrift struct: {cause}") from None
    if buffer.tell() != len(message):
        raise DecodeError(f"{len(message) - buffer.tell()} bytes stand behind the end of the event")
    if event.server_time_millis is None or event.event is None:
        raise DecodeError(f"FirehoseEvent.{'event' if event.event is None else 'server_time_millis'} is missing")
    members = _members(event.event)
    if len([*filter(None, members)]) != 1:  # a struct is true
        raise DecodeError(_why_not_one(message, members))
    at = message[16] - 1  # where the number of the kind usually stands
    if not (0 <= at < len(members) and members[at] is not None):
        at = next(place for place, member in enumerate(members) if member is not None)
    kind, body = _NAMES[at], members[at]
    problem = CHECKS[kind](body)
    if problem == REPLACEMENT:
        _check_texts(message)
    elif problem:
        raise DecodeError(problem)
    return Event(event.server_time_millis, kind, body)


def _check_texts(message: bytes) -> None:
    try:
        FirehoseEvent().read(_Strict(TMemoryBuffer(message)))
    except UnicodeDecodeError as cause:
        raise DecodeError(f"a text is no UTF-8: {cause.reason} {cause.object[cause.start : cause.end]!r}") from None
    except Exception as cause:  # it is stricter in other ways too, such as what stands in a field that is skipped
        raise DecodeError(f"the message is no Thrift struct: {cause}") from None


def _why_not_one(message: bytes, members: tuple[Any, ...]) -> str:
    given = [kind for kind, body in zip(_NAMES, members, strict=True) if body is not None]
    if given:
        return f"the union holds several kinds: {', '.join(given)}"
    number = peek_kind(message)
    return f"kind {number} is unknown" if number else "the union holds no kind that is known"


def encode(event: Event) -> bytes:
    """The message of an event. `InputError` `bad-event` where a value does not fit its field."""
    wrapped = FirehoseEvent(event.time_ms, InstagramEvent(**{event.kind: event.body}))
    try:
        message: bytes = _fast_encode(wrapped, _SPEC)
    except Exception as cause:  # the encoder raises whatever its C code finds
        raise InputError("bad-event", f"{event.kind} event at {event.time_ms}: {cause}") from None
    return message


def write_frames(file: BinaryIO, messages: Iterable[bytes]) -> int:
    """Write messages, each behind its length in 4 bytes, big-endian. How many bytes were written."""
    written = 0
    for message in messages:
        written += file.write(_LENGTH.pack(len(message))) + file.write(message)
    return written


def read_frames(file: BinaryIO, place: int = 0, *, to_end: bool = False) -> Iterator[tuple[int, bytes]]:
    """The whole messages from `place`, where the file stands, each with the place behind it; what is cut short is left.

    `InputError` `bad-frame` where a length is none: nothing tells where the next message begins; and `to_end` also where
    the file ends within a message.
    """
    while len(head := file.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        if length > MAX_MESSAGE_BYTES:
            raise InputError(
                "bad-frame",
                f"{_name(file)}: at byte {place} stands a length of {length}, which no message has",
                hint="the file is no framed stream of events, or is damaged from there on",
            )
        message = file.read(length)
        if len(message) < length:
            break
        place += _LENGTH.size + length
        yield place, message
    if to_end and head:
        raise InputError(
            "bad-frame",
            f"{_name(file)}: the message at byte {place} is cut short by the end of the file",
            hint="what stands before it is whole; its writer did not come to its end, or is still writing",
        )


def _name(file: BinaryIO) -> str:
    return getattr(file, "name", "the file")
