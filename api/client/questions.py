"""Everything that can be asked, as values: method, path, parameters, type of the answer. How it is sent is not known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, Unpack
from urllib.parse import quote, urlencode

import msgspec

from api.client.options import (
    CompletionsOptions,
    ExploreOptions,
    ListOptions,
    SearchOptions,
    TermsOptions,
    TopOptions,
    TypeaheadOptions,
)
from api.wire import (
    CacheState,
    Completions,
    DeadLettersOut,
    Documents,
    Done,
    Events,
    ExperimentsOut,
    ExposureKept,
    ExposureSeen,
    Generation,
    Generations,
    Kept,
    Lag,
    Language,
    LetterChoice,
    MediaSeen,
    Promotion,
    RankedMedia,
    RankersOut,
    Results,
    SearchSeen,
    Suggested,
    Terms,
    Token,
    TokenWish,
    Typeahead,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One request. `is_safe` says whether asking twice does nothing that asking once does not."""

    method: str
    path: str
    answer: type[T]
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_safe: bool = True

    @property
    def target(self) -> str:
        """Path and query as they go over the wire."""
        return f"{self.path}?{urlencode(self.params, quote_via=quote)}" if self.params else self.path

    def after(self, cursor: str) -> Question[T]:
        """The same question for the page behind a cursor."""
        return replace(self, params={**self.params, "cursor": cursor})


def typeahead(q: str, **options: Unpack[TypeaheadOptions]) -> Question[Typeahead]:
    """What may be meant by what was typed. Options are those of GET /v1/typeahead."""
    return Question("GET", "/v1/typeahead", Typeahead, _said(q=q, **options))


def search(q: str | None = None, **options: Unpack[SearchOptions]) -> Question[Results]:
    """A query of the language, or with `text=` words as typed. Options are those of GET /v1/search."""
    return Question("GET", "/v1/search", Results, _said(q=q, **options))


def terms(edge: str, **options: Unpack[TermsOptions]) -> Question[Terms]:
    """Terms of an edge, for completion. Options are those of GET /v1/terms."""
    return Question("GET", "/v1/terms", Terms, _said(edge=edge, **options))


def completions(q: str, **options: Unpack[CompletionsOptions]) -> Question[Completions]:
    """What may stand at the end of an unfinished query."""
    return Question("GET", "/v1/completions", Completions, _said(q=q, **options))


def language() -> Question[Language]:
    """Operators, options and edges of the query language."""
    return Question("GET", "/v1/language", Language)


def documents(
    vertical: str, ids: Iterable[int | str], *, fields: Iterable[str] | None = None, operator: bool | None = None
) -> Question[Documents]:
    """Documents by id; `vertical` as in the path: users, media, hashtags, places, groups."""
    return Question(
        "GET", f"/v1/{quote(vertical, safe='')}", Documents, _said(ids=map(str, ids), fields=fields, operator=operator)
    )


def hashtag_recent(tag: str, **options: Unpack[ListOptions]) -> Question[Results]:
    """The newest media of a hashtag."""
    return Question("GET", f"/v1/hashtags/{quote(tag, safe='')}/recent", Results, _said(**options))


def place_recent(id_: int, **options: Unpack[ListOptions]) -> Question[Results]:
    """The newest media of a place."""
    return Question("GET", f"/v1/places/{int(id_)}/recent", Results, _said(**options))


def user_media(id_: int, **options: Unpack[ListOptions]) -> Question[Results]:
    """The newest media of a user."""
    return Question("GET", f"/v1/users/{int(id_)}/media", Results, _said(**options))


def explore(*, seen: Iterable[int | str] | None = None, **options: Unpack[ExploreOptions]) -> Question[RankedMedia]:
    """Media that the viewer may like, but for those that he has seen."""
    shown = None if seen is None else [str(id_) for id_ in seen] or None
    return Question("GET", "/v1/explore", RankedMedia, _said(seen=shown, **options))


def hashtag_top(tag: str, **options: Unpack[TopOptions]) -> Question[RankedMedia]:
    """The top media of a hashtag."""
    return Question("GET", f"/v1/hashtags/{quote(tag, safe='')}/top", RankedMedia, _said(**options))


def place_top(id_: int, **options: Unpack[TopOptions]) -> Question[RankedMedia]:
    """The top media of a place."""
    return Question("GET", f"/v1/places/{int(id_)}/top", RankedMedia, _said(**options))


def suggested(*, limit: int | None = None) -> Question[Suggested]:
    """People followed by people whom the viewer follows."""
    return Question("GET", "/v1/users/me/suggested", Suggested, _said(limit=limit))


def viewer_token(viewer: int | None, *, scopes: Iterable[str] | None = None, lifetime_s: int = 600) -> Question[Token]:
    """A token for a browser."""
    wish = TokenWish(
        viewer=None if viewer is None else str(viewer),
        scopes=msgspec.UNSET if scopes is None else list(scopes),
        lifetime_s=lifetime_s,
    )
    return Question("POST", "/v1/viewer-tokens", Token, body=msgspec.json.encode(wish))


def events(told: Iterable[SearchSeen | MediaSeen]) -> Question[Kept]:
    """What the viewer saw, clicked and followed. Telling it twice changes nothing, so it is told again where no answer came."""
    return Question("POST", "/v1/events", Kept, body=msgspec.json.encode(Events(events=list(told))))


def exposure(experiment: str, *, request_id: str = "") -> Question[ExposureKept]:
    """The viewer was shown what an experiment varies; the answer says in which arm. Telling it twice changes nothing."""
    body = msgspec.json.encode(ExposureSeen(request_id=request_id))
    path = f"/v1/experiments/{quote(experiment, safe='')}/exposures"
    return Question("POST", path, ExposureKept, body=body)


def generation() -> Question[Generation]:
    """What is in force."""
    return Question("GET", "/v1/admin/generation", Generation)


def generations() -> Question[Generations]:
    """All generations that are kept."""
    return Question("GET", "/v1/admin/generations", Generations)


def promote(name: str) -> Question[Generation]:
    """Put a kept generation in force."""
    return Question("POST", "/v1/admin/promote", Generation, body=msgspec.json.encode(Promotion(generation=name)))


def rollback() -> Question[Generation]:
    """Go back to the generation before; never asked twice, as that would go back twice."""
    return Question("POST", "/v1/admin/rollback", Generation, body=b"{}", is_safe=False)


def lag() -> Question[Lag]:
    """How far the index is behind its stream."""
    return Question("GET", "/v1/admin/lag", Lag)


def cache() -> Question[CacheState]:
    """The cache of the service."""
    return Question("GET", "/v1/admin/cache", CacheState)


def experiments() -> Question[ExperimentsOut]:
    """The experiments that run, with the arm of the viewer."""
    return Question("GET", "/v1/admin/experiments", ExperimentsOut)


def rankers() -> Question[RankersOut]:
    """The models that are kept, by task, and which are in force."""
    return Question("GET", "/v1/admin/rankers", RankersOut)


def dead_letters(*, limit: int | None = None) -> Question[DeadLettersOut]:
    """Messages that were no events, oldest first."""
    return Question("GET", "/v1/admin/dead-letters", DeadLettersOut, _said(limit=limit))


def redrive_dead_letters(number: int | None) -> Question[Done]:
    """Have one dead letter, or (None) all, taken once more."""
    return _letters("redrive", number)


def drop_dead_letters(number: int | None) -> Question[Done]:
    """Forget one dead letter, or (None) all, for good; not asked again, as letters may have come since."""
    return replace(_letters("drop", number), is_safe=False)


def _letters(what: str, number: int | None) -> Question[Done]:
    body = msgspec.json.encode(LetterChoice(number=number))
    return Question("POST", f"/v1/admin/dead-letters/{what}", Done, body=body)


def _said(**options: Any) -> dict[str, str]:
    """The parameters that were said, as texts."""
    return {name: _text(value) for name, value in options.items() if value is not None}


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case _:
            return ",".join(map(str, value))
