"""Signed requests: the subset of RFC 9421 (HTTP Message Signatures) that clients and the service share.

One signature, labelled `sig1`, by HMAC-SHA256, over the method, the path and the query as they stand on the wire, the digest of the
body where there is one (RFC 9530), the viewer where one is named, the time and a nonce. There is one way to write each
signature, byte by byte: whatever differs from it is refused, so nothing about a signed request can be changed unseen.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

SIGNATURE = "signature"
SIGNATURE_INPUT = "signature-input"
CONTENT_DIGEST = "content-digest"
VIEWER = "x-viewer"
WINDOW_S = 60
"""A signature holds for so long after its time; a clock may be ahead by a twelfth of it."""
AHEAD_S = 5
KEY_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)

_INPUT = re.compile(
    r'sig1=\((?P<parts>[a-z@"\- ]{1,100})\);created=(?P<created>[1-9][0-9]{0,11});nonce="(?P<nonce>[A-Za-z0-9_-]{16,64})"'
    rf';keyid="(?P<key>{KEY_ID.pattern})";alg="hmac-sha256"',
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Message:
    """What a signature is over. `path` and `query` are as they stand on the wire, the query without its `?`."""

    method: str
    path: str
    query: str
    digest: str | None = None
    viewer: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a signature says of itself: whose key, when (seconds since 1970), and a text used once."""

    key_id: str
    created: int
    nonce: str


def digest_of(body: bytes) -> str:
    """The Content-Digest of a body."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def new_nonce() -> str:
    """A nonce that nobody has used."""
    return secrets.token_urlsafe(16)


def sign(message: Message, stamp: Stamp, secret: bytes) -> dict[str, str]:
    """The two headers of a signed request."""
    parts = signature_input(message, stamp)
    return {SIGNATURE_INPUT: f"sig1={parts}", SIGNATURE: signature(message, stamp, secret)}


def signature_input(message: Message, stamp: Stamp) -> str:
    """The value of `@signature-params`: what is covered, and the stamp."""
    names = " ".join(f'"{name}"' for name, _ in _components(message))
    return f'({names});created={stamp.created};nonce="{stamp.nonce}";keyid="{stamp.key_id}";alg="hmac-sha256"'


def signature(message: Message, stamp: Stamp, secret: bytes) -> str:
    """The value of the Signature header."""
    lines = [f'"{name}": {value}' for name, value in _components(message)]
    lines.append(f'"@signature-params": {signature_input(message, stamp)}')
    mac = hmac.digest(secret, "\n".join(lines).encode(), "sha256")
    return f"sig1=:{b64encode(mac).decode()}:"


def read_stamp(header: str) -> Stamp | None:
    """The stamp of a Signature-Input header; None where it has not the one form that we write."""
    found = _INPUT.fullmatch(header)
    return None if found is None else Stamp(found["key"], int(found["created"]), found["nonce"])


def is_signed(message: Message, stamp: Stamp, secret: bytes, given_input: str, given: str) -> bool:
    """Whether both headers are exactly those that the holder of the secret would have written; in constant time."""
    wanted = sign(message, stamp, secret)
    is_input = hmac.compare_digest(wanted[SIGNATURE_INPUT].encode(), given_input.encode("utf-8", "backslashreplace"))
    is_mac = hmac.compare_digest(wanted[SIGNATURE].encode(), given.encode("utf-8", "backslashreplace"))
    return is_input and is_mac


def _components(message: Message) -> list[tuple[str, str]]:
    parts = [("@method", message.method), ("@path", message.path), ("@query", f"?{message.query}")]
    if message.digest is not None:
        parts.append((CONTENT_DIGEST, message.digest))
    if message.viewer is not None:
        parts.append((VIEWER, message.viewer))
    return parts
