"""HTTP/1.1 as uvicorn reads it, with a door before it, a bound on what stands before the body, and problems for what is no HTTP."""

from __future__ import annotations

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.asgi import ALWAYS, new_id, request_id_of
from api.http.door import Door
from api.http.endpoint import Endpoint
from api.http.lanes import overloaded
from api.http.problems import Refusal, problem_body, query_too_long

LONGEST_LINE = 65_535
"""Bytes of path and query that the parser can take apart."""
LONGEST_HEADERS = 64 << 10
_REASONS = {400: b"Bad Request", 413: b"Content Too Large", 503: b"Service Unavailable"}
_BODY = (b"content-length", b"transfer-encoding")
_LINE = re.compile(rb"GET (/[^ ?#\r\n]*)(?:\?[^ \r\n]*)? HTTP/1\.1\r\n")
_END = b"\r\n\r\n"
_SAYS_MORE = re.compile(
    rb"[\r\n][ \t]*(?:content-length|transfer-encoding|connection|upgrade|expect|x-request-id)[ \t]*:", re.IGNORECASE
)
"""Headers by which a request is more than a line that can be refused as it stands."""
_SOME_ID = "0123456789abcdef"


class Protocol(HttpToolsProtocol):
    """A connection. Whoever finds the door shut is answered at once, and may ask again over it; a client whose head is too long, or
    no HTTP, is told so and not heard further."""

    door: Door
    _refused: tuple[object, bytes] = (None, b"")
    """What all connections answer to whom the door is shut, under `_SOME_ID`, and the headers that it was made with."""
    _is_between = True
    """Whether the parser waits for a request to begin."""
    _is_let_in = False
    """Whether what is read is one request, for which the door was found open."""
    _refusal: Refusal | None = None
    _left = LONGEST_HEADERS
    _is_refused = False

    @classmethod
    def before(cls, door: Door) -> type[Protocol]:
        """The protocol with a door."""
        return type(cls.__name__, (cls,), {"door": door})

    def data_received(self, data: bytes) -> None:
        """What the client sends. One whole request for which there is no room is mostly told so by its line alone: where there is
        none, there are many of them."""
        endpoint = self._shut_for(data) if self._is_between and self._is_idle() else None
        if endpoint is None:
            super().data_received(data)
            self._is_let_in = False
        else:
            self.door.count(endpoint)
            self.transport.write(self._refused_now().replace(_SOME_ID.encode(), new_id().encode()))
            self.on_response_complete()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_between = False
        self._left = LONGEST_HEADERS
        self._is_refused = False
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of path and query."""
        super().on_url(url)
        if len(self.url) > LONGEST_LINE:
            self._end(query_too_long())

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._left -= len(name) + len(value)
        if self._left < 0:
            self._end(Refusal(413, "too-large", f"the headers are longer than {LONGEST_HEADERS:,} bytes"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """All headers are there: the request is answered here or goes on to the application."""
        is_asked = not self._is_let_in and self._may_be_refused()
        endpoint = self.door.shut(self.url.partition(b"?")[0]) if is_asked else None
        if endpoint is None:
            super().on_headers_complete()
            return
        self.door.count(endpoint)
        self._is_refused = True
        request_id = request_id_of(dict(self.headers).get(b"x-request-id", b"").decode("latin-1"))
        self.transport.write(self._written(overloaded(), request_id))
        self.on_response_complete()

    def on_message_complete(self) -> None:
        """The request has ended."""
        self._is_between = True
        if not self._is_refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  (uvicorn's words for all of it are the same)
        """The last answer on this connection."""
        refusal = self._refusal or Refusal(400, "no-http", "this is no HTTP request that can be read")
        self.transport.write(self._written(refusal, new_id(), b"connection: close\r\n"))
        self.transport.close()

    def _may_be_refused(self) -> bool:
        """Whether the connection can go on after an answer from here: nothing is asked before it, and nothing follows that is not a
        request."""
        return (
            self.parser.get_method() == b"GET"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and self._is_idle()
            and not any(name in _BODY for name, _ in self.headers)
        )

    def _is_idle(self) -> bool:
        """Whether nothing that was asked before is still to be answered."""
        return self.cycle is None or self.cycle.response_complete

    def _shut_for(self, data: bytes) -> Endpoint | None:
        """The endpoint that has no room, where the data are one request of it from beginning to end."""
        line = _LINE.match(data)
        if line is None or data.find(_END) != len(data) - len(_END):
            return None
        endpoint = self.door.shut(line[1])
        self._is_let_in = endpoint is None
        return None if endpoint is None or _SAYS_MORE.search(data) else endpoint

    def _refused_now(self) -> bytes:
        made_with = self.server_state.default_headers  # others every second
        if self._refused[0] is not made_with:
            type(self)._refused = (made_with, self._written(overloaded(), _SOME_ID))
        return self._refused[1]

    def _written(self, refusal: Refusal, request_id: str, more: bytes = b"") -> bytes:
        status, headers, body = problem_body(refusal, request_id)
        told = [
            *self.server_state.default_headers,
            *((name.encode(), value.encode("latin-1")) for name, value in headers.items()),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.encode()),
            *ALWAYS,
        ]
        head = b"".join(b"%b: %b\r\n" % header for header in told)
        return b"HTTP/1.1 %d %b\r\n%b%b\r\n%b" % (status, _REASONS[status], head, more, body)

    def _end(self, refusal: Refusal) -> None:
        """End the parsing: what a callback raises, the parser makes an error of its own."""
        self._refusal = refusal
        raise refusal
