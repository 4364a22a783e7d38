"""A service inside the test's process, and ways to ask it."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from base64 import b64encode
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from api.http import Exchange, Limits, ServiceOptions, Worker, create_app, make_service
from api.http.logs import JsonLog
from api.http.service import Service
from api.http.serving import Direct
from api.http.static import StaticFiles
from api.keys import Scope
from api.session import Session
from api.signatures import CONTENT_DIGEST, VIEWER, Message, Stamp, digest_of, new_nonce, sign
from schemas.settings import Settings

SECRET = bytes(range(32))
SCOPES = tuple(scope.value for scope in Scope)
PATIENT = Limits(wait_ms=(1e9, 1e9, 1e9), lag_ms=(1e9, 1e9, 1e9), pressed_ms=1e9)
"""Nobody is refused, however busy the machine is."""
HOST = "http://127.0.0.1:8000"


def write_keys(path: Path, *rows: dict[str, Any]) -> Path:
    """A file of keys; without rows one key `all` that may do everything."""
    secret = b64encode(SECRET).decode()
    keys = [{"secret": secret, "scopes": list(SCOPES), **row} for row in rows or ({"id": "all"},)]
    path.touch(mode=0o600)
    path.write_text(json.dumps({"keys": keys}))
    return path


def signed(
    method: str,
    target: str,
    *,
    viewer: int | None = None,
    body: bytes = b"",
    key: str = "all",
    secret: bytes = SECRET,
    created: int | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers of a signed request."""
    parts = urlsplit(target)
    digest = digest_of(body) if body else None
    named = None if viewer is None else str(viewer)
    message = Message(method, parts.path, parts.query, digest, named)
    headers = sign(message, Stamp(key, int(time.time()) if created is None else created, nonce or new_nonce()), secret)
    if digest is not None:
        headers |= {CONTENT_DIGEST: digest, "content-type": "application/json"}
    return headers | ({} if named is None else {VIEWER: named})


def target_of(path: str, **params: object) -> str:
    return f"{path}?{urlencode(params, quote_via=quote)}" if params else path


class AppClient:
    """Asks an application in this process, which runs in an event loop of a thread of its own."""

    def __init__(self, app: Direct, client: tuple[str, int] = ("127.0.0.1", 50_000)) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=client)
        self.http = httpx.AsyncClient(transport=transport, base_url=HOST)

    def __enter__(self) -> AppClient:
        self._thread.start()
        self._lifespan = self._app.app.router.lifespan_context(self._app.app)
        self.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._lifespan.__aexit__(None, None, None))
        self.run(self.http.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What a coroutine gives, in the application's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def get(self, target: str, **options: Any) -> httpx.Response:
        return self.request("GET", target, **options)

    def post(self, target: str, **options: Any) -> httpx.Response:
        return self.request("POST", target, **options)

    def request(self, method: str, target: str, **options: Any) -> httpx.Response:
        return self.run(self.http.request(method, target, **options))


class Site:
    """One running service."""

    def __init__(self, service: Service, client: AppClient, log: io.StringIO) -> None:
        self.service = service
        self.client = client
        self.log = log

    def get(self, path: str, viewer: int | None = None, **params: object) -> Any:
        """The answer to a signed GET (an httpx response)."""
        target = target_of(path, **params)
        return self.client.get(target, headers=signed("GET", target, viewer=viewer))

    def search(self, q: str, viewer: int | None = None, **params: object) -> Any:
        answer = self.get("/v1/search", viewer, q=q, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def site(
    index: Path,
    directory: Path,
    *,
    is_keyed: bool = True,
    settings: Settings | None = None,
    client: tuple[str, int] = ("127.0.0.1", 50_000),
    static: StaticFiles | None = None,
    **options: Any,
) -> Iterator[Site]:
    """A service over an index, with one key that may do everything, or without keys."""
    keys = options.pop("keys", None) or (write_keys(directory / "keys.json") if is_keyed else None)
    chosen = ServiceOptions(keys=keys, **{"limits": PATIENT, **options})
    exchange = Exchange(1)
    service = make_service(chosen, Session(index, settings or Settings(deadline_ms=60_000)), exchange)
    service.log = JsonLog(log := io.StringIO())
    worker = Worker(service, exchange, 0)
    with closing(exchange), AppClient(create_app(service, static=static), client) as http:
        worker.start()
        service.remember()
        try:
            yield Site(service, http, log)
        finally:
            worker.close()
