"""Messages and events: the generated code is current, decoding is strict, framing survives."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from ingest.firehose.checks import ENUMS, required_fields
from ingest.firehose.json_lines import event_from_json, event_to_json
from ingest.firehose.keys import key_of
from ingest.firehose.wire import (
    KINDS,
    MAX_MESSAGE_BYTES,
    DecodeError,
    Event,
    decode,
    encode,
    irrelevant_kind,
    peek_kind,
    read_frames,
    write_frames,
)
from schemas.errors import InputError
from schemas.gen import ttypes
from tests.firehose import STRUCTS, random_event, random_message
from tests.servers.required import unavailable
from tests.wire_fuzz import fuzz

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "schemas" / "firehose.thrift"


def test_generated_code_is_current(tmp_path: Path) -> None:
    if shutil.which("thrift") is None:
        unavailable("whether schemas/gen is current needs Debian's thrift-compiler")
    subprocess.run(["thrift", "--gen", "py:slots", "-out", tmp_path, SCHEMA], check=True)
    fresh = {path.name: path.read_text() for path in (tmp_path / "schemas" / "gen").glob("*.py")}
    kept = {path.name: path.read_text() for path in (ROOT / "schemas" / "gen").glob("*.py")}
    assert kept == fresh, "run `make schemas`"


def test_required_fields_and_enums_are_those_of_the_schema() -> None:
    text = re.sub(r"//.*", "", SCHEMA.read_text())
    bodies = dict(re.findall(r"struct\s+(\w+)\s*{(.*?)}", text, re.DOTALL))
    assert len(bodies) == 21
    for name, body in bodies.items():
        assert required_fields(getattr(ttypes, name)) == tuple(re.findall(r"required\s+\S+\s+(\w+)", body))
    enums = set(re.findall(r"enum\s+(\w+)", text))
    assert set(re.findall(rf"(?:{'|'.join(enums)})\s+(\w+);", text)) == set(ENUMS)
    assert {enum.__name__ for enum in ENUMS.values()} == enums


@pytest.mark.parametrize("seed", range(20))
def test_what_is_encoded_is_decoded(seed: int) -> None:
    rng = random.Random(seed)
    for kind in STRUCTS:
        event = random_event(rng, kind, full=seed % 2 == 0)
        message = encode(event)
        assert decode(message) == event
        assert KINDS[peek_kind(message)] == kind
        assert irrelevant_kind(message) == (kind if kind in ("view", "search") else "")
        assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event
        assert len(key_of(message) or b"") == 8


@pytest.mark.parametrize("seed", range(5))
def test_a_message_cut_short_is_never_taken(seed: int) -> None:
    rng = random.Random(seed)
    for kind in STRUCTS:
        message = encode(random_event(rng, kind, full=True))
        for length in range(len(message)):
            with pytest.raises(DecodeError):
                decode(message[:length])


def test_damaged_messages_end_nobody() -> None:
    taken, refused = fuzz(20_000, seed=7)
    assert refused > taken > 100


def bad(message: bytes) -> str:
    with pytest.raises(DecodeError) as raised:
        decode(message)
    return raised.value.message


VIEW = encode(Event(1, "view", ttypes.ViewEvent(1, 2, 3)))
PLACE = encode(Event(1, "place", ttypes.PlaceEvent(ttypes.Place(1, "Zürich"))))


def test_reasons() -> None:
    assert bad(b"") == bad(VIEW[:-1]) == "the message is cut short"
    assert bad(VIEW + b"ab") == "2 bytes stand behind the end of the event"
    assert bad(b"\x0b" + VIEW[1:]) == f"{len(VIEW) - 8} bytes stand behind the end of the event"
    assert bad(encode(Event(1, "view", ttypes.ViewEvent(1, 2)))) == "ViewEvent.viewed_at_millis is missing"
    assert bad(encode(Event(1, "place", ttypes.PlaceEvent()))) == "PlaceEvent.place is missing"
    assert bad(encode(Event(1, "place", ttypes.PlaceEvent(ttypes.Place())))) == "Place.id is missing"
    media = ttypes.Media(1, 2, 9)
    assert (
        bad(encode(Event(1, "media", ttypes.MediaEvent(media)))) == "Media.content_type is 9, which stands for nothing"
    )
    liked = ttypes.LikeEvent(1, 2, 3, media=ttypes.Media(1, 2, 1, visibility=0))
    assert bad(encode(Event(1, "like", liked))) == "Media.visibility is 0, which stands for nothing"
    assert "no UTF-8" in bad(PLACE.replace("ü".encode(), b"\xff\xff"))
    assert bad(b"\n\0\1" + bytes(8) + b"\x0c\0\2\0\0") == "the union holds no kind that is known"
    unknown = b"\n\0\1" + bytes(8) + b"\x0c\0\2" + b"\x0c\0\x10\0" + b"\0\0"
    assert bad(unknown) == "kind 16 is unknown"
    two = b"\n\0\1" + bytes(8) + b"\x0c\0\2" + 2 * VIEW[14:-2] + b"\0\0"
    assert decode(two).kind == "view"  # twice the same member: the last one stands, as everywhere in Thrift
    other = encode(Event(1, "unlike", ttypes.UnlikeEvent(1, 2, 3)))
    both = VIEW[:14] + VIEW[14:-2] + other[14:]
    assert bad(both) == "the union holds several kinds: unlike, view"
    assert bad(b"\x0c\0\x63" * 200_000) == "the message is no Thrift struct: Maximum recursion depth exceeded"


def test_damaged_text_is_told_from_a_replacement_character() -> None:
    written = encode(Event(1, "place", ttypes.PlaceEvent(ttypes.Place(1, "a\ufffdb", "ok"))))
    assert decode(written).body.place.name == "a\ufffdb"
    assert "no UTF-8" in bad(written.replace(b"ok", b"o\xfe"))
    surrogate = PLACE.replace(struct.pack(">I", 7) + "Zürich".encode(), struct.pack(">I", 3) + b"\xed\xa0\x80")
    assert "no UTF-8" in bad(surrogate)


def test_fields_of_a_newer_schema_are_passed_over() -> None:
    newer = PLACE[:-4] + b"\x0b\0\x63\0\0\0\2\xff\xfe" + b"\0\0\0\0"
    assert decode(newer) == decode(PLACE)
    in_doubt = newer.replace("Zü".encode(), "\ufffd".encode())
    assert decode(in_doubt).body.place.name == "\ufffdrich"  # the unknown field is not taken for text


def test_order_of_fields_does_not_matter() -> None:
    time, union = VIEW[:11], VIEW[11:-1]
    message = union + time + b"\0"
    assert peek_kind(message) == 0
    assert decode(message) == decode(VIEW)
    assert not irrelevant_kind(message)


def test_values_that_do_not_fit() -> None:
    for value in (2**63, "x", 1.5, None):
        event = Event(1, "view", ttypes.ViewEvent(1, 2, value))
        if value is None:
            assert bad(encode(event)) == "ViewEvent.viewed_at_millis is missing"
        else:
            with pytest.raises(InputError, match="view event at 1"):
                encode(event)


def test_frames() -> None:
    rng = random.Random(5)
    messages = [random_message(rng) for _ in range(50)] + [b""]
    file = io.BytesIO()
    written = write_frames(file, messages)
    data = file.getvalue()
    assert written == len(data) == sum(4 + len(message) for message in messages)
    found = list(read_frames(io.BytesIO(data)))
    assert [message for _, message in found] == messages
    for length in sorted({*range(0, len(data), 7), *(place for place, _ in found)}):  # all whole messages before a cut
        whole = [message for place, message in found if place <= length]
        assert [message for _, message in read_frames(io.BytesIO(data[:length]))] == whole
        told: list[bytes] = []
        end = max([0, *(place for place, _ in found if place <= length)])
        if length != end:
            with pytest.raises(InputError, match=f"the message at byte {end} is cut short"):
                told.extend(message for _, message in read_frames(io.BytesIO(data[:length]), to_end=True))
        else:
            told.extend(message for _, message in read_frames(io.BytesIO(data[:length]), to_end=True))
        assert told == whole
    places = [0, *(place for place, _ in found)]
    for number, place in enumerate(places):
        file.seek(place)
        assert [message for _, message in read_frames(file, place)] == messages[number:]


def test_a_length_that_is_none_is_named_with_its_place() -> None:
    data = io.BytesIO(struct.pack(">I", 2) + b"ab" + struct.pack(">I", MAX_MESSAGE_BYTES + 1))
    with pytest.raises(InputError, match="at byte 6 stands a length of 16777217"):
        list(read_frames(data))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[]", "is no object of"),
        ('{"server_time_millis": 1}', "is no object of"),
        ('{"server_time_millis": 1, "likes": {}}', "likes is no kind of event"),
        ('{"server_time_millis": "1", "view": {}}', "server_time_millis is not a whole number"),
        ('{"server_time_millis": 1, "view": {"viewer": 1}}', "view.viewer is unknown; there are viewer_id"),
        ('{"server_time_millis": 1, "view": {"viewer_id": true}}', "view.viewer_id is not a whole number"),
        ('{"server_time_millis": 1, "view": {"viewer_id": 1}}', "ViewEvent.media_id is missing"),
        ('{"server_time_millis": 1, "place": {"place": 3}}', "place.place is no object"),
        ('{"server_time_millis": 1, "media": {"media": {"hashtags": "x"}}}', "media.media.hashtags is no list"),
        ('{"server_time_millis": 1, "media": {"media": {"hashtags": [1]}}}', r"media.media.hashtags\[0\] is not text"),
        ('{"server_time_millis": 1, "media": {"media": {"content_type": "x"}}}', "is none of PHOTO, VIDEO, ALBUM"),
        ('{"server_time_millis": 9223372036854775808, "view": {}}', "view event at"),
    ],
)
def test_json_that_is_no_event(line: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        event_from_json(json.loads(line))
