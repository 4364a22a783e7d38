"""Media of a hashtag, a place or a user, newest first: static rank orders media by their time."""

from __future__ import annotations

from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import CURSOR, FIELDS, LIMIT, quoted
from api.http.lanes import Lane
from api.http.pages import Page, page, question_of
from api.http.params import Kind, Param
from api.keys import Scope
from api.wire import Results
from query import Request
from schemas.catalogue import Vertical


def _media(call: Call, text: str) -> Results:
    request = Request(text=text, viewer=call.caller.viewer, vertical=Vertical.MEDIA)
    values = call.values
    return page(call, Page(request, values["limit"], values["cursor"], question_of(request), values["fields"]))


def hashtag_recent(call: Call) -> Results:
    """The newest media that carry a hashtag."""
    return _media(call, f"hashtag:{quoted(call.values['tag'])}")


def place_recent(call: Call) -> Results:
    """The newest media taken at a place."""
    return _media(call, f"location:{call.values['id']}")


def user_media(call: Call) -> Results:
    """The newest media of a user."""
    return _media(call, f"owner:{call.values['id']}")


_CODES = ("bad-cursor", "cursor-ended", "deadline")
_PAGED = (LIMIT, CURSOR, FIELDS)
_TAG = Param("tag", Kind.TEXT, "a hashtag, with or without #", "tbt", is_required=True, low=1, high=256, is_path=True)
_PLACE = Param("id", Kind.ID, "a place", "510", is_required=True, is_path=True)
_USER = Param("id", Kind.ID, "a user", "181861901", is_required=True, is_path=True)

HASHTAG_RECENT = Endpoint(
    name="hashtag_recent",
    method="GET",
    path="/v1/hashtags/{tag}/recent",
    summary="The newest media that carry a hashtag",
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(_TAG, *_PAGED),
    answer=Results,
    handle=hashtag_recent,
    examples=(Example({"tag": "tbt", "limit": "3", "fields": "owner,created_at_ms"}),),
    codes=_CODES,
)
PLACE_RECENT = Endpoint(
    name="place_recent",
    method="GET",
    path="/v1/places/{id}/recent",
    summary="The newest media taken at a place",
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(_PLACE, *_PAGED),
    answer=Results,
    handle=place_recent,
    examples=(Example({"id": "510"}),),
    codes=_CODES,
)
USER_MEDIA = Endpoint(
    name="user_media",
    method="GET",
    path="/v1/users/{id}/media",
    summary="The newest media of a user",
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(_USER, *_PAGED),
    answer=Results,
    handle=user_media,
    examples=(Example({"id": "181861901"}),),
    codes=_CODES,
)
