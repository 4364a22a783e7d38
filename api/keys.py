"""Client keys: who may call, and what for. One file, readable by its owner only, read again when it changes.

    {"keys": [{"id": "web-1", "secret": "<base64 of at least 32 bytes>", "scopes": ["typeahead", "tokens"],
               "not_before": 1767225600, "not_after": 1798761600, "requests_per_s": 2000, "busy_ms_per_s": 1000}]}

All but id, secret and scopes may be left out. A key is rotated by adding a second one, moving the clients to it, and taking
the first away, or giving it an end.
"""

from __future__ import annotations

import binascii
import stat
from base64 import b64decode
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import final

import msgspec

from api.signatures import KEY_ID
from schemas.errors import InputError

_LEAST_SECRET = 32
_HINT = 'such as {"keys": [{"id": "web-1", "secret": "…", "scopes": ["typeahead"]}]}; monoceros keys add makes one'


class Scope(StrEnum):
    """What a key may be used for."""

    TYPEAHEAD = "typeahead"
    EXPLORE = "explore"
    RAW = "raw"
    EVENTS = "events"
    TOKENS = "tokens"
    ADMIN = "admin"
    OPERATOR = "operator"


VIEWER_SCOPES = frozenset({Scope.TYPEAHEAD, Scope.EXPLORE, Scope.RAW, Scope.EVENTS})
"""What a viewer token may carry."""


@dataclass(frozen=True, slots=True)
class Key:
    """One client key. It holds from `not_before` until before `not_after`, in seconds since 1970."""

    id: str
    secret: bytes
    scopes: frozenset[Scope]
    not_before: int = 0
    not_after: int = 1 << 40
    requests_per_s: float = 10_000.0
    busy_ms_per_s: float = 10_000.0

    def holds(self, now: float) -> bool:
        """Whether the key may be used now."""
        return self.not_before <= now < self.not_after


class KeyRow(msgspec.Struct, forbid_unknown_fields=True):
    """A key as the file has it."""

    id: str
    secret: str
    scopes: list[Scope]
    not_before: int = 0
    not_after: int = 1 << 40
    requests_per_s: float = 10_000.0
    busy_ms_per_s: float = 10_000.0


class KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    """The file."""

    keys: list[KeyRow]


@final
class Keys:
    """The keys of a file. `refresh` reads it again where it changed; a file that cannot be used leaves the keys of before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._version()
        self._keys = read_keys(path)

    def get(self, key_id: str) -> Key | None:
        """The key of that id."""
        return self._keys.get(key_id)

    def refresh(self) -> bool:
        """Whether the file had changed and was read. `InputError` where it cannot be used."""
        version = self._version()
        if version == self._seen:
            return False
        self._seen = version
        self._keys = read_keys(self._path)
        return True

    def _version(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise _bad(self._path, f"cannot be read: {error.strerror}") from None
        return found.st_mtime_ns, found.st_size, found.st_ino


def read_keys(path: Path) -> dict[str, Key]:
    """The keys of a file, by id. `InputError` `bad-keys` naming the file and the key; the message never shows a secret."""
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError("bad-keys", f"{path} can be read by others than its owner", hint=f"chmod 600 {path}")
    try:
        rows = msgspec.json.decode(data, type=KeyFile).keys
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        what = str(error) if isinstance(error, msgspec.ValidationError) else "it is no JSON"
        raise _bad(path, f"is no file of keys: {what}") from None
    keys: dict[str, Key] = {}
    for row in rows:
        if KEY_ID.fullmatch(row.id) is None:
            raise _bad(path, f"{row.id!r} is no id of a key: it takes a-z, 0-9 and . _ -")
        if row.id in keys:
            raise _bad(path, f"two keys are called {row.id}")
        keys[row.id] = _key(path, row)
    if not keys:
        raise _bad(path, "holds no key")
    return keys


def _key(path: Path, row: KeyRow) -> Key:
    try:
        secret = b64decode(row.secret, validate=True)
    except (binascii.Error, ValueError):
        raise _bad(path, f"the secret of key {row.id} is no base64") from None
    if len(secret) < _LEAST_SECRET:
        raise _bad(path, f"the secret of key {row.id} has fewer than {_LEAST_SECRET} bytes")
    if row.requests_per_s <= 0 or row.busy_ms_per_s <= 0:
        raise _bad(path, f"the quotas of key {row.id} must be above 0")
    return Key(
        row.id, secret, frozenset(row.scopes), row.not_before, row.not_after, row.requests_per_s, row.busy_ms_per_s
    )


def _bad(path: Path, what: str) -> InputError:
    return InputError("bad-keys", f"{path}: {what}" if ":" in what or what[0] == "'" else f"{path} {what}", hint=_HINT)
