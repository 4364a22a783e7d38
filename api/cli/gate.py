"""What a new generation has to show before it is put in force: canary queries, and sizes near those of before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.query_lines import request_of
from schemas.errors import InputError, MonocerosError
from schemas.settings import Settings

if TYPE_CHECKING:
    from index import Manifest, Segment
    from query import Request

_DEADLINE_MS = 60_000
"""A canary may take its time: it asks whether the answer is there, not how fast."""
_CANARY_HINT = 'each line is one JSON object, such as {"query": "name:ann", "viewer": 5, "at_least": 1}'


@dataclass(frozen=True, slots=True)
class Canary:
    """A query that a good index has at least so many results for; `place` says where it is written."""

    place: str
    request: Request
    at_least: int


def read_canaries(path: Path) -> list[Canary]:
    """The canaries of a file: lines as `monoceros query --file` takes them, and `at_least`, 1 where it is not said.

    Empty lines are passed over. `InputError` `bad-canary` names file and line.
    """
    from query import Request

    defaults = Request(text="", is_exact=True)
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            request = request_of(defaults, line)
            at_least = json.loads(line.decode("utf-8-sig")).get("at_least", 1)
        except MonocerosError as error:
            raise InputError("bad-canary", f"{place}: {error.message}", hint=error.hint or _CANARY_HINT) from error
        if isinstance(at_least, bool) or not isinstance(at_least, int) or at_least < 1:
            raise InputError("bad-canary", f"{place}: at_least is no whole number from 1 on", hint=_CANARY_HINT)
        found.append(Canary(place, request, at_least))
    return found


def refusals(
    segment: Segment, before: Manifest | None, canaries: Sequence[Canary], max_change: float, settings: Settings
) -> Iterator[str]:
    """Every reason not to put `segment` in force; none means that it may be. `before` is what is in force, if anything is."""
    if before is not None:
        yield from _changes(before, segment.manifest, max_change)
    yield from _silent(segment, canaries, settings)


def _changes(before: Manifest, now: Manifest, max_change: float) -> Iterator[str]:
    """Sizes that changed by more than that share of what they were. What was 0 may become anything."""
    sizes = [(f"{vertical} documents", before.documents.get(vertical, 0), n) for vertical, n in now.documents.items()]
    for what, old, new in [*sizes, ("postings", before.postings, now.postings)]:
        if old and abs(new - old) > max_change * old:
            yield f"{what}: {new:,} after {old:,}, a change of {(new - old) / old:+.1%} where {max_change:.1%} is allowed"


def _silent(segment: Segment, canaries: Sequence[Canary], settings: Settings) -> Iterator[str]:
    from query import Searcher

    searcher = Searcher(segment, replace(settings, deadline_ms=_DEADLINE_MS))
    for canary in canaries:
        try:
            total = searcher.run(canary.request).total
        except MonocerosError as error:
            yield f"{canary.place}: {error.message}"
            continue
        if total < canary.at_least:
            yield f"{canary.place}: {canary.request.text} has {total:,} results, not at least {canary.at_least:,}"
