"""One whole answer on its way from where it was made to the client."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.http.logs import JsonLog
from api.http.problems import Refusal, problem_body
from query import StoppedError
from schemas.errors import MonocerosError

JSON = "application/json"
_AGE = "x-index-age-ms"
GONE = 499


@dataclass(slots=True)
class Reply:
    """Status, headers and body of an answer, and what the log and the metrics are to know of it."""

    status: int
    headers: dict[str, str]
    body: bytes
    code: str = ""
    """Of the problem, where it is one."""
    is_partial: bool = False
    may_be_kept: bool = False
    """Whether it is good for all who ask for what it was asked as (`api.http.keeping`)."""
    stages: list[tuple[str, float, float]] = field(default_factory=list)
    """What was done, from when to when, on the clock `perf_counter`."""


def answered(body: bytes, age_ms: int | None) -> Reply:
    """The answer to a request that could be answered, from an index that is so old (None: nothing to speak of)."""
    return Reply(200, {"content-type": JSON} | ({} if age_ms is None else {_AGE: str(age_ms)}), body)


def refused(error: Exception, request_id: str, log: JsonLog) -> Reply:
    """The answer to a request that ended in an error. Work that was stopped is answered to nobody; what is no error of ours that we
    know is logged by its kind and place, without anything of the request."""
    if isinstance(error, StoppedError):
        return Reply(GONE, {}, b"")
    if not isinstance(error, MonocerosError):
        log.error("bug", request_id=request_id, error=type(error).__name__, at=_place(error))
        error = Refusal(500, "internal", "a bug of ours", hint="say the request_id to whoever runs the service")
    status, headers, body = problem_body(error, request_id)
    return Reply(status, headers, body, error.code)


def _place(error: BaseException) -> str:
    """File and line of the innermost frame: where to look."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
