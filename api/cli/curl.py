"""`monoceros curl`: one signed request from the command line, and what came back."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import click

from api.cli.failures import BAD_INPUT
from api.cli.flags import id_flag
from schemas.errors import InputError
from schemas.ids import ExternalId

_SAFE = "/?&=%:@,+~!$'();*-._"
"""What a shell user may leave as it is in a path and query; all else is percent-encoded."""


@click.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the service is.")
@click.option("--keys", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The file with the key.")
@click.option("--key", metavar="ID", help="Which key of the file.")
@click.option("--viewer", callback=id_flag, metavar="ID", help="Ask as this user.")
@click.option("--data", metavar="JSON", help="A body; the request is then a POST.")
@click.option(
    "--deadline-ms", type=click.IntRange(1, 600_000), default=10_000, show_default=True, help="How long to wait."
)
@click.option("--include", "-i", is_flag=True, help="Show status and headers.")
@click.argument("target")
@click.pass_context
def curl(
    context: click.Context,
    url: str,
    keys: Path | None,
    key: str | None,
    viewer: ExternalId | None,
    data: str | None,
    deadline_ms: int,
    include: bool,
    target: str,
) -> None:
    """Ask for TARGET, such as '/v1/search?q=name:mel*', signed with a key.

    Without a key, a viewer is asked for by a token, which a service of this machine mints for anybody here. The exit code is
    2 where the answer is no 200.
    """
    import httpx

    from api.client import Client, Credentials, read_credentials

    if not target.startswith("/"):
        raise InputError("bad-target", f"{target!r} is no path", hint="such as '/v1/search?q=name:mel*'")
    check_url(url)
    credentials = Credentials() if keys is None else read_credentials(keys, key)
    if keys is None and viewer is not None:
        with Client(url, deadline_s=deadline_ms / 1e3) as client:
            credentials = Credentials(token=client.viewer_token(viewer, lifetime_s=60).token)
    encoded = quote(target, safe=_SAFE)
    body = b"" if data is None else data.encode()
    method = "GET" if data is None else "POST"
    headers = credentials.headers(method, encoded, body, viewer, time.time)
    headers["x-deadline-ms"] = str(deadline_ms)
    if data is not None:
        headers["content-type"] = "application/json"
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=deadline_ms / 1e3 + 1) as http:
            answer = http.request(method, encoded, headers=headers, content=body)
    except httpx.HTTPError as error:
        raise InputError("unreachable", f"{url} does not answer: {error}", hint="is monoceros serve running?") from None
    if include:
        click.echo(f"{answer.status_code} {answer.reason_phrase}")
        for name, value in answer.headers.items():
            click.echo(f"{name}: {value}")
        click.echo()
    click.echo(_shown(answer.content))
    context.exit(0 if answer.status_code == 200 else BAD_INPUT)


def check_url(url: str) -> None:
    """`InputError` `bad-url` where this cannot be the address of a service."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError("bad-url", f"{url!r} is no address of a service", hint="such as http://127.0.0.1:8000")


def _shown(body: bytes) -> str:
    """JSON over several lines on a terminal, and as it came elsewhere; other bodies as text."""
    text = body.decode("utf-8", "replace")
    if not sys.stdout.isatty():
        return text.rstrip("\n")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text.rstrip("\n")
