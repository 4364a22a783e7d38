"""Events of clients on their way into the firehose, and what operators see and do: generations, lag, dead letters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.cli.operations import operations
from api.http.operations import Operations, Seen
from ingest.firehose import DeadLetters, decode, encode, event_from_json, event_to_json, open_source
from ranking import read_exposures
from ranking.log.searches import Searches
from schemas.errors import InputError
from tests.service import Site, signed, site, write_keys
from tests.test_cli import build
from tests.test_http_served import EXPERIMENTS
from tests.test_ingest_cli import run, stream

SEARCH = {
    "kind": "search",
    "request_id": "r1",
    "query": "mel 한",
    "surface": "typeahead",
    "session_id": "s",
    "country": "fr",
    "shown": [{"vertical": "user", "id": "2"}, {"vertical": "hashtag", "id": "-5"}],
    "clicked": 1,
}
VIEW = {"kind": "view", "media_id": "10"}


def post(here: Site, path: str, body: object, viewer: int | None = 1) -> Any:
    data = json.dumps(body).encode()
    return here.client.post(path, content=data, headers=signed("POST", path, viewer=viewer, body=data))


def messages(url: str) -> list[dict[str, Any]]:
    with closing(open_source(url, group=None)) as source:
        source.stop_at_end()
        found: list[dict[str, Any]] = []
        while (batch := source.poll(100, 0.1)) is not None:
            found += [event_to_json(decode(message)) for message in batch.messages]
    return found


@pytest.fixture
def firehose(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path / 'events.db'}"


@pytest.fixture
def here(tmp_path: Path, firehose: str) -> Iterator[Site]:
    index = build(tmp_path)
    with site(index, tmp_path, operations=operations(index, firehose)) as running:
        yield running


def test_what_is_told_lasts_in_the_firehose(here: Site, firehose: str) -> None:
    answer = post(here, "/v1/events", {"events": [SEARCH, VIEW]})
    assert (answer.status_code, answer.json()) == (200, {"kept": 2})
    search, view = messages(firehose)
    assert search["search"] == {
        "viewer_id": 1,
        "session_id": "s",
        "surface": "typeahead",
        "query": "mel 한",
        "country": "fr",
        "shown_ids": [2, -5],
        "shown_verticals": ["user", "hashtag"],
        "clicked_position": 1,
        "request_id": "r1",
    }
    assert view["view"] == {"viewer_id": 1, "media_id": 10, "viewed_at_millis": view["server_time_millis"]}
    assert here.service.metrics.total("monoceros_events_total", "kept") == 2


def test_searches_are_rows_of_the_search_log_and_the_later_word_stands(tmp_path: Path) -> None:
    index, logs = build(tmp_path), tmp_path / "logs"
    with site(index, tmp_path, operations=operations(index, None, logs)) as here:
        assert post(here, "/v1/events", {"events": [SEARCH | {"clicked": None}, VIEW]}).status_code == 200
        assert pl.read_parquet(logs / "search_log").height == 2
        for number in range(70):
            assert post(here, "/v1/events", {"events": [SEARCH | {"request_id": f"more{number}"}]}).status_code == 200
        assert post(here, "/v1/events", {"events": [SEARCH]}).status_code == 200
    assert len(list((logs / "search_log").glob("*.parquet"))) <= 2
    searches = Searches.of([pl.read_parquet(logs / "search_log" / "*.parquet")])
    mine = searches.frame.filter(pl.col("request_id") == "r1")
    assert mine.select("viewer_id", "country", "query", "position", "vertical", "result_id", "clicked").rows() == [
        (1, "fr", "mel 한", 0, "user", 2, False),
        (1, "fr", "mel 한", 1, "hashtag", -5, True),
    ]
    assert (searches.frame.height, searches.repeated) == (2 * 71, 2)


def test_exposures_that_clients_tell_of(tmp_path: Path) -> None:
    (tmp_path / "experiments.toml").write_text(EXPERIMENTS)
    options = {"logs": tmp_path / "logs", "experiments": tmp_path / "experiments.toml"}
    with site(build(tmp_path), tmp_path, **options) as here:
        answer = post(here, "/v1/experiments/tops/exposures", {"request_id": "r7"})
        assert answer.status_code == 200, answer.text
        assert post(here, "/v1/experiments/tops/exposures", {"request_id": "r7"}).json() == answer.json()
        arm = answer.json()["arm"]
        assert arm in ("control", "learned")
        missing = post(here, "/v1/experiments/moon/exposures", {})
        assert (missing.status_code, missing.json()["code"]) == (404, "no-experiment")
        assert post(here, "/v1/experiments/tops/exposures", {}, viewer=None).json()["code"] == "no-viewer"
        assert post(here, "/v1/experiments/tops/exposures", {"request_id": "x" * 65}).json()["code"] == "bad-body"
    exposed = list(read_exposures(tmp_path / "logs", Counter()))
    assert [(one.unit, one.request_id, one.exposure.arm) for one in exposed] == [("1", "r7", arm)] * 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"request_id": ""}, "events[0].request_id is empty"),
        ({"request_id": "x" * 65}, "events[0].request_id is too long"),
        ({"query": "x" * 1_025}, "events[0].query is too long"),
        ({"surface": "moon"}, "events[0].surface cannot be 'moon'"),
        ({"shown": []}, "events[0].shown has 0 results"),
        ({"shown": [{"vertical": "cat", "id": "1"}]}, "events[0].shown[0].vertical cannot be 'cat'"),
        ({"clicked": 2}, "events[0].clicked is no place in shown"),
        ({"followed": -1}, "events[0].followed is no place in shown"),
        ({"viewer": "5"}, "unknown field `viewer`"),
        ({"kind": "like"}, "invalid value 'like'"),
    ],
)
def test_what_is_no_event_is_said_and_nothing_is_written(
    here: Site, firehose: str, change: dict[str, Any], said: str
) -> None:
    answer = post(here, "/v1/events", {"events": [SEARCH | change, VIEW]})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["detail"]
    assert messages(firehose) == []


def test_events_of_nobody_and_of_a_service_that_keeps_none(here: Site, tmp_path: Path) -> None:
    assert post(here, "/v1/events", {"events": [VIEW]}, viewer=None).json()["code"] == "no-viewer"
    assert post(here, "/v1/events", {"events": []}).json()["code"] == "bad-body"
    assert post(here, "/v1/events", {"events": [VIEW] * 101}).json()["code"] == "bad-body"
    with site(here.service.session.index, tmp_path) as other:
        answer = post(other, "/v1/events", {"events": [VIEW]})
        assert (answer.status_code, answer.json()["code"]) == (409, "no-events")


def test_nothing_of_an_event_is_looked_up(here: Site) -> None:
    """So an answer says the same of a media that is there, one that the viewer may not see, and one that never was."""
    told = {
        json.dumps(post(here, "/v1/events", {"events": [{**VIEW, "media_id": id_}]}).json())
        for id_ in ("10", "5", "-9")
    }
    assert told == {'{"kept": 1}'}


class Full:
    """A sink whose disk is full at first."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state

    def append(self, seen: Sequence[Seen]) -> None:
        if self._state["is_full"]:
            raise InputError("unwritable", "no space left")
        self._state["kept"] += len(seen)

    def close(self) -> None:
        self._state["closed"] += 1


def test_a_full_disk_is_said_and_is_no_end(tmp_path: Path) -> None:
    state = {"is_full": True, "kept": 0, "closed": 0}
    with site(build(tmp_path), tmp_path, operations=Operations(open_sinks=lambda: [Full(state)])) as here:
        answer = post(here, "/v1/events", {"events": [VIEW]})
        assert (answer.status_code, answer.json()["code"]) == (503, "events-refused")
        assert answer.headers["retry-after"]
        state["is_full"] = False
        assert post(here, "/v1/events", {"events": [VIEW]}).status_code == 200
        assert here.service.metrics.total("monoceros_events_total", "refused") == 1
    assert (state["kept"], state["closed"]) == (1, 2)


def test_generations_are_listed_promoted_and_gone_back_from(here: Site, tmp_path: Path) -> None:
    run("build", "--warehouse", tmp_path / "warehouse", "--index", here.service.session.index)
    here.service.session.refresh()
    listed = here.get("/v1/admin/generations").json()
    assert (listed["current"], [one["generation"] for one in listed["kept"]]) == ("000002", ["000001", "000002"])
    assert [one.get("sequence") for one in listed["kept"]] == [None, 0]
    assert listed["kept"][0]["documents"]["user"] > 0
    assert post(here, "/v1/admin/rollback", {}).json()["generation"] == "000001"
    assert post(here, "/v1/admin/promote", {"generation": "000002"}).json()["generation"] == "000002"
    assert here.get("/v1/admin/generation").json()["generation"] == "000002"
    for name in ("000009", "../..", ""):
        answer = post(here, "/v1/admin/promote", {"generation": name})
        assert (answer.status_code, answer.json()["code"]) == (400, "no-generation")


def test_lag_and_dead_letters(here: Site, tmp_path: Path) -> None:
    assert here.get("/v1/admin/lag").json()["state"] == "none"
    assert here.get("/v1/admin/dead-letters").json() == {"letters": [], "total": 0}
    assert post(here, "/v1/admin/dead-letters/drop", {"number": None}).json() == {"count": 0}
    index = here.service.session.index
    run("ingest", "--index", index, "--from", stream(tmp_path / "log", b"no event", b"nor this"), "--once")
    lag = here.get("/v1/admin/lag").json()
    assert (lag["state"], lag["dead_letters"], lag["lag_events"]) == ("ended", 2, 0)
    listed = here.get("/v1/admin/dead-letters", limit=1).json()
    assert (listed["total"], [letter["head"] for letter in listed["letters"]]) == (2, [b"no event".hex()])
    number = listed["letters"][0]["number"]
    assert post(here, "/v1/admin/dead-letters/redrive", {"number": number}).json() == {"count": 1}
    with closing(DeadLetters(index / "live" / "dead_letters.db")) as letters:
        assert [letter.number for letter in letters.due(10)] == [number]
    assert post(here, "/v1/admin/dead-letters/drop", {"number": number}).json() == {"count": 1}
    assert post(here, "/v1/admin/dead-letters/drop", {"number": number}).json()["code"] == "no-letter"
    assert post(here, "/v1/admin/dead-letters/drop", {"number": None}).json() == {"count": 1}
    assert post(here, "/v1/admin/promote", {"generation": "000001"}).json()["code"] in ("live", "no-generation")


def test_only_its_scope_opens_an_endpoint(tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", {"id": "all", "scopes": ["raw", "explore"]})
    with site(build(tmp_path), tmp_path, keys=keys) as here:
        for path in ("/v1/admin/generations", "/v1/admin/lag", "/v1/admin/dead-letters"):
            assert here.get(path).json()["code"] == "no-scope"
        for path in ("/v1/events", "/v1/admin/promote", "/v1/admin/dead-letters/drop"):
            assert post(here, path, {}).json()["code"] == "no-scope"


def test_every_event_that_is_told_is_one_of_the_firehose() -> None:
    from api.cli.operations import _as_json
    from api.wire import MediaSeen, SearchSeen, Shown
    from schemas.ids import ExternalId

    least = SearchSeen(request_id="r", query="", shown=[Shown(vertical="user", id="1")])
    for what in (least, MediaSeen(media_id=str(-(2**63)))):
        event = event_from_json(_as_json(Seen(ExternalId(2**63 - 1), 5, what)))
        assert decode(encode(event)) == event
