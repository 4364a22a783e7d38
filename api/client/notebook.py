"""`%load_ext api.client.notebook`: ask a service from a notebook. Takes the extra `notebook`.

    %monoceros http://127.0.0.1:8000 --viewer 181861901

    %%monoceros --limit 5 --cards --lineage found
    (apply followed_by: followed_by:me)

The line names the service, and who asks; the cell is a query, and a name on its line keeps the answer. What is wrong is said as
the shell says it, with its place in the cell.
"""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn, final

from IPython.core.magic import Magics, line_cell_magic, magics_class

from api.client.credentials import Credentials, read_credentials
from api.client.html import Html, cards, table
from api.client.synchronous import Client
from api.console.errors import error_text
from api.ids import read_id
from schemas.errors import InputError, MonocerosError

_DEADLINE_S = 15.0


class _Parser(ArgumentParser):
    """Says what is wrong as an error of ours, and leaves the process alone."""

    def error(self, message: str) -> NoReturn:
        raise InputError("bad-argument", message, hint=self.format_usage().strip())


def _line() -> ArgumentParser:
    parser = _Parser(prog="%monoceros", add_help=False)
    parser.add_argument("url")
    parser.add_argument("--keys", type=Path)
    parser.add_argument("--key")
    parser.add_argument("--viewer")
    return parser


def _cell() -> ArgumentParser:
    parser = _Parser(prog="%%monoceros", add_help=False)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--vertical")
    parser.add_argument("--fields")
    parser.add_argument("--why-not")
    for flag in ("--cards", "--lineage", "--explain", "--exact"):
        parser.add_argument(flag, action="store_true")
    return parser


@final
@magics_class
class MonocerosMagics(Magics):
    """One service, asked as one viewer."""

    client: Client | None = None

    @line_cell_magic
    def monoceros(self, line: str, cell: str | None = None) -> Html | None:
        """`%monoceros URL [--keys FILE] [--key ID] [--viewer ID]`, then `%%monoceros [options] [name]` with a query."""
        try:
            return self._answer(line, cell)
        except MonocerosError as error:
            shown = str(error_text(error, cell or "")).split("\n")
            setattr(error, "_render_traceback_", lambda: shown)  # noqa: B010  (what IPython shows instead of our frames)
            raise

    def _answer(self, line: str, cell: str | None) -> Html | None:
        if cell is None:
            self._connect(_line().parse_args(shlex.split(line)))
            return None
        if self.client is None:
            raise InputError(
                "no-service", "no service is named yet", hint="%monoceros http://127.0.0.1:8000 --viewer ID"
            )
        asked = _cell().parse_args(shlex.split(line))
        found = self.client.search(
            cell,
            limit=asked.limit,
            vertical=asked.vertical,
            why_not=asked.why_not,
            fields=asked.fields.split(",") if asked.fields else None,
            lineage=asked.lineage or None,
            explain=asked.explain or None,
            exact=asked.exact or None,
        )
        if asked.name is not None and self.shell is not None:
            self.shell.user_ns[asked.name] = found
        return cards(found) if asked.cards else table(found)

    def _connect(self, asked: Any) -> None:
        viewer = None if asked.viewer is None else read_id(asked.viewer)
        credentials = None if asked.keys is None else read_credentials(asked.keys, asked.key)
        if credentials is None and viewer is not None:
            with Client(asked.url, deadline_s=_DEADLINE_S) as client:
                credentials, viewer = Credentials(token=client.viewer_token(viewer, lifetime_s=3_600).token), None
        if self.client is not None:
            self.client.close()
        self.client = Client(asked.url, credentials, viewer=viewer, deadline_s=_DEADLINE_S)


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext` calls."""
    shell.register_magics(MonocerosMagics)
