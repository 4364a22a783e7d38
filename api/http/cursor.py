"""Cursors: where a page ended, bound to the question, the viewer and the generation by a signature.

A cursor holds the ids that its page ended with, not a number of results: the next page goes on behind the last of them
that is still there. In one generation a document keeps its place in the order, so a document that matches from the first
page to the last stands on exactly one of them, whatever a live index adds or takes away in between. A new generation may
put everything in another order, so there a cursor ends and says so. Where the answer as a whole depends on its limit or on
counts (weak-and, strong-or, :order hits), a cursor ends with every change.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from api.http.problems import Refusal
from schemas.errors import InputError

ANCHORS = 8
GHOSTS = 64
_PURPOSE = b"monoceros cursor"
_MAC = 16
_AGAIN = "ask again without a cursor"


class Cursor(msgspec.Struct, array_like=True, frozen=True):
    """The last ids before its place, the last of all first; how many were given; the `L` of a fixed answer, else 0.

    `ghosts` were anchors of pages before and had gone when the next page was made: should they come back behind its place, they
    are not given again.
    """

    anchors: tuple[int, ...]
    given: int
    fixed: int
    ghosts: tuple[int, ...] = ()


class _Content(msgspec.Struct, array_like=True):
    cursor: Cursor
    question: bytes
    state: bytes


@dataclass(frozen=True, slots=True)
class Binding:
    """What a cursor is good for: one question (text, viewer and all that decides the answer) in one state of the index."""

    question: str
    generation: str
    sequence: int

    def state(self, *, is_fixed: bool) -> str:
        """What must not have changed: the generation, or for fixed answers everything."""
        return f"{self.generation}+{self.sequence}" if is_fixed else self.generation


def write_cursor(cursor: Cursor, binding: Binding, secret: bytes) -> str:
    """The cursor as text: opaque, and of no use for another question or another viewer."""
    state = _short(binding.state(is_fixed=cursor.fixed > 0), secret)
    data = msgspec.msgpack.encode(_Content(cursor, _short(binding.question, secret), state))
    return urlsafe_b64encode(data + _mac(secret, data)).decode().rstrip("=")


def read_cursor(text: str, binding: Binding, secret: bytes) -> Cursor:
    """What the text holds. `InputError` `bad-cursor` where it is not ours or of another question, `Refusal` 410 where it ended."""
    try:
        whole = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, UnicodeEncodeError):
        whole = b""
    data, mac = whole[:-_MAC], whole[-_MAC:]
    if not hmac.compare_digest(_mac(secret, data), mac):
        raise InputError("bad-cursor", "this cursor is not one of ours", hint=_AGAIN)
    content = msgspec.msgpack.decode(data, type=_Content)
    if content.question != _short(binding.question, secret):
        raise InputError("bad-cursor", "this cursor belongs to another question or another viewer", hint=_AGAIN)
    if content.state != _short(binding.state(is_fixed=content.cursor.fixed > 0), secret):
        raise ended("the index has changed since the page before, and with it the order of the answer")
    return content.cursor


def ended(why: str) -> Refusal:
    """The end of a paging that cannot go on without holes or repetitions."""
    return Refusal(410, "cursor-ended", why, hint=_AGAIN)


def _mac(secret: bytes, data: bytes) -> bytes:
    return hmac.digest(hmac.digest(secret, _PURPOSE, "sha256"), data, "sha256")[:_MAC]


def _short(text: str, secret: bytes) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12, key=secret[:64]).digest()
