"""Who calls: signed requests, viewer tokens, and the keyless service of one machine. The viewer comes from nowhere else.

All that fails before a signature is found right fails alike, so that nobody learns which part of a guess was good.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import msgspec

from api.http.nonces import Nonces
from api.http.problems import Refusal
from api.ids import read_id
from api.keys import VIEWER_SCOPES, Key, Keys, Scope
from api.signatures import (
    AHEAD_S,
    CONTENT_DIGEST,
    SIGNATURE,
    SIGNATURE_INPUT,
    VIEWER,
    WINDOW_S,
    Message,
    digest_of,
    is_signed,
    read_stamp,
)
from schemas.errors import InputError
from schemas.ids import ExternalId

LOCAL = "local"
"""The name of whoever calls a service without keys."""
CONSOLE = "console"
"""The key that whoever started a service without keys has for its console: good for everything, as long as the service runs."""
LONGEST_TOKEN_S = 3600
_TOKENS = 4_096
"""Tokens that were found right last: a page asks with one again and again."""
_TOKEN_PURPOSE = b"monoceros viewer token"
_NOBODY = b"the secret of a key that nobody has"
_FORWARDED = ("forwarded", "x-forwarded-for", "via")
_LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_OUR_SITES = ("same-origin", "none")
"""What browsers say of requests of our own pages, and of those that a person made, such as by typing an address."""
_LOOPBACK_PEERS = ("127.0.0.1", "::1")
_ONCE = (SIGNATURE, SIGNATURE_INPUT, CONTENT_DIGEST, VIEWER, "authorization", "host")


@dataclass(frozen=True, slots=True)
class Head:
    """What a request says of itself; headers by lower-case name, `repeated` those that stand more than once."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    repeated: frozenset[str]
    peer: str

    @property
    def is_from_here(self) -> bool:
        """Whether the request comes from this machine, not by way of a proxy, and under a name that is this machine's own."""
        host = self.headers.get("host", "")
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        return (
            self.peer in _LOOPBACK_PEERS
            and name in _LOOPBACK_HOSTS
            and not any(header in self.headers for header in _FORWARDED)
        )

    @property
    def is_from_another_site(self) -> bool:
        """Whether a browser says that a page which is not ours asks: of another host, or of another port of this machine."""
        origin = self.headers.get("origin")
        return self.headers.get("sec-fetch-site", "none") not in _OUR_SITES or (
            origin is not None and origin != f"http://{self.headers.get('host', '')}"
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as which viewer (None: a stranger), and what for."""

    key: Key
    viewer: ExternalId | None
    scopes: frozenset[Scope]


class _TokenContent(msgspec.Struct, array_like=True):
    """What a viewer token says, under its signature."""

    key_id: str
    viewer: int | None
    scopes: list[Scope]
    expires: int


@final
class Gate:
    """Finds out who calls. Without `keys` it is the service of one machine, and `local_secret` signs its tokens."""

    def __init__(
        self,
        keys: Keys | None,
        nonces: Nonces,
        local_secret: bytes,
        now: Callable[[], float],
        console_secret: bytes | None = None,
    ) -> None:
        self.keys = keys
        self._nonces = nonces
        self._now = now
        self._tokens: dict[str, tuple[Caller, int]] = {}
        self._local = Key(LOCAL, local_secret, frozenset({*VIEWER_SCOPES, Scope.TOKENS}))
        self._console = (
            None if keys is not None or console_secret is None else Key(CONSOLE, console_secret, frozenset(Scope))
        )

    def admit(self, head: Head, body: bytes) -> Caller:
        """The caller; `Refusal` 401 or 503."""
        for name in _ONCE:
            if name in head.repeated:
                raise _unsigned(f"{name} stands twice")
        is_signed_request = SIGNATURE in head.headers or SIGNATURE_INPUT in head.headers
        bearer = head.headers.get("authorization")
        if bearer is not None:
            if is_signed_request or VIEWER in head.headers:
                raise _unsigned("a request has either a viewer token or a signature")
            return self._by_token(head, bearer)
        if is_signed_request:
            return self._by_signature(head, body)
        if self.keys is not None:
            raise _unsigned("the request is not signed")
        if VIEWER in head.headers:
            raise _unsigned("a viewer needs a signature or a viewer token")
        self._check_local(head)
        return Caller(self._local, None, self._local.scopes)

    def mint(self, caller: Caller, viewer: ExternalId | None, scopes: frozenset[Scope], lifetime_s: int) -> str:
        """A viewer token: signed by the caller's key, gone with it."""
        content = _TokenContent(caller.key.id, viewer, sorted(scopes), int(self._now()) + lifetime_s)
        data = msgspec.json.encode(content)
        return f"{_text(data)}.{_text(_token_mac(caller.key.secret, data))}"

    def _by_signature(self, head: Head, body: bytes) -> Caller:
        given_input, given = head.headers.get(SIGNATURE_INPUT, ""), head.headers.get(SIGNATURE, "")
        stamp = read_stamp(given_input)
        if stamp is None:
            raise _wrong()
        digest = head.headers.get(CONTENT_DIGEST)
        viewer = head.headers.get(VIEWER)
        key = self._signing_key(stamp.key_id)
        message = Message(head.method, head.path, head.query, digest, viewer)
        is_right = is_signed(message, stamp, _NOBODY if key is None else key.secret, given_input, given)
        now = self._now()
        if not is_right or key is None or not key.holds(now):
            raise _wrong()
        if (digest or "") != (digest_of(body) if body else ""):
            raise _wrong()
        if not now - WINDOW_S < stamp.created <= now + AHEAD_S:
            raise Refusal(
                401,
                "signature-expired",
                f"the signature was made {abs(now - stamp.created):.0f} s {'ago' if stamp.created < now else 'from now'}",
                hint=f"sign each request anew; a signature holds for {WINDOW_S} s, and clocks must agree",
            )
        if key is self._console:
            self._check_local(head)
        is_first = self._nonces.use(key.id, stamp.nonce, stamp.created + WINDOW_S + 1, int(now))
        if is_first is None:
            raise Refusal(503, "overloaded", "more requests than can be told from replays", retry_after_s=WINDOW_S)
        if not is_first:
            raise Refusal(401, "replayed", "this signed request was answered before", hint="sign each request anew")
        return Caller(key, None if viewer is None else _viewer(viewer), key.scopes)

    def _by_token(self, head: Head, bearer: str) -> Caller:
        found = self._tokens.get(bearer)
        if found is None or self._key(found[0].key.id) is not found[0].key:
            found = self._read_token(bearer)
            if len(self._tokens) >= _TOKENS:
                self._tokens.clear()
            self._tokens[bearer] = found
        caller, expires = found
        now = self._now()
        if not caller.key.holds(now) or expires <= now:
            raise Refusal(401, "token-expired", "the viewer token has expired", hint="have another one minted")
        if caller.key is self._local or caller.key is self._console:
            self._check_local(head)
        return caller

    def _read_token(self, bearer: str) -> tuple[Caller, int]:
        """For whom a token speaks, and until when."""
        kind, _, token = bearer.partition(" ")
        written, _, mac = token.partition(".")
        data = _bytes(written)
        try:
            content = msgspec.json.decode(data, type=_TokenContent)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            content = None
        key = None if content is None else self._key(content.key_id)
        wanted = _text(_token_mac(_NOBODY if key is None else key.secret, data))
        is_right = hmac.compare_digest(wanted.encode(), mac.encode("utf-8", "backslashreplace"))
        if kind.lower() != "bearer" or not is_right or _text(data) != written or content is None or key is None:
            raise _unsigned("this viewer token is not one of ours")
        viewer = None if content.viewer is None else ExternalId(content.viewer)
        return Caller(key, viewer, frozenset(content.scopes) & key.scopes & VIEWER_SCOPES), content.expires

    def _key(self, key_id: str) -> Key | None:
        return self._local if self.keys is None and key_id == LOCAL else self._signing_key(key_id)

    def _signing_key(self, key_id: str) -> Key | None:
        if self.keys is not None:
            return self.keys.get(key_id)
        return self._console if key_id == CONSOLE else None

    @staticmethod
    def _check_local(head: Head) -> None:
        if not head.is_from_here:
            raise Refusal(
                401,
                "not-local",
                "a service without keys answers this machine only, under a name of its own",
                hint="ask http://127.0.0.1, or serve with --keys",
            )
        if head.is_from_another_site:
            raise Refusal(
                401,
                "not-local",
                "a service without keys answers no pages of other sites",
                hint="serve with --keys, and have the page's own server ask for viewer tokens",
            )


def _viewer(text: str) -> ExternalId:
    try:
        return read_id(text)
    except InputError as error:
        raise Refusal(400, "bad-viewer", f"x-viewer: {error.message}", hint=error.hint) from None


def _token_mac(secret: bytes, data: bytes) -> bytes:
    """What stands under a token."""
    return hmac.digest(hmac.digest(secret, _TOKEN_PURPOSE, "sha256"), data, "sha256")


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, UnicodeEncodeError):
        return b""


def _unsigned(message: str) -> Refusal:
    return Refusal(
        401,
        "unsigned",
        message,
        hint="sign the request (RFC 9421, hmac-sha256) or send a viewer token; docs/http-api.md",
    )


def _wrong() -> Refusal:
    return Refusal(401, "bad-signature", "the signature is not that of this request", hint="see docs/http-api.md")
