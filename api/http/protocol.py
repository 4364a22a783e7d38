"""HTTP/1.1 as uvicorn reads it, with a bound on what stands before the body, and problems for what cannot be read."""

from __future__ import annotations

import secrets
from typing import final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.problems import Refusal, problem_body, query_too_long

LONGEST_LINE = 65_535
"""Bytes of path and query that the parser can take apart."""
LONGEST_HEADERS = 64 << 10
_REASONS = {400: b"Bad Request", 413: b"Content Too Large"}


@final
class Protocol(HttpToolsProtocol):
    """A connection. A client whose head is too long, or no HTTP, is told so and is not heard further."""

    _refusal: Refusal | None = None
    _left = LONGEST_HEADERS

    def on_message_begin(self) -> None:
        """A request begins."""
        self._left = LONGEST_HEADERS
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of path and query."""
        super().on_url(url)
        if len(self.url) > LONGEST_LINE:
            self._refuse(query_too_long())

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._left -= len(name) + len(value)
        if self._left < 0:
            self._refuse(Refusal(413, "too-large", f"the headers are longer than {LONGEST_HEADERS:,} bytes"))
        super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  (uvicorn's words for all of it are the same)
        """The last answer on this connection."""
        refusal = self._refusal or Refusal(400, "no-http", "this is no HTTP request that can be read")
        status, headers, body = problem_body(refusal, secrets.token_hex(8))
        headers |= {"content-length": str(len(body)), "connection": "close"}
        head = b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in headers.items())
        self.transport.write(b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, _REASONS[status], head, body))
        self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """End the parsing: what a callback raises, the parser makes an error of its own."""
        self._refusal = refusal
        raise refusal
