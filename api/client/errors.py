"""What a call may end in."""

from __future__ import annotations

from typing import Any

import msgspec

from api.wire import Problem
from schemas.errors import MonocerosError, Responsible


class ServiceError(MonocerosError):
    """The service said no. `status` and `request_id` are those of its answer, the rest what it said."""

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(
            problem.code,
            problem.detail,
            hint=_or(problem.hint, ""),
            line=_or(problem.line, None),
            column=_or(problem.column, None),
            excerpt=_or(problem.excerpt, ""),
        )
        self.status = problem.status
        self.request_id = problem.request_id
        self.retry_after_s = retry_after_s
        self.responsible = Responsible.CALLER if problem.status < 500 else Responsible.DEPENDENCY


class UnreachableError(MonocerosError):
    """No answer came: the service could not be reached, or not in time."""

    responsible = Responsible.DEPENDENCY


def error_of(status: int, body: bytes, retry_after_s: float | None) -> ServiceError:
    """The error that an answer stands for, be it ours or a proxy's."""
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        problem = Problem(
            type="about:blank",
            title="",
            status=status,
            detail=f"the answer has the status {status} and is not the service's own",
            code="not-ours",
            request_id="",
        )
    return ServiceError(problem, retry_after_s)


def _or(value: Any, other: Any) -> Any:
    return other if value is msgspec.UNSET else value
