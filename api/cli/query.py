"""`monoceros query`: one query from the command line, or many from a file of JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from api.cli.failures import BAD_INPUT, show_error
from api.cli.flags import VERTICALS, id_flag, index_flag, log_operator_to_stderr, settings_of
from schemas.catalogue import Vertical
from schemas.errors import InputError, MonocerosError
from schemas.ids import ExternalId

if TYPE_CHECKING:
    from query import Answer

_HELP = "see monoceros query --help"


class _QueryCommand(click.Command):
    """Where JSON was asked for, a wrong flag is answered in JSON too."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        given = list(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if "--json" not in given:
                raise
            _fail_in_json(InputError("bad-flag", error.format_message(), hint=_HELP))


@click.command(cls=_QueryCommand)
@index_flag
@click.option(
    "--viewer", callback=id_flag, metavar="ID", help="Answer as this user may see it; a stranger's view if not said."
)
@click.option("--limit", type=int, metavar="N", help="How many results, at most 10,000; 20 if not said.")
@click.option("--vertical", type=VERTICALS, help="What to find, where the query allows several kinds.")
@click.option("--operator", is_flag=True, help="See everything, as the holder of this machine; logged.")
@click.option("--exact", is_flag=True, help="Count all results.")
@click.option("--explain", is_flag=True, help="Show the plan as run.")
@click.option("--lineage", is_flag=True, help="Show who leads to each result.")
@click.option("--why-not", callback=id_flag, metavar="ID", help="Say what kept this document out.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.option("--file", type=click.File("rb"), metavar="FILE.jsonl", help="Answer one JSON object a line; - is stdin.")
@click.argument("query", required=False)
@click.pass_context
def query(
    context: click.Context,
    index: Path,
    viewer: ExternalId | None,
    limit: int | None,
    vertical: str | None,
    operator: bool,
    exact: bool,
    explain: bool,
    lineage: bool,
    why_not: ExternalId | None,
    is_json: bool,
    file: BinaryIO | None,
    query: str | None,
) -> None:
    """Answer QUERY, such as '(apply followed_by: followed_by:me)'.

    With --file, each line {"query", "viewer", "limit", "vertical", "operator", "exact"} gets one line of JSON; all but
    "query" are optional, and flags stand for what a line does not say.
    """
    try:
        from api.session import Session
        from query import Request

        if (query is None) == (file is None):
            raise InputError("bad-flag", "give either a query or --file", hint=_HELP)
        request = Request(
            text=query or "",
            viewer=viewer,
            vertical=None if vertical is None else Vertical(vertical),
            limit=limit,
            is_operator=operator,
            is_exact=exact,
            explains=explain,
            gives_lineage=lineage,
            why_not=why_not,
        )
        log_operator_to_stderr()
        session = Session(index, settings_of(context))
        if file is not None:
            from api.cli.query_lines import answer_lines

            answer_lines(session, request, file, sys.stdout.buffer)
            return
        answer = session.run(request)
    except MonocerosError as error:
        if is_json or file is not None:
            _fail_in_json(error)
        show_error(error, query or "")
        context.exit(BAD_INPUT)
    _print(answer, is_json=is_json)


def _print(answer: Answer, *, is_json: bool) -> None:
    from api.console.answers import answer_parts
    from api.console.output import console
    from api.console.text import json_line

    if is_json:
        click.echo(json_line(answer.as_json()), nl=False)
        return
    output = console(sys.stdout)
    for part in answer_parts(answer):
        output.print(part)


def _fail_in_json(error: MonocerosError) -> NoReturn:
    from api.console.text import json_line

    click.echo(json_line({"error": error.as_json()}), nl=False)
    raise click.exceptions.Exit(BAD_INPUT)
