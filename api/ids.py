"""External ids as people write them in flags and commands."""

from __future__ import annotations

import re

from schemas.errors import InputError
from schemas.ids import INT64_MAX, INT64_MIN, ExternalId

_ID = re.compile(r"(-?)0*([0-9]{1,19})", re.ASCII)
_SHOWN = 40


def read_id(text: str) -> ExternalId:
    """The id that a text spells as a decimal 64-bit integer; any other text is an `InputError`."""
    match = _ID.fullmatch(text)
    value = int(match[1] + match[2]) if match else None
    if value is None or not INT64_MIN <= value <= INT64_MAX:
        cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        raise InputError("bad-id", f"{cut!r} is no id", hint="an id is a decimal 64-bit integer, such as 181861901")
    return ExternalId(value)
