"""POST /v1/viewer-tokens: a signed call has a token minted with which a browser may ask as one viewer for a short time."""

from __future__ import annotations

import msgspec

from api.http.auth import LONGEST_TOKEN_S
from api.http.endpoint import Call, Endpoint, Example
from api.ids import read_id
from api.keys import VIEWER_SCOPES, Scope
from api.wire import Token, TokenWish
from schemas.errors import InputError


def mint_token(call: Call) -> Token:
    """A token for one viewer, with at most the key's own scopes."""
    wish: TokenWish = call.body
    if not 1 <= wish.lifetime_s <= LONGEST_TOKEN_S:
        hint = f"give 1 to {LONGEST_TOKEN_S} seconds"
        raise InputError("bad-parameter", f"lifetime_s cannot be {wish.lifetime_s}", hint=hint)
    allowed = VIEWER_SCOPES & call.caller.scopes
    scopes = allowed if wish.scopes is msgspec.UNSET else frozenset(_scope(name) for name in wish.scopes)
    if not scopes <= allowed:
        raise InputError(
            "bad-parameter",
            "the key has not all of these scopes for viewers",
            hint=f"it has {', '.join(sorted(allowed)) or 'none'}",
        )
    viewer = None if wish.viewer is None else read_id(wish.viewer)
    token = call.service.gate.mint(call.caller, viewer, scopes, wish.lifetime_s)
    return Token(token=token, expires=int(call.service.now()) + wish.lifetime_s, scopes=sorted(scopes))


def _scope(name: str) -> Scope:
    try:
        return Scope(name)
    except ValueError:
        hint = f"known for viewers: {', '.join(sorted(VIEWER_SCOPES))}"
        raise InputError("bad-parameter", f"there is no scope {name[:40]!r}", hint=hint) from None


TOKENS = Endpoint(
    name="viewer_tokens",
    method="POST",
    path="/v1/viewer-tokens",
    summary="Mint a viewer token",
    description="For browsers: the page's own server asks for it, once it knows who the viewer is.",
    scope=Scope.TOKENS,
    lane=None,
    body=TokenWish,
    answer=Token,
    handle=mint_token,
    examples=(Example({}, body={"viewer": "181861901", "scopes": ["typeahead"], "lifetime_s": 600}),),
)
