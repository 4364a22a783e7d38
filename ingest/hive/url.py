"""`hive://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE[?auth=NOSASL]`: where a Hive database is and how to be let in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from schemas.errors import InputError

SCHEME = "hive://"
AUTHS = ("NONE", "NOSASL", "LDAP", "CUSTOM")
"""NONE is SASL without a check of who asks, Hive's default; LDAP and CUSTOM are SASL with a password."""
_PORT = 10_000


@dataclass(frozen=True, slots=True)
class HiveUrl:
    """One database of one server. Its text is what may be shown: it never holds the password."""

    host: str
    port: int
    database: str
    user: str
    password: str | None = field(repr=False)
    auth: str

    @staticmethod
    def parse(text: str) -> HiveUrl:
        """Raises `InputError` `bad-url`, which does not repeat the text, for it may hold a password."""
        if not text.startswith(SCHEME):
            raise _bad_url(f"it does not begin with {SCHEME}")
        try:
            url = urlsplit(text)
            port = url.port or _PORT
            options = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
        except ValueError as error:
            raise _bad_url(str(error)) from None
        auth = options.pop("auth", "NONE").upper()
        database = url.path.removeprefix("/")
        if not url.hostname:
            raise _bad_url("it names no host")
        if not re.fullmatch(r"\w+", database, re.ASCII):
            raise _bad_url("it names no database; that is a name of letters, digits and _")
        if auth not in AUTHS:
            raise _bad_url(f"auth={auth} is none of {', '.join(AUTHS)}")
        if options or url.fragment:
            raise _bad_url(f"it says more than is understood: {', '.join(options) or url.fragment}")
        password = None if url.password is None else unquote(url.password)
        if (password is not None) != (auth in ("LDAP", "CUSTOM")):
            raise _bad_url(f"auth={auth} goes {'with' if password is None else 'without'} a password")
        return HiveUrl(url.hostname, port, database, unquote(url.username or "monoceros"), password, auth)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{SCHEME}{host}:{self.port}/{self.database}"


def _bad_url(reason: str) -> InputError:
    return InputError(
        "bad-url",
        f"this is no address of a Hive database: {reason}",
        hint="write hive://[USER[:PASSWORD]@]HOST:PORT/DATABASE, and ?auth=NOSASL where the server has no SASL",
    )
