"""`monoceros keys`: the file of client keys that a service reads."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode
from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)
ABOVE_0 = click.FloatRange(0, min_open=True)


@click.group()
def keys() -> None:
    """The keys of a service's clients."""


@keys.command()
@click.option("--keys", "file", type=FILE, required=True, metavar="FILE", help="The file; made where there is none.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help="typeahead, explore, raw, events, tokens, admin, operator; may be given several times.",
)
@click.option("--not-after", type=click.IntRange(1), metavar="S", help="When it ends, in seconds since 1970.")
@click.option("--requests-per-s", type=ABOVE_0, metavar="N", help="Requests that it may make a second.")
@click.option("--busy-ms-per-s", type=ABOVE_0, metavar="MS", help="Time of the engine that it may use a second.")
@click.argument("name")
def add(file: Path, scopes: tuple[str, ...], name: str, **more: float | None) -> None:
    """Add the key NAME with a new secret. Running services read it within a second."""
    from api.keys import Scope, read_keys
    from api.signatures import KEY_ID
    from schemas.errors import InputError

    unknown = [scope for scope in scopes if scope not in set(Scope)]
    if unknown:
        raise InputError("bad-keys", f"there is no scope {unknown[0]!r}", hint=f"known: {', '.join(Scope)}")
    if KEY_ID.fullmatch(name) is None:
        raise InputError("bad-keys", f"{name!r} is no id of a key", hint="a-z, 0-9 and . _ -, such as web-1")
    rows = []
    if file.exists():
        if name in read_keys(file):
            raise InputError("bad-keys", f"{file} holds a key {name} already", hint="choose another id")
        rows = json.loads(file.read_bytes())["keys"]
    row: dict[str, object] = {
        "id": name,
        "secret": b64encode(secrets.token_bytes(32)).decode(),
        "scopes": list(dict.fromkeys(scopes)),
    }
    row |= {what: value for what, value in more.items() if value is not None}
    new = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump({"keys": [*rows, row]}, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(new, file)
    click.echo(f"{name} is in {file}")
