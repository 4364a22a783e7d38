"""What the load generator notes of requests: against a server that answers at once."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np
import pytest

from bench.service import load

BODY = b'{"took_ms":0.25}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            writer.write(BUSY if head.startswith(b"GET /busy") else ANSWER)
    except asyncio.IncompleteReadError:
        writer.close()


def noted(seconds: float, **streams: dict[str, Any]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The facts of a run, and the rows of each stream."""

    async def inside() -> tuple[dict[str, Any], list[load.Done]]:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            address = server.sockets[0].getsockname()
            plan = {"seconds": seconds, "streams": {name: {**s, "address": address} for name, s in streams.items()}}
            return await load.run(plan)

    facts, done = asyncio.run(inside())
    rows = [np.frombuffer(found.rows).reshape(-1, load.ROW) for found in done]
    return facts, dict(zip(streams, rows, strict=True))


def test_rows_are_by_the_monotonic_clock() -> None:
    before = time.monotonic()
    facts, rows = noted(
        0.31,
        steady={"rate": 50, "requests": [("/found", "a"), ("/busy", "b")], "begin": 0.1},
        eager={"connections": 2, "requests": [("/found", "a")]},
    )
    after = time.monotonic()
    assert before < facts["started"] < after
    assert facts["streams"] == {name: {"count": len(found), "dropped": 0} for name, found in rows.items()}
    steady, eager = rows["steady"], rows["eager"]
    assert len(steady) == 11
    np.testing.assert_allclose(np.sort(steady[:, 0]) - facts["started"], 0.1 + np.arange(11) * 0.02, rtol=0, atol=0.005)
    assert sorted(steady[:, 1]) == [200] * 6 + [503] * 5
    assert set(steady[steady[:, 1] == 200, 3]) == {0.25}
    assert np.isnan(steady[steady[:, 1] == 503, 3]).all()
    assert len(eager) > 2
    for found in (steady, eager):
        assert (found[:, 2] > 0).all()
        assert (found[:, 0] + found[:, 2] / 1e3 < after).all()


def test_what_was_sent_early_counts_from_then(monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = asyncio.sleep
    monkeypatch.setattr(load.asyncio, "sleep", lambda _: sleep(0))
    _, rows = noted(0.5, early={"rate": 20, "requests": [("/found", "a")]})
    assert len(rows["early"]) == 10
    assert (rows["early"][:, 2] > 0).all()
