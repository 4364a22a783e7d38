"""The application: endpoints on their paths, health and metrics beside them, and what runs as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv4Network, IPv6Network, ip_address

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.asgi import ALWAYS, head_of, trace_of
from api.http.endpoints import ENDPOINTS
from api.http.openapi import openapi
from api.http.problems import Refusal, encode, problem_body
from api.http.service import Service
from api.http.serving import Direct, Served
from api.http.static import StaticFiles
from api.wire import Health

Network = IPv4Network | IPv6Network
LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_FORWARDED = ("forwarded", "x-forwarded-for", "via")


def create_app(
    service: Service, *, scrapers: tuple[Network, ...] = LOOPBACK, static: StaticFiles | None = None
) -> Direct:
    """The service as an ASGI application: requests of endpoints without a parameter in the path go straight to them, others by
    FastAPI's router. `scrapers` are the networks that may read /metrics without a signature."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.engine.start()
        if service.tracing is not None:
            service.tracing.start()
        tasks = [asyncio.create_task(work) for work in (service.follow(), service.watch_lag(), service.cache.connect())]
        service.is_started = True
        service.metrics.started()
        try:
            yield
        finally:
            service.is_started = False
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await service.engine.close()
            await asyncio.to_thread(service.events.close)
            if service.tracing is not None:
                await asyncio.to_thread(service.tracing.close)
            await service.cache.close()

    # the routes below are plain: parameters and OpenAPI come from the endpoints, not from signatures of functions
    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    files = static or StaticFiles(None)
    served = [(endpoint, Served(service, endpoint)) for endpoint in ENDPOINTS]
    described = encode(openapi(ENDPOINTS, _version()))
    routes = [
        Route("/livez", _health(lambda: True)),
        Route("/readyz", _health(lambda: service.is_ready)),
        Route("/startupz", _health(lambda: service.is_started)),
        Route("/openapi.json", _fixed(described)),
        Route("/metrics", _metrics(service, scrapers)),
        *files.routes(),
        *(
            Route(endpoint.path.replace("{tag}", "{tag:path}"), answers, methods=[endpoint.method])
            for endpoint, answers in served
        ),
    ]
    app.router.routes.extend(routes)
    plain = {(endpoint.method, endpoint.path): answers for endpoint, answers in served if "{" not in endpoint.path}
    app.add_exception_handler(HTTPException, _no_route)
    return Direct(app, plain)


_Handler = Callable[[Request], Awaitable[Response]]


def _health(is_well: Callable[[], bool]) -> _Handler:
    async def answer(_: Request) -> Response:
        well = is_well()
        return _json(encode(Health(status="ok" if well else "not ready")), 200 if well else 503)

    return answer


def _fixed(body: bytes) -> _Handler:
    async def answer(_: Request) -> Response:
        return _json(body, 200)

    return answer


def _metrics(service: Service, scrapers: tuple[Network, ...]) -> _Handler:
    async def answer(request: Request) -> Response:
        if not _is_scraper(request, scrapers):
            return await _no_route(request, HTTPException(404))
        return Response(service.metrics.text(service.gauges()), media_type="text/plain; version=0.0.4; charset=utf-8")

    return answer


def _is_scraper(request: Request, scrapers: tuple[Network, ...]) -> bool:
    if request.client is None or any(header in request.headers for header in _FORWARDED):
        return False
    try:
        peer = ip_address(request.client.host)
    except ValueError:
        return False
    return any(peer in network for network in scrapers)


async def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    trace = trace_of(head_of(request.scope))
    if status == 405:
        refusal = Refusal(405, "not-allowed", "this path does not take that method", hint="see /openapi.json")
    else:
        refusal = Refusal(404, "not-found", "there is no such path", hint="see /openapi.json")
    status, headers, body = problem_body(refusal, trace.request_id)
    headers |= {"x-request-id": trace.request_id} | {name.decode(): value.decode() for name, value in ALWAYS}
    if isinstance(error, HTTPException) and error.headers:
        headers |= dict(error.headers)
    return Response(body, status, headers)


def _json(body: bytes, status: int) -> Response:
    return Response(body, status, {"content-type": "application/json", "cache-control": "no-store"})


def _version() -> str:
    try:
        return version("monoceros")
    except PackageNotFoundError:
        return "0"
