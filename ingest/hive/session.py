"""SQL sent to a HiveServer2 through PyHive, and what its failures are called."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from ingest.hive.url import HiveUrl
from schemas.errors import InputError

ARRAY_SIZE = 10_000
"""Rows of one round trip: fewer cost time, more only memory on both sides."""

Row = tuple[Any, ...]

_refusals = logging.getLogger("thrift")
_no_handler = logging.NullHandler()
"""Thrift logs each connection that is refused; without a handler that would go to stderr, beside our own error."""


@contextmanager
def session(url: HiveUrl) -> Iterator[Any]:
    """A connection of its own, which is closed. `InputError` `no-driver`, or `no-warehouse` where there is no server."""
    try:
        from pyhive import exc, hive
        from thrift.Thrift import TException
    except ImportError as error:
        raise InputError(
            "no-driver", f"reading {url} needs PyHive: {error}", hint="install it: pip install 'monoceros[hive]'"
        ) from error
    _refusals.addHandler(_no_handler)
    try:
        connection = hive.connect(url.host, url.port, url.user, auth=url.auth, password=url.password, configuration={})
    except (TException, exc.Error, OSError) as error:
        raise InputError(
            "no-warehouse",
            f"cannot open a session at {url}: {_reason(error)}",
            hint="is the server up, and does it want another auth? HiveServer2 takes SASL or ?auth=NOSASL, never both",
        ) from error
    with closing(connection):
        yield connection


def rows_of(connection: Any, sql: str, *, code: str, what: str) -> Iterator[list[Row]]:
    """The rows of a statement, some at a time, none where it gives none. A failure is `InputError` `code`, and says `what`
    could not be read."""
    from pyhive import exc
    from thrift.Thrift import TException

    try:
        with closing(connection.cursor(arraysize=ARRAY_SIZE)) as cursor:
            cursor.execute(sql)
            while cursor.description is not None and (rows := cursor.fetchmany(ARRAY_SIZE)):
                yield rows
    except (TException, exc.Error, OSError, EOFError) as error:
        raise InputError(
            code, f"cannot read {what}: {_reason(error)}", hint="the log of the Hive server says more"
        ) from error


def _reason(error: Exception) -> str:
    """What a server said, without the stack of its own that it sends along."""
    status = getattr(error.args[0], "status", None) if error.args else None
    text = getattr(status, "errorMessage", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0]
