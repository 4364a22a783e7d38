"""Errors as RFC 9457 problem+json, by one table: which status an error has, and what of it is told."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from api.wire import Problem
from schemas.errors import MonocerosError, Responsible

TYPE = "urn:monoceros:problem:"
_TITLES = {
    400: "the request cannot be answered as it is",
    401: "the request does not prove who asks",
    403: "this key may not do that",
    404: "there is nothing here",
    405: "this cannot be done here",
    409: "this cannot be done now",
    410: "the paging has ended",
    413: "the request is too large",
    415: "the body is of another kind",
    429: "the key has used its quota",
    500: "a bug of ours",
    503: "the service cannot answer now",
    504: "the deadline has passed",
}
_STATUS_OF_CODE = {"deadline": 504}


class Refusal(MonocerosError):
    """An error of the service itself, with the status of its answer and in how many seconds to try again."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code, message, hint=hint)
        self.status = status
        self.retry_after_s = retry_after_s
        self.responsible = Responsible.CALLER if status < 500 else Responsible.SERVER


LONGEST_QUERY = 60_000
"""Bytes of a query string as it stands in the request, percent-encoded; a text of 16 KiB of any script has room in it."""


def query_too_long() -> Refusal:
    """The answer to a longer one, whichever stage sees it first."""
    return Refusal(
        413,
        "too-large",
        f"the query string is longer than {LONGEST_QUERY:,} bytes",
        hint="shorten it: put long lists of ids into a group, or ask several times",
    )


def status_of(error: MonocerosError) -> int:
    """The status of an error."""
    if isinstance(error, Refusal):
        return error.status
    if error.responsible is Responsible.CALLER:
        return _STATUS_OF_CODE.get(error.code, 400)
    return 503


def problem_body(error: MonocerosError, request_id: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to an error."""
    status = status_of(error)
    is_ours = error.responsible is not Responsible.CALLER and not isinstance(error, Refusal)
    problem = Problem(
        type=TYPE + error.code,
        title=_TITLES.get(status, "error"),
        status=status,
        detail="the index cannot be read now" if is_ours else error.message,  # no paths of this machine
        code=error.code,
        request_id=request_id,
        hint=error.hint if error.hint and not is_ours else msgspec.UNSET,
        line=msgspec.UNSET if error.line is None else error.line,
        column=msgspec.UNSET if error.column is None else error.column,
        excerpt=error.excerpt or msgspec.UNSET,
    )
    headers = {"content-type": "application/problem+json"}
    if status == 401:
        headers["www-authenticate"] = (
            'Bearer realm="monoceros"'  # which RFC 9110 wants; for signatures there is no such scheme
        )
    if isinstance(error, Refusal) and error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after_s + 0.5)))
    return status, headers, encode(problem)


def encode(content: object) -> bytes:
    """JSON in UTF-8; half characters (lone surrogates), which UTF-8 has no form for, become U+FFFD."""
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(content)))


def _whole(content: object) -> object:
    match content:
        case str():
            return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case Mapping():
            return {_whole(key): _whole(value) for key, value in content.items()}
        case list() | tuple():
            return [_whole(value) for value in content]
        case _:
            return content
