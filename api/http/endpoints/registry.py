"""All endpoints, in the order in which paths are tried."""

from __future__ import annotations

from api.http.endpoint import Endpoint
from api.http.endpoints.admin import (
    CACHE,
    DEAD_LETTERS,
    DROP,
    GENERATION,
    GENERATIONS,
    LAG,
    PROMOTE,
    REDRIVE,
    ROLLBACK,
)
from api.http.endpoints.documents import DOCUMENTS
from api.http.endpoints.events import EVENTS
from api.http.endpoints.exposures import EXPOSURES
from api.http.endpoints.language import COMPLETIONS, LANGUAGE
from api.http.endpoints.lists import HASHTAG_RECENT, PLACE_RECENT, USER_MEDIA
from api.http.endpoints.ranked import EXPLORE, HASHTAG_TOP, PLACE_TOP
from api.http.endpoints.rankings import EXPERIMENTS, RANKERS
from api.http.endpoints.search import SEARCH
from api.http.endpoints.suggested import SUGGESTED
from api.http.endpoints.terms import TERMS
from api.http.endpoints.tokens import TOKENS
from api.http.endpoints.typeahead import TYPEAHEAD

ENDPOINTS: tuple[Endpoint, ...] = (
    TYPEAHEAD,
    SEARCH,
    TERMS,
    EXPLORE,
    HASHTAG_TOP,
    HASHTAG_RECENT,
    PLACE_TOP,
    PLACE_RECENT,
    USER_MEDIA,
    SUGGESTED,
    COMPLETIONS,
    LANGUAGE,
    EVENTS,
    EXPOSURES,
    TOKENS,
    GENERATION,
    GENERATIONS,
    PROMOTE,
    ROLLBACK,
    LAG,
    DEAD_LETTERS,
    REDRIVE,
    DROP,
    CACHE,
    EXPERIMENTS,
    RANKERS,
    DOCUMENTS,
)
