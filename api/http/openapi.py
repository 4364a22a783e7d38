"""OpenAPI 3.1, made from the endpoints: what is documented is what is read and what is answered."""

from __future__ import annotations

from typing import Any

import msgspec

from api.http.endpoint import Endpoint, Example
from api.http.params import Param
from api.wire import Problem

_REFS = "#/components/schemas/{name}"
_COMMON = (
    ("400", "The request cannot be answered as it is: `syntax`, `type`, `bad-parameter`, …"),
    ("401", "`unsigned`, `bad-signature`, `signature-expired`, `replayed`, `token-expired`, `not-local`"),
    ("403", "`no-scope`"),
    ("404", "`not-found`"),
    ("405", "`not-allowed`"),
    ("409", "`live`"),
    ("410", "`cursor-ended`"),
    ("413", "`too-large`"),
    ("415", "`not-json`"),
    ("429", "`quota`, with Retry-After"),
    ("500", "`internal`"),
    ("503", "`overloaded` or `interrupted`, with Retry-After; or the index cannot be read"),
    ("504", "`deadline`: it passed before anything could be found"),
)
_ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Deadline-Ms": (
        "How long the caller waits; an answer that is cut for it says so.",
        {"type": "integer", "minimum": 1, "maximum": 600_000},
    ),
    "X-Request-Id": (
        "What the caller calls the request; one is made where this is none.",
        {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    ),
    "Traceparent": (
        "The caller's trace (W3C), which goes on.",
        {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    ),
}
"""Headers of every request."""
_TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Request-Id": ("The caller's, or a new one.", {"type": "string"}),
    "Traceparent": ("The trace of the request that had one.", {"type": "string"}),
    "X-Index-Age-Ms": (
        "How far the index is behind its stream, where that is more than two seconds.",
        {"type": "integer"},
    ),
    "Retry-After": ("In how many seconds to ask again.", {"type": "integer"}),
    "WWW-Authenticate": ("How else one may prove who asks.", {"type": "string"}),
}
"""Headers of answers."""
_TOLD_OF = {
    "200": ("X-Request-Id", "Traceparent", "X-Index-Age-Ms"),
    "401": ("X-Request-Id", "WWW-Authenticate"),
    "429": ("X-Request-Id", "Retry-After"),
    "503": ("X-Request-Id", "Retry-After"),
}


def openapi(endpoints: tuple[Endpoint, ...], version: str) -> dict[str, Any]:
    """The document."""
    types = [kind for endpoint in endpoints for kind in (endpoint.answer, endpoint.body) if kind is not None]
    _, components = msgspec.json.schema_components([*dict.fromkeys(types), Problem], ref_template=_REFS)
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Monoceros",
            "version": version,
            "description": "Search over the social graph, in the world of the viewer who asks. See docs/http-api.md.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "parameters": {
                name: {"name": name, "in": "header", "description": text, "schema": schema}
                for name, (text, schema) in _ASKED.items()
            },
            "headers": {name: {"description": text, "schema": schema} for name, (text, schema) in _TOLD.items()},
            "securitySchemes": {
                "viewerToken": {"type": "http", "scheme": "bearer", "description": "Minted by /v1/viewer-tokens."},
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": "RFC 9421 by HMAC-SHA256, with Signature-Input; the viewer in X-Viewer, signed too.",
                },
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    answer, problem = _ref(endpoint.answer), _ref(Problem)
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [
            *(_param(param, endpoint.examples) for param in endpoint.params),
            *({"$ref": f"#/components/parameters/{name}"} for name in _ASKED),
        ],
        "responses": {"200": _response("200", "The answer.", "application/json", answer)}
        | {status: _response(status, text, "application/problem+json", problem) for status, text in _COMMON},
        "security": [{"signature": []}, {"viewerToken": []}],
        "x-examples": [dict(example.values) for example in endpoint.examples],
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.scope is not None:
        operation["x-scope"] = endpoint.scope.value
    if endpoint.codes:
        operation["x-codes"] = list(endpoint.codes)
    if endpoint.method == "POST":
        content: dict[str, Any] = {"schema": {"type": "object"} if endpoint.body is None else _ref(endpoint.body)}
        if endpoint.body is not None:
            content["example"] = endpoint.examples[0].body
        operation["requestBody"] = {"required": endpoint.body is not None, "content": {"application/json": content}}
    return operation


def _response(status: str, text: str, content_type: str, schema: dict[str, str]) -> dict[str, Any]:
    told = _TOLD_OF.get(status, ("X-Request-Id",))
    return {
        "description": text,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in told},
        "content": {content_type: {"schema": schema}},
    }


def _param(param: Param, examples: tuple[Example, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": param.name,
        "in": "path" if param.is_path else "query",
        "required": param.is_required,
        "description": param.meaning,
        "schema": param.schema(),
    }
    if param.schema()["type"] == "array":
        shown |= {"style": "simple" if param.is_path else "form", "explode": False}
    values = {f"example{n}": {"value": e.values[param.name]} for n, e in enumerate(examples) if param.name in e.values}
    if values:
        shown["examples"] = values
    return shown


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REFS.format(name=kind.__name__)}
