"""What goes over the wire: the bodies of requests and answers, as types that the service, its OpenAPI page and the client share.

Ids are texts of decimal digits: many languages keep numbers of 64 bits only to 53. Places in texts count code points.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class Named(Struct, kw_only=True):
    """A document by its id and the name that people know it by."""

    id: str
    vertical: str
    name: str


class LeadOut(Struct, kw_only=True):
    """Why a traversal along `edge` reached a result: some documents of `vertical` that lead to it, how many more do, and the
    sentence that says so."""

    form: str
    edge: str
    vertical: str
    by: list[Named]
    more: int
    reads: str


class Hit(Named, kw_only=True):
    """One result. `fields` where they were asked for, `lineage` likewise. Of words as typed, `reason` says why it is there, for
    people, and `source` what found it."""

    fields: dict[str, Any] | UnsetType = UNSET
    lineage: list[LeadOut] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    source: str | UnsetType = UNSET


class Results(Struct, kw_only=True):
    """A page of results, best first.

    `cursor` asks for the next page; where it is absent, `ends` says why: `all` (there is no more), `limit` (an answer has
    no more than so many), `cut` (the answer is not complete, so that there is no telling what comes next).
    """

    results: list[Hit]
    total: int
    total_is_exact: bool
    complete: bool
    incomplete: list[dict[str, Any]]
    took_ms: float
    vertical: str = ""
    cursor: str | UnsetType = UNSET
    ends: str | UnsetType = UNSET
    explain: dict[str, Any] | UnsetType = UNSET
    why_not: str | UnsetType = UNSET

    def _repr_html_(self) -> str:
        """A table, in notebooks."""
        from api.client.html import table

        return table(self).text


class Match(Struct, kw_only=True):
    """Where what was typed stands in the text of a field: `[start, end)` each, in code points."""

    field: str
    ranges: list[tuple[int, int]]


class Suggestion(Named, kw_only=True):
    """One line under a search box. `text` are the texts to show, by field; `matches` say where to highlight. `reason` says why it
    is there, for people, and `source` what found it."""

    text: dict[str, str]
    matches: list[Match]
    reason: str
    source: str


class Typeahead(Struct, kw_only=True):
    """What may be meant, all verticals in one list, best first. `request_id` names the list in what is told of it later."""

    slots: list[Suggestion]
    complete: bool
    incomplete: list[dict[str, Any]]
    request_id: str
    took_ms: float

    def _repr_html_(self) -> str:
        """A table, in notebooks."""
        from api.client.html import table

        return table(self).text


class Documents(Struct, kw_only=True):
    """Documents in the order of the ids asked for; `missing` are those that do not exist for the viewer."""

    documents: list[dict[str, Any]]
    missing: list[str]


class Suggested(Struct, kw_only=True):
    """People followed by people whom the viewer follows, those with most such followers first."""

    results: list[Hit]
    complete: bool
    incomplete: list[dict[str, Any]]

    def _repr_html_(self) -> str:
        """A table, in notebooks."""
        from api.client.html import table

        return table(self).text


class RankedHit(Hit, kw_only=True):
    """One result of a ranking: why it is there, for people, and what found it (several with + between)."""

    reason: str
    source: str


class DroppedOut(Struct, kw_only=True):
    """A candidate that was kept out: at which stage, and why."""

    id: str
    stage: str
    reason: str


class RankedMedia(Struct, kw_only=True):
    """Ranked media, best first. `request_id` names the ranking in what is told of it later; `dropped` where it was asked for."""

    results: list[RankedHit]
    complete: bool
    incomplete: list[dict[str, Any]]
    request_id: str
    took_ms: float
    dropped: list[DroppedOut] | UnsetType = UNSET

    def _repr_html_(self) -> str:
        """A table, in notebooks."""
        from api.client.html import table

        return table(self).text


class OperatorOut(Struct, kw_only=True):
    """An operator or option of the query language."""

    name: str
    meaning: str
    example: str


class EdgeOut(Struct, kw_only=True):
    """An edge of the catalogue. `value_vertical`: what its values are documents of; null where they are words or numbers."""

    name: str
    vertical: str
    kind: str
    value_vertical: str | None
    is_field: bool
    meaning: str
    example: str


class Language(Struct, kw_only=True):
    """The query language, as its binder knows it."""

    operators: list[OperatorOut]
    options: list[OperatorOut]
    edges: list[EdgeOut]


class CandidateOut(Struct, kw_only=True):
    """A text that may stand at the cursor, and what it means."""

    text: str
    meaning: str


class Completions(Struct, kw_only=True):
    """What may stand in place of `partial`, the piece that ends at the cursor."""

    partial: str
    candidates: list[CandidateOut]


class TokenWish(Struct, kw_only=True, forbid_unknown_fields=True):
    """A viewer token to be minted. `viewer` null is a stranger; `scopes` are at most those of the key."""

    viewer: str | None = None
    scopes: list[str] | UnsetType = UNSET
    lifetime_s: int = 600


class Token(Struct, kw_only=True):
    """A viewer token, for `Authorization: Bearer`, and when it ends, in seconds since 1970."""

    token: str
    expires: int
    scopes: list[str]


class Generation(Struct, kw_only=True):
    """What is in force. `sequence` counts what a live index published over the generation."""

    generation: str
    sequence: int
    created_ms: int
    documents: dict[str, int]
    snapshot: dict[str, int]
    postings: int
    size: int
    unicode: str


class KeptGeneration(Struct, kw_only=True):
    """One generation on the disk. `sequence` stands where it is in force: what a live index published over it."""

    generation: str
    created_ms: int
    documents: dict[str, int]
    size: int
    sequence: int | UnsetType = UNSET


class Generations(Struct, kw_only=True):
    """All generations that are kept, oldest first; `current` is the one in force."""

    current: str
    kept: list[KeptGeneration]


class Promotion(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which kept generation is to be in force."""

    generation: str


class Lag(Struct, kw_only=True):
    """How the consumer of events does; `state` `none`: there never was one. `age_ms` null: answers are as fresh as promised."""

    state: str
    problem: str = ""
    age_ms: int | None = None
    lag_events: int | None = None
    lag_ms: int = 0
    freshness_p50_ms: int = 0
    freshness_p99_ms: int = 0
    events: int = 0
    events_per_s: float = 0.0
    dead_letters: int = 0
    source: str = ""


class DeadLetterOut(Struct, kw_only=True):
    """A message that was no event: where it stood, when it was found, why it is none, and its first bytes in hexadecimal."""

    number: int
    found_ms: int
    source: str
    part: int
    place: int
    reason: str
    size: int
    head: str


class DeadLettersOut(Struct, kw_only=True):
    """Dead letters, oldest first, and how many there are in all."""

    letters: list[DeadLetterOut]
    total: int


class LetterChoice(Struct, kw_only=True, forbid_unknown_fields=True):
    """One dead letter by its number; null: all of them."""

    number: int | None


class Done(Struct, kw_only=True):
    """How many it was done to."""

    count: int


class Shown(Struct, kw_only=True, forbid_unknown_fields=True):
    """One result as it was shown."""

    vertical: str
    id: str


class SearchSeen(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="search"):
    """What a search showed and what came of it. Told once when it is over, or at once and again with the click: of one
    `request_id` the later word stands. Positions count from 0."""

    request_id: str
    query: str
    shown: list[Shown]
    surface: str = "search"
    session_id: str = ""
    country: str = ""
    clicked: int | None = None
    followed: int | None = None


class MediaSeen(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="view"):
    """The viewer looked at a media."""

    media_id: str


class Events(Struct, kw_only=True, forbid_unknown_fields=True):
    """What happened, in order."""

    events: list[SearchSeen | MediaSeen]


class Kept(Struct, kw_only=True):
    """How many events were written down; they last."""

    kept: int


class ExposureSeen(Struct, kw_only=True, forbid_unknown_fields=True):
    """The viewer was shown what an experiment varies, in the answer of that request, where it was one."""

    request_id: str = ""


class ExposureKept(Struct, kw_only=True):
    """The arm that the viewer is in; null where the experiment is not for this viewer, and nothing was written down."""

    experiment: str
    arm: str | None


class ArmOut(Struct, kw_only=True):
    """An arm: `share` of its experiment's viewers, the parameters that it sets, how often it was met since the service began."""

    name: str
    share: float
    parameters: dict[str, float | str | bool]
    exposures: int


class ExperimentOut(Struct, kw_only=True):
    """An experiment on the viewers from `traffic[0]` to `traffic[1]` percent of its layer; the first arm is the control. `arm` is
    that of the viewer who was named, null where there is none or the experiment is not for that viewer."""

    name: str
    layer: str
    traffic: tuple[float, float]
    arm: str | None
    arms: list[ArmOut]


class ExperimentsOut(Struct, kw_only=True):
    """The experiments that run. Salts stay in the file: who knows them knows who will be in which arm."""

    experiments: list[ExperimentOut]


class RankerOut(Struct, kw_only=True):
    """The models of a task: the version in force, null where weights by hand are, and the versions that are kept."""

    task: str
    in_force: str | None
    kept: list[str]


class RankersOut(Struct, kw_only=True):
    """What can be learnt to rank, and what was."""

    rankers: list[RankerOut]


class TermOut(Struct, kw_only=True):
    """A term, and the number of documents of the viewer's world that have it."""

    text: str
    documents: int


class Terms(Struct, kw_only=True):
    """Terms of one edge, the most frequent first, then by code point."""

    edge: str
    vertical: str
    terms: list[TermOut]


class CacheState(Struct, kw_only=True):
    """The cache of whole answers in this process: which one, and how it did."""

    kind: str
    hits: int
    misses: int
    failures: int


class Health(Struct, kw_only=True):
    """`ok`, or what is wrong."""

    status: str


class Problem(Struct, kw_only=True):
    """RFC 9457. `code` is stable; line and column count from 1 and stand where the error has a place in a query."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    hint: str | UnsetType = UNSET
    line: int | UnsetType = UNSET
    column: int | UnsetType = UNSET
    excerpt: str | UnsetType = UNSET
