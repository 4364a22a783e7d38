"""The HTTP API, endpoint by endpoint, on a small world whose answers are known."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.cli.operations import operations
from api.http.documents import FIELDS, PLURALS
from api.http.endpoints import ENDPOINTS
from api.http.matching import hashtag_ranges, word_ranges
from api.http.static import StaticFiles
from index import forget_as_of, write_as_of
from query import peek
from ranking import SearchRows
from schemas.settings import Settings
from tests.service import Site, signed, site, target_of
from tests.test_cli import build, run
from tests.test_http_served import EXPERIMENTS

ANN = 1


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("http"))


@pytest.fixture(scope="module")
def here(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("site")
    run_by = operations(index, f"file://{directory / 'events'}")
    (directory / "experiments.toml").write_text(EXPERIMENTS)
    with site(index, directory, operations=run_by, experiments=directory / "experiments.toml") as running:
        yield running


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    content = answer.json()
    assert (content["status"], content["code"]) == (status, code), content
    assert content["type"] == f"urn:monoceros:problem:{code}"
    assert content["request_id"] == answer.headers["x-request-id"]
    return content


# -- search ------------------------------------------------------------------------------------------------------------


def test_search_gives_what_the_engine_gives(here: Site) -> None:
    answer = here.search("(apply followed_by: followed_by:me)", ANN, exact="true", lineage="true")
    assert [(hit["id"], hit["name"]) for hit in answer["results"]] == [("1", "ann"), ("4", "dan")]
    assert answer["total"] == 2
    assert answer["total_is_exact"]
    assert answer["complete"]
    assert answer["ends"] == "all"
    (lead,) = answer["results"][1]["lineage"]
    assert lead["reads"] == "followed by bob and cyd"
    assert [named["id"] for named in lead["by"]] == ["2", "3"]


def test_a_stranger_asks_without_a_viewer(here: Site) -> None:
    assert problem(here.get("/v1/search", q="followed_by:me"), 400, "no-viewer")["column"] == 13


def test_words_as_typed(here: Site) -> None:
    answer = here.get("/v1/search", text='blue "bot', vertical="place").json()
    assert [hit["name"] for hit in answer["results"]] == ["Blue Bottle"]
    problem(here.get("/v1/search", text="a", q="b"), 400, "bad-parameter")
    problem(here.get("/v1/search", text="a", lineage="true"), 400, "bad-parameter")
    problem(here.get("/v1/search", text="a", cursor="x"), 400, "bad-parameter")
    problem(here.get("/v1/search"), 400, "bad-parameter")


def test_words_as_typed_are_answered_as_by_the_box(here: Site) -> None:
    """The same order as the box gives for that vertical, with its reasons, slips and signs, on one page."""
    for text, vertical in (("bl", "place"), ("a", "user"), ("goldne", "hashtag"), ("#gold", None), ("", "user")):
        asked = {"vertical": vertical} if vertical else {}
        answer = here.get("/v1/search", ANN, text=text, limit=3, **asked).json()
        slots = here.get("/v1/typeahead", ANN, q=text, limit=3, verticals=vertical or "hashtag").json()["slots"]
        told = ("id", "name", "reason", "source")
        assert [[hit[name] for name in told] for hit in answer["results"]] == [
            [s[name] for name in told] for s in slots
        ]
        assert answer["results"], (text, vertical)
        assert answer["ends"] == ("limit" if len(slots) == 3 else "all")
        assert "cursor" not in answer


def test_fields_come_with_results(here: Site) -> None:
    answer = here.search("owner:2", ANN, fields="owner,hashtags")
    assert answer["results"][0]["fields"] == {"owner": "2", "hashtags": ["#golden"]}


def test_explain_hides_estimates_from_viewers_and_shows_them_to_operators(here: Site) -> None:
    assert "estimate" not in here.search("name:a*", ANN, explain="true")["explain"]
    assert "estimate" in here.search("name:a*", ANN, explain="true", operator="true")["explain"]


def test_errors_have_a_place_and_a_hint(here: Site) -> None:
    content = problem(here.get("/v1/search", q="(and name:ann nmae:b)"), 400, "unknown-edge")
    assert (content["line"], content["column"]) == (1, 15)
    assert content["excerpt"].splitlines()[1].strip("^ ") == ""
    assert "name" in content["hint"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"q": "name:a", "limt": "3"}, "unknown-parameter"),
        ({"q": "name:a", "limit": "0"}, "bad-parameter"),
        ({"q": "name:a", "limit": "ten"}, "bad-parameter"),
        ({"q": "name:a", "limit": "10001"}, "bad-parameter"),
        ({"q": "name:a", "vertical": "cat"}, "bad-parameter"),
        ({"q": "name:a", "exact": "yes"}, "bad-parameter"),
        ({"q": "name:a", "why_not": "ann"}, "bad-id"),
        ({"q": "name:a", "fields": "age"}, "bad-parameter"),
        ({"q": "name:a", "cursor": "AAAA"}, "bad-cursor"),
        ({"q": "name:a", "cursor": "é"}, "bad-cursor"),
        ({"q": "name:a", "pages": "false", "cursor": "AAAA"}, "bad-cursor"),
    ],
)
def test_wrong_parameters_are_named(here: Site, params: dict[str, str], code: str) -> None:
    content = problem(here.get("/v1/search", **params), 400, code)
    assert content["hint"]


def test_a_parameter_stands_once_and_is_unicode(here: Site) -> None:
    for target in ("/v1/search?q=a&q=b", "/v1/search?q=%ff"):
        problem(here.client.get(target, headers=signed("GET", target)), 400, "bad-parameter")


def test_half_characters_in_a_query_do_no_harm(here: Site) -> None:
    target = "/v1/search?q=name%3A%ED%A0%80"
    assert here.client.get(target, headers=signed("GET", target)).status_code == 400


# -- pages -------------------------------------------------------------------------------------------------------------


def all_pages(here: Site, path: str, limit: int, viewer: int | None = ANN, **params: object) -> list[str]:
    """The ids of all pages of a size."""
    ids: list[str] = []
    answer = here.get(path, viewer, limit=limit, **params).json()
    while True:
        ids += [hit["id"] for hit in answer["results"]]
        assert ("cursor" in answer) != ("ends" in answer)
        if "cursor" not in answer:
            assert answer["ends"] == "all"
            return ids
        answer = here.get(path, viewer, limit=limit, cursor=answer["cursor"], **params).json()


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize(
    "query",
    [
        "name:*",
        "(apply followed_by: followed_by:me :order hits)",
        "(weak-and name:* (term followed_by:me :optional-weight 0.3))",
        "(or name:a* name:b* (strong-or (term name:c* :optional-weight 0.5) name:d*))",
    ],
)
def test_pages_together_are_the_answer(here: Site, query: str, limit: int) -> None:
    whole = [hit["id"] for hit in here.search(query, ANN, limit=1_000, pages="false")["results"]]
    assert all_pages(here, "/v1/search", limit, q=query) == whole


def test_a_cursor_is_of_one_viewer_and_one_question(here: Site) -> None:
    cursor = here.search("name:*", ANN, limit=1)["cursor"]
    assert here.search("name:*", ANN, limit=2, cursor=cursor)["results"][0]["id"] == "2"
    for viewer, query in ((2, "name:*"), (None, "name:*"), (ANN, "name:a*")):
        problem(here.get("/v1/search", viewer, q=query, limit=1, cursor=cursor), 400, "bad-cursor")
    problem(here.get("/v1/search", ANN, q="name:*", operator="true", cursor=cursor), 400, "bad-cursor")
    for place in range(0, len(cursor), 3):
        other = "A" if cursor[place] != "A" else "B"
        broken = cursor[:place] + other + cursor[place + 1 :]
        problem(here.get("/v1/search", ANN, q="name:*", cursor=broken), 400, "bad-cursor")


def test_paging_ends_where_no_more_is_given(index: Path, tmp_path: Path) -> None:
    with site(index, tmp_path, settings=Settings(max_limit=3, default_limit=2)) as short:
        first = short.search("name:*", limit=2)
        second = short.search("name:*", limit=2, cursor=first["cursor"])
        assert len(second["results"]) == 1
        assert second["ends"] == "limit"


def test_a_cursor_ends_with_its_generation(tmp_path: Path) -> None:
    index = build(tmp_path)
    with site(index, tmp_path) as here:
        cursor = here.search("name:*", ANN, limit=1)["cursor"]
        assert run("build", "--warehouse", tmp_path / "warehouse", "--index", index).exit_code == 0
        here.service.session.refresh()  # which may have been done by the service itself by now
        assert here.service.session.generation == "000002"
        content = problem(here.get("/v1/search", ANN, q="name:*", limit=1, cursor=cursor), 410, "cursor-ended")
        assert "changed" in content["detail"]
        rolled = "/v1/admin/rollback"
        answer = here.client.post(rolled, headers=signed("POST", rolled) | {"content-type": "application/json"})
        assert answer.json()["generation"] == "000001"
        assert here.search("name:*", ANN, limit=1, cursor=cursor)["results"][0]["id"] == "2"
        again = here.client.post(rolled, headers=signed("POST", rolled) | {"content-type": "application/json"})
        problem(again, 400, "no-rollback")


# -- documents and lists -----------------------------------------------------------------------------------------------


def test_documents_in_the_order_of_ids(here: Site) -> None:
    answer = here.get("/v1/users", ANN, ids="3,6,2,99,3", fields="username,is_private").json()
    assert answer == {
        "documents": [
            {"id": "3", "vertical": "user", "name": "cyd", "username": "cyd", "is_private": False},
            {"id": "2", "vertical": "user", "name": "bob", "username": "bob", "is_private": False},
        ],
        "missing": ["6", "99"],
    }


def test_up_to_500_documents(here: Site) -> None:
    ids = ",".join(map(str, range(1, 501)))
    assert len(here.get("/v1/users", ids=ids).json()["missing"]) == 494
    problem(here.get("/v1/users", ids=ids + ",501"), 400, "bad-parameter")
    problem(here.get("/v1/cats", ids="1"), 404, "not-found")


def test_the_fields_are_those_that_documents_have(here: Site) -> None:
    searcher = here.service.session.searcher
    world = searcher.world(None, is_operator=True)
    for vertical in PLURALS.values():
        ids = searcher.segment.ids(vertical).tolist()
        for id_ in ids[:1]:
            found = peek(world, vertical, id_)
            assert found is not None
            assert set(found) - {"id", "vertical", "name"} == set(FIELDS[vertical]), vertical


def test_media_of_hashtags_places_and_users_newest_first(here: Site) -> None:
    def ids(path: str, **params: object) -> list[str]:
        return [hit["id"] for hit in here.get(path, ANN, **params).json()["results"]]

    assert ids("/v1/hashtags/golden/recent") == ["11", "10"]
    assert ids("/v1/hashtags/%23GOLDEN/recent") == ["11", "10"]
    assert ids("/v1/hashtags/a%2Fb%22*/recent") == []
    assert ids("/v1/places/510/recent") == ["11", "10"]
    assert ids("/v1/users/2/media") == ["10"]
    assert ids("/v1/users/6/media") == []  # zoe blocks ann
    assert all_pages(here, "/v1/places/510/recent", 1) == ["11", "10"]
    problem(here.get("/v1/places/x/recent"), 400, "bad-id")


def test_suggested_says_who_leads_to_whom(here: Site) -> None:
    answer = here.get("/v1/users/me/suggested", ANN).json()
    (dan,) = answer["results"]
    assert dan["name"] == "dan"
    assert dan["lineage"][0]["reads"] == "followed by bob and cyd"
    assert here.get("/v1/users/1/suggested", ANN).json() == answer
    problem(here.get("/v1/users/2/suggested", ANN), 403, "not-the-viewer")
    problem(here.get("/v1/users/me/suggested"), 400, "no-viewer")


# -- typeahead ---------------------------------------------------------------------------------------------------------


def test_typeahead_is_one_list_with_reasons_and_ranges(here: Site) -> None:
    answer = here.get("/v1/typeahead", ANN, q="GÓl").json()
    assert [(s["name"], s["vertical"], s["matches"], s["reason"]) for s in answer["slots"]] == [
        ("#golden", "hashtag", [{"field": "name", "ranges": [[1, 4]]}], "used by bob and 1 more"),
        ("Gold Mine", "place", [{"field": "name", "ranges": [[0, 3]]}], "name begins so"),
        ("bob", "media", [], "by somebody you follow"),
    ]
    assert answer["complete"]
    [dan] = here.get("/v1/typeahead", ANN, q="o'ne", verticals="user").json()["slots"]
    assert dan["text"] == {"name": "dan", "fullname": "Dan O'Neil"}
    assert dan["matches"] == [{"field": "fullname", "ranges": [[4, 5], [6, 8]]}]
    assert (dan["reason"], dan["source"]) == ("followed by bob and 1 more", "second")
    [place, *_] = here.get("/v1/typeahead", q="new y").json()["slots"]
    assert place["text"] == {"name": "Blue Bottle", "city": "New York"}
    assert place["matches"] == [{"field": "city", "ranges": [[0, 3], [4, 5]]}]
    assert "score" not in place


def test_typeahead_remembers_what_was_chosen(index: Path, tmp_path: Path) -> None:
    given = {
        "session_id": "",
        "country": "",
        "surface": "typeahead",
        "query": "d",
        "vertical": "user",
        "followed": False,
    }
    row = {"ts_ms": int(time.time() * 1e3), "request_id": "r", "viewer_id": ANN, "position": 0, "result_id": 4}
    with closing(SearchRows(tmp_path / "logs", "a")) as log:
        log.append([{**given, **row, "clicked": True}])
    with site(index, tmp_path, logs=tmp_path / "logs") as here:
        ends = time.monotonic() + 20
        while True:
            [dan, *_] = here.get("/v1/typeahead", ANN, q="da").json()["slots"]
            if dan["reason"] == "you chose it before" or time.monotonic() > ends:
                break
        assert (dan["name"], dan["reason"], dan["source"]) == ("dan", "you chose it before", "past")
        assert here.get("/v1/typeahead", 2, q="da").json()["slots"][0]["reason"] != "you chose it before"


def test_typeahead_names_its_list(here: Site) -> None:
    answer = here.get("/v1/typeahead", q="a")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_typeahead_signs_and_nothing_typed(here: Site) -> None:
    def names(viewer: int | None = None, **params: object) -> list[str]:
        answer = here.get("/v1/typeahead", viewer, **params)
        assert answer.status_code == 200, answer.text
        return [slot["name"] for slot in answer.json()["slots"]]

    assert names(ANN, q="#go") == ["#golden"]
    assert set(names(q="#go")) == {"#golden", "#goldrush", "#gone"}
    assert set(names(ANN, q="#", limit=50)) == {"#golden", "#tea"}
    assert set(names(ANN, q="@")[:2]) == {"bob", "cyd"}
    assert names(verticals="place", limit=1) == ["Blue Bottle"]
    assert names(ANN, q="goldn", verticals="hashtag") == ["#golden"]
    assert names(q='"*\\') == []
    assert names(q="blue", near="40.7,-74", country="us")
    for near in ("x", "1", "91,0", "1,2,3", "nan,nan"):
        problem(here.get("/v1/typeahead", q="a", near=near), 400, "bad-parameter")


@pytest.mark.parametrize(
    ("text", "typed", "ranges"),
    [
        ("Melanie Smith", "mel", [(0, 3)]),
        ("Melanie Smith", "smith mel", [(0, 3), (8, 13)]),
        ("José", "jose", [(0, 4)]),
        ("Jose\u0301 x", "josé", [(0, 5)]),
        ("oﬃce", "off", [(0, 2)]),
        ("하늘", "하", [(0, 1)]),
        ("anna ann", "ann", [(0, 3), (5, 8)]),
        ("<b>mel</b>", "mel", [(3, 6)]),
        ("Melanie", "!", []),
        ("", "a", []),
    ],
)
def test_ranges_are_those_of_the_shown_text(text: str, typed: str, ranges: list[tuple[int, int]]) -> None:
    assert word_ranges(text, typed) == ranges


def test_ranges_of_usernames_and_hashtags() -> None:
    assert word_ranges("ann_lee", "le") == []
    assert word_ranges("ann_lee", "le", splits_underscores=True) == [(4, 6)]
    assert hashtag_ranges("#Café", "CAFE") == [(1, 5)]
    assert hashtag_ranges("#tbt", "x") == []


# -- what every endpoint does ------------------------------------------------------------------------------------------


def test_request_ids_and_traces(here: Site) -> None:
    target = target_of("/v1/search", q="name:a")
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = signed("GET", target) | {"x-request-id": "mine-1", "traceparent": parent}
    answer = here.client.get(target, headers=headers)
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["traceparent"].startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    assert answer.headers["traceparent"] != parent
    line = json.loads(here.log.getvalue().splitlines()[-1])
    assert line["request_id"] == "mine-1"
    assert line["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    bad = here.client.get(target, headers=signed("GET", target) | {"x-request-id": "a b\t", "traceparent": "x"})
    assert bad.headers["x-request-id"] not in ("a b", "a b\t")
    assert "traceparent" not in bad.headers


def test_the_log_holds_nothing_of_what_was_asked(here: Site) -> None:
    before = len(here.log.getvalue())
    here.search("name:melchizedek", ANN)
    here.get("/v1/hashtags/melchizedek/recent", 4711_0815)
    here.get("/v1/search", q="(melchizedek")
    logged = here.log.getvalue()[before:]
    assert logged.count('"event":"request"') == 3
    assert "melchizedek" not in logged
    assert "47110815" not in logged


def test_a_deadline_makes_partial_answers(index: Path, tmp_path: Path) -> None:
    with site(index, tmp_path) as here:
        target = target_of("/v1/search", q="name:a")
        for text in ("0", "-1", "1.5", "soon", "99999999"):
            headers = signed("GET", target) | {"x-deadline-ms": text}
            problem(here.client.get(target, headers=headers), 400, "bad-deadline")
        headers = signed("GET", target) | {"x-deadline-ms": "60000"}
        assert here.client.get(target, headers=headers).json()["complete"]


def test_no_path_and_no_method(here: Site) -> None:
    missing = here.client.get("/v2/search")
    problem(missing, 404, "not-found")
    assert missing.headers["cache-control"] == "private, no-store"
    assert "frame-ancestors 'none'" in missing.headers["content-security-policy"]
    assert problem(here.get("/v1/usres"), 404, "not-found")["hint"] == "did you mean users?"
    assert problem(here.get("/v1/nothing", ids="5"), 404, "not-found")["hint"] == "see /openapi.json"
    problem(here.client.post("/v1/search"), 405, "not-allowed")
    problem(here.client.get("/v1/search/"), 404, "not-found")


def test_health_and_metrics(here: Site) -> None:
    for path in ("/livez", "/readyz", "/startupz"):
        assert here.client.get(path).json() == {"status": "ok"}
    here.search("name:a*")
    families = {f.name: f for f in text_string_to_metric_families(here.client.get("/metrics").text)}
    answered = {
        s.labels["endpoint"]: s.value for s in families["monoceros_requests"].samples if s.labels["status"] == "200"
    }
    assert answered["search"] >= 1
    assert families["monoceros_generation"].samples[0].value == 1
    times = families["monoceros_request_seconds"]
    assert times.type == "histogram"
    problem(here.client.get("/metrics", headers={"x-forwarded-for": "1.2.3.4"}), 404, "not-found")


def test_an_old_index_says_so_and_is_not_ready(index: Path, tmp_path: Path) -> None:
    with site(index, tmp_path) as here:
        (index / "live").mkdir(exist_ok=True)
        write_as_of(index, time.time_ns() // 1_000_000 - 60_000)
        time.sleep(0.25)
        answer = here.get("/v1/search", q="name:a*")
        assert 60_000 <= int(answer.headers["x-index-age-ms"]) < 120_000
        assert here.client.get("/readyz").status_code == 503
        for path in ("/livez", "/startupz"):
            assert here.client.get(path).status_code == 200
        families = {f.name: f for f in text_string_to_metric_families(here.client.get("/metrics").text)}
        assert families["monoceros_age_seconds"].samples[0].value >= 60
        forget_as_of(index)
        time.sleep(0.25)
        assert "x-index-age-ms" not in here.get("/v1/search", q="name:a*").headers
        assert here.client.get("/readyz").json() == {"status": "ok"}


def test_metrics_are_for_scrapers(index: Path, tmp_path: Path) -> None:
    with site(index, tmp_path, client=("10.0.0.1", 1)) as here:
        problem(here.client.get("/metrics"), 404, "not-found")


def test_static_files_and_their_policy(index: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    (files / "js").mkdir(parents=True)
    (files / "page.html").write_text("<!doctype html><title>$title</title>$name")
    (files / "js" / "page.js").write_text("1")
    (files / "secret.env").write_text("x")
    (files / "link.js").symlink_to(tmp_path / "keys.json")
    with site(index, tmp_path, static=StaticFiles(files)) as here:
        client = here.client
        for path in ("/", "/search", "/users/5", "/hashtags/a%2Fb"):
            assert client.get(path).text == "<!doctype html><title>Monoceros</title>search"
        page = client.get("/")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        script = client.get("/static/js/page.js")
        assert script.headers["content-type"].startswith("text/javascript")
        assert client.get("/static/js/page.js", headers={"if-none-match": script.headers["etag"]}).status_code == 304
        assert client.get("/console").text == "<!doctype html><title>Console · Monoceros</title>console"
        for name in ("page.html", "secret.env", "link.js", "../keys.json", "%2e%2e/keys.json", "js"):
            assert client.get(f"/static/{name}").status_code == 404


def test_the_operator_is_logged_by_name(here: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="monoceros.operator"):
        assert here.search("private:1", operator="true", exact="true")["total"] == 1
    assert "by key all" in caplog.text


# -- OpenAPI -----------------------------------------------------------------------------------------------------------


def test_every_example_of_openapi_runs(here: Site) -> None:
    described = here.client.get("/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    for endpoint in ENDPOINTS:
        assert endpoint.method.lower() in described["paths"][endpoint.path]
        if endpoint.name == "rollback":
            continue
        for example in endpoint.examples:
            names = {param.name for param in endpoint.params if param.is_path}
            path = endpoint.path.format(**{name: example.values[name] for name in names})
            params = {name: value for name, value in example.values.items() if name not in names}
            target = target_of(path, **params)
            if endpoint.method == "GET":
                answer = here.client.get(target, headers=signed("GET", target, viewer=ANN))
            else:
                body = json.dumps(example.body).encode()
                answer = here.client.post(target, content=body, headers=signed("POST", target, viewer=ANN, body=body))
            assert answer.status_code == 200, (endpoint.name, answer.text)


def test_openapi_says_which_headers_come(here: Site) -> None:
    described = here.client.get("/openapi.json").json()
    known, told = described["components"]["parameters"], described["components"]["headers"]
    assert set(known) == {"X-Deadline-Ms", "X-Request-Id", "Traceparent"}
    responses = described["paths"]["/v1/search"]["get"]["responses"]
    target = target_of("/v1/search", q="name:a")
    parent = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    for answer in (
        here.client.get(target, headers=signed("GET", target) | parent),
        here.client.get(target, headers=signed("GET", target) | {"x-deadline-ms": "0"}),
        here.client.get(target),
    ):
        promised = {name.lower() for name in responses[str(answer.status_code)]["headers"]}
        ours = {name.lower() for name in told} & set(answer.headers)
        assert ours == promised - {"x-index-age-ms"}, answer.status_code
    assert here.client.get(target).headers["www-authenticate"].startswith("Bearer ")


def test_every_answer_fits_its_schema(here: Site) -> None:
    import jsonschema_rs

    described = here.client.get("/openapi.json").json()
    components = {"components": described["components"]}

    def check(name: str, content: object) -> None:
        jsonschema_rs.validate({"$ref": f"#/components/schemas/{name}", **components}, content)

    check("Results", here.search("(apply followed_by: followed_by:me)", ANN, lineage="true", explain="true"))
    check("Typeahead", here.get("/v1/typeahead", q="a").json())
    check("Documents", here.get("/v1/media", ids="10,11").json())
    check("Suggested", here.get("/v1/users/me/suggested", ANN).json())
    check("Generation", here.get("/v1/admin/generation").json())
    check("CacheState", here.get("/v1/admin/cache").json())
    check("Problem", here.get("/v1/search", q="(").json())


# -- ranked media ------------------------------------------------------------------------------------------------------


def test_explore_gives_media_with_reasons(here: Site) -> None:
    answer = here.get("/v1/explore", ANN, fields="owner", explain="true").json()
    assert {hit["id"]: hit["fields"] for hit in answer["results"]} == {
        "10": {"owner": "2"},
        "11": {"owner": "3"},
        "12": {"owner": "4"},
    }
    liked = next(hit for hit in answer["results"] if hit["id"] == "12")
    assert liked["reason"] == "liked by people you follow"
    assert "liked_by_followed" in liked["source"].split("+")
    assert (answer["complete"], answer["dropped"]) == (True, [])
    seen = here.get("/v1/explore", ANN, seen="12,999", explain="true").json()
    assert seen["dropped"] == [{"id": "12", "stage": "filters", "reason": "already seen"}]
    assert "dropped" not in here.get("/v1/explore", ANN).json()


def test_a_stranger_explores_too(here: Site) -> None:
    answer = here.get("/v1/explore", country="fr").json()
    assert [hit["id"] for hit in answer["results"]][:2] == ["12", "10"]  # two like 12, one likes 10
    assert {hit["id"] for hit in answer["results"]} == {"10", "11", "12", "13"}


def test_tops_are_ranked(here: Site) -> None:
    assert [hit["id"] for hit in here.get("/v1/places/510/top", ANN).json()["results"]] == ["10", "11"]
    assert [hit["id"] for hit in here.get("/v1/hashtags/golden/top", ANN, limit=1).json()["results"]] == ["10"]
    assert here.get("/v1/places/999/top", ANN).json()["results"] == []
    for wrong in ({"limit": 0}, {"limit": 101}, {"seen": "x"}, {"seen": ",".join("5" * 501)}, {"country": "x" * 65}):
        assert here.get("/v1/explore", ANN, **wrong).status_code == 400


def test_a_kept_ranking_keeps_its_name(here: Site) -> None:
    first, second = (here.get("/v1/explore", ANN, limit=7) for _ in range(2))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.json()["request_id"] == second.json()["request_id"] == first.headers["x-request-id"]


def test_a_ranker_that_cannot_be_used_is_no_fault_of_the_caller(index: Path, tmp_path: Path) -> None:
    (tmp_path / "models" / "explore").mkdir(parents=True)
    (tmp_path / "models" / "explore" / "CURRENT").write_text("1\n")
    with site(index, tmp_path, models=tmp_path / "models") as other:
        refused = problem(other.get("/v1/explore", ANN), 503, "no-model")
        assert str(tmp_path) not in str(refused)
        assert other.get("/v1/places/510/top", ANN).status_code == 200
