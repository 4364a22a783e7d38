"""The door: who is refused before anything is read but line and headers, and that the connection goes on."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from api.http.app import create_app
from api.http.door import Door
from api.http.endpoints import ENDPOINTS
from api.http.engine import Engine
from api.http.exchange import Exchange
from api.http.lanes import Lane, Limits
from api.http.making import ServiceOptions, make_service
from api.http.metrics import Metrics
from api.http.protocol import Protocol
from api.http.service import Service, service_metrics
from api.http.worker import Worker
from api.session import Session
from schemas.settings import Settings
from tests.test_cli import build

SHUT, OPEN = -1e9, 1e9
"""Of the event loop's lag, from which on a lane is refused."""


def door(*shut: Lane) -> Door:
    engine = Engine(Limits(lag_ms=tuple(SHUT if lane in shut else OPEN for lane in Lane)), Exchange(1))  # type: ignore[arg-type]
    return Door(engine, Metrics(service_metrics(tuple(one.name for one in ENDPOINTS)), 1), ENDPOINTS)


def test_every_lane_has_its_paths() -> None:
    values = {"tag": "a%2Fb/c", "id": "5", "vertical": "users"}
    for endpoint in (one for one in ENDPOINTS if one.method == "GET"):
        path = endpoint.path
        for name, value in values.items():
            path = path.replace("{" + name + "}", value)
        assert (door(*Lane).shut(path.encode()) is endpoint) == (endpoint.lane is not None), path
        others = [lane for lane in Lane if lane is not endpoint.lane]
        assert door(*others).shut(path.encode()) is None, path
    for path in ("/", "/livez", "/metrics", "/v1", "/v1/", "/v1/users/5/6/media", "/static/js/search.js"):
        assert door(*Lane).shut(path.encode()) is None


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, tuple[str, int]]]:
    """A service that has no room for raw queries."""
    index = build(tmp_path_factory.mktemp("door"))
    exchange = Exchange(1)
    service = make_service(
        ServiceOptions(limits=Limits(lag_ms=(OPEN, OPEN, SHUT))), Session(index, Settings(deadline_ms=60_000)), exchange
    )
    worker = Worker(service, exchange, 0)
    worker.start()
    protocol = Protocol.before(Door(service.engine, service.metrics, ENDPOINTS))
    server = uvicorn.Server(uvicorn.Config(create_app(service), port=0, http=protocol, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield service, server.servers[0].sockets[0].getsockname()[:2]
    server.should_exit = True
    thread.join()
    worker.close()
    exchange.close()


def answers(address: tuple[str, int], *requests: bytes) -> list[tuple[int, dict[str, str], Any]]:
    """What is answered to requests that are sent at once over one connection: status, headers, content."""
    found = []
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(b"".join(requests))
        stream = connection.makefile("rb")
        for _ in requests:
            status = int(stream.readline().split()[1])
            headers = dict(line.decode().rstrip().split(": ", 1) for line in iter(stream.readline, b"\r\n"))
            found.append((status, headers, json.loads(stream.read(int(headers["content-length"])))))
    return found


def get(target: str, *headers: str) -> bytes:
    return "\r\n".join((f"GET {target} HTTP/1.1", "host: localhost", *headers, "", "")).encode()


RAW, LIST = get("/v1/search?q=name:a"), get("/v1/users/2/media")


def test_a_refusal_is_a_problem_and_the_connection_goes_on(served: tuple[Service, tuple[str, int]]) -> None:
    service, address = served
    before = service.metrics.total("monoceros_shed_total", "raw")
    told = answers(address, RAW, LIST, RAW, RAW, get("/livez"), get("/v1/search?q=a", "x-request-id: mine"))
    assert [status for status, _, _ in told] == [503, 200, 503, 503, 200, 503]
    for status, headers, content in told:
        if status == 503:
            assert (content["code"], content["status"]) == ("overloaded", 503)
            assert headers["content-type"] == "application/problem+json"
            assert headers["retry-after"] == "2"
            assert headers["x-request-id"] == content["request_id"]
            assert "no-store" in headers["cache-control"]
    assert told[-1][1]["x-request-id"] == "mine"
    assert service.metrics.total("monoceros_shed_total", "raw") == before + 4
    assert service.metrics.total("monoceros_requests_total", "search", "503") == before + 4


def test_what_is_refused_by_its_line_alone_is_told_what_all_are_told(served: tuple[Service, tuple[str, int]]) -> None:
    _, address = served
    alone, read = (
        answers(address, RAW)[0],
        answers(address, get("/v1/search?q=name:a", "x-request-id: 0000000000000000"))[0],
    )
    both = [
        (status, headers | {"x-request-id": "", "date": ""}, content | {"request_id": ""})
        for status, headers, content in (alone, read)
    ]
    assert both[0] == both[1]
    assert alone[2]["request_id"] == alone[1]["x-request-id"] != answers(address, RAW)[0][2]["request_id"]


@pytest.mark.parametrize(
    "head", ["Content-Length: 0", "X-Request-Id: a", "a: b\n content-length:0", "expect: 100-continue"]
)
def test_a_request_that_says_more_is_not_refused_by_its_line(head: str) -> None:
    refuse = Protocol.before(door(*Lane))
    protocol = object.__new__(refuse)
    assert protocol._shut_for(RAW) is not None
    assert protocol._shut_for(get("/v1/search?q=name:a", head)) is None
    for other in (
        RAW + LIST,
        RAW[:-1],
        RAW[1:],
        RAW.replace(b"GET", b"PUT"),
        RAW.replace(b"1.1", b"1.0"),
        get("/livez"),
    ):
        assert protocol._shut_for(other) is None


def test_a_request_in_pieces_is_refused_when_its_head_is_whole(served: tuple[Service, tuple[str, int]]) -> None:
    _, address = served
    with socket.create_connection(address, timeout=20) as connection:
        for piece in (RAW[:30], RAW[30:], RAW, LIST[:20], LIST[20:]):
            connection.sendall(piece)
            time.sleep(0.1)
        stream = connection.makefile("rb")
        found = []
        for _ in range(3):
            found.append(int(stream.readline().split()[1]))
            headers = dict(line.decode().lower().rstrip().split(": ", 1) for line in iter(stream.readline, b"\r\n"))
            stream.read(int(headers["content-length"]))
    assert found == [503, 503, 200]


def test_what_has_a_body_or_ends_its_connection_goes_the_long_way(served: tuple[Service, tuple[str, int]]) -> None:
    _, address = served
    long = get("/v1/search?q=name:a", "content-length: 4") + b"body"
    assert [status for status, _, _ in answers(address, long, LIST)] == [503, 200]
    assert answers(address, get("/v1/search?q=name:a", "connection: close"))[0][0] == 503
