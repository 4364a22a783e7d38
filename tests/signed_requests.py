"""Random signed requests, and ways in which somebody on the way could change one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from tests.service import signed, target_of

if TYPE_CHECKING:
    from tests.service import Site

COVERED = ("signature", "signature-input", "x-viewer", "content-digest")


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @staticmethod
    def random(rng: Random) -> Request:
        """One that is accepted."""
        viewer = rng.choice([None, 1, 2, 5])
        method, body = "GET", b""
        match rng.randrange(5):
            case 0:
                target = target_of("/v1/search", q=f"name:{rng.choice('abcd')}*", limit=rng.randrange(1, 50))
            case 1:
                target = target_of("/v1/typeahead", q=rng.choice(["a", "go", "dan o", "té"]))
            case 2:
                target = target_of("/v1/users", ids=",".join(str(rng.randrange(1, 9)) for _ in range(3)))
            case 3:
                target = "/v1/hashtags/golden/recent"
            case _:
                target, method = "/v1/viewer-tokens", "POST"
                body = b'{"viewer": "%d", "lifetime_s": %d}' % (rng.randrange(9), rng.randrange(1, 600))
        return Request(method, target, signed(method, target, viewer=viewer, body=body), body)


def mutated(request: Request, rng: Random) -> Request:
    """The request with one part changed that its signature covers, or with its signature changed."""
    while True:
        changed = _mutated(request, rng)
        if changed != request:
            return changed


def _mutated(request: Request, rng: Random) -> Request:
    match rng.randrange(8):
        case 0:
            return replace(request, method=rng.choice(["GET", "POST"]))
        case 1:
            return replace(request, target=_changed_path(request.target, rng))
        case 2 if "?" in request.target:
            path, _, query = request.target.partition("?")
            return replace(request, target=f"{path}?{_changed(query, rng, 'abc123&=%+*')}")
        case 3:
            return replace(request, target=f"{request.target}{'&' if '?' in request.target else '?'}limit=3")
        case 4:
            body = bytearray(request.body)
            if body:
                body[rng.randrange(len(body))] ^= 1 << rng.randrange(7)
            else:
                body = bytearray(b"{}")
            return replace(request, body=bytes(body))
        case 5:
            names = [name for name in COVERED if name in request.headers]
            name = rng.choice(names)
            return replace(request, headers={key: value for key, value in request.headers.items() if key != name})
        case 6:
            return replace(
                request, headers=request.headers | {"x-viewer": str(rng.choice([1, 2, 3, 5, 6, "01", "+1"]))}
            )
        case _:
            name = rng.choice([name for name in COVERED if name in request.headers])
            alphabet = 'abcXYZ019+/=:;,"-_ @()'
            return replace(request, headers=request.headers | {name: _changed(request.headers[name], rng, alphabet)})


def _changed_path(target: str, rng: Random) -> str:
    path, mark, query = target.partition("?")
    others = [
        "/v1/search",
        "/v1/typeahead",
        "/v1/users",
        "/v1/media",
        "/v1/hashtags/golden/recent",
        "/v1/hashtags/tea/recent",
    ]
    other = rng.choice([*others, path.replace("e", "%65", 1), path.replace("/v1", "//v1"), path + "/", path.upper()])
    return other + mark + query


def _changed(text: str, rng: Random, alphabet: str) -> str:
    place = rng.randrange(len(text) + 1)
    match rng.randrange(4):
        case 0:
            return text[:place] + rng.choice(alphabet) + text[place:]
        case 1:
            return text[:place] + text[place + 1 :]
        case 2:
            return text[:place] + rng.choice(alphabet) + text[place + 1 :]
        case _:
            other = rng.randrange(len(text) + 1)
            return text[: min(place, other)] + text[max(place, other) :]


def send(here: Site, request: Request) -> Any:
    """What the service answers. Spaces around a value are not part of it (RFC 9110), so such a change is none."""
    headers = {name: value.encode() for name, value in request.headers.items()}
    return here.client.request(request.method, request.target, headers=headers, content=request.body)  # type: ignore[arg-type]
