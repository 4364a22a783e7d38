"""Who a client is: a key that signs, or a viewer token, or nobody, for a service of this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from api.keys import read_keys
from api.signatures import CONTENT_DIGEST, VIEWER, Message, Stamp, digest_of, new_nonce, sign
from schemas.errors import InputError


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key by id and secret, or a token; none of them: unsigned."""

    key_id: str | None = None
    secret: bytes = field(default=b"", repr=False)
    token: str | None = field(default=None, repr=False)

    def headers(
        self, method: str, target: str, body: bytes, viewer: int | None, now: Callable[[], float]
    ) -> dict[str, str]:
        """What proves who asks. Each call makes another signature: one is answered once only.

        `target` is path and query as they go over the wire.
        """
        if self.token is not None:
            return {"authorization": f"Bearer {self.token}"}
        if self.key_id is None:
            return {}
        parts = urlsplit(target)
        digest = digest_of(body) if body else None
        named = None if viewer is None else str(viewer)
        message = Message(method, parts.path, parts.query, digest, named)
        headers = sign(message, Stamp(self.key_id, int(now()), new_nonce()), self.secret)
        if digest is not None:
            headers[CONTENT_DIGEST] = digest
        if named is not None:
            headers[VIEWER] = named
        return headers


def read_credentials(path: Path, key_id: str | None = None) -> Credentials:
    """A key of a file of keys: that of the id, or the only one. `InputError` where there is none such."""
    keys = read_keys(path)
    if key_id is None and len(keys) == 1:
        key_id = next(iter(keys))
    if key_id is None or key_id not in keys:
        what = f"no key {key_id}" if key_id is not None else "more than one key"
        raise InputError("bad-keys", f"{path} holds {what}", hint=f"name one of {', '.join(keys)}")
    return Credentials(key_id, keys[key_id].secret)
