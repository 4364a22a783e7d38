"""The search page in a real browser: the keyboard, late answers, who looks, what every reader must be able to use."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browsing import NARROW, is_within, paged, settled, violations
from tests.servers.chromium import chromium, executable
from tests.servers.monoceros import Running, started
from tests.service import SECRET, signed, write_keys
from tests.social_world import MEDIA, MIRA, NOOR, QUIN, RUTH, SAM, YUSUF, build_social_world


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_social_world(tmp_path_factory.mktemp("social"))


@pytest.fixture(scope="module")
def service(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("pages"), "tests.servers.patient", index) as serving:
        yield serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def type_into(page: Page, text: str) -> None:
    page.get_by_role("combobox").fill(text)


def options(page: Page) -> list[str]:
    return [name.strip() for name in page.locator("[role=option] .line-name").all_inner_texts()]


def active(page: Page) -> str | None:
    """The name on the option that the keyboard is at."""
    found = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    if found is None:
        return None
    assert page.locator(f"#{found}").get_attribute("aria-selected") == "true"
    assert page.locator("[role=option][aria-selected=true]").count() == 1
    return page.locator(f"#{found} .line-name").inner_text().strip()


def slots(*names: str) -> dict[str, Any]:
    """An answer of typeahead with these people in it."""
    found = [
        {"id": str(n), "vertical": "user", "name": name, "text": {"name": name}, "matches": [], "reason": ""}
        for n, name in enumerate(names)
    ]
    return {"slots": found, "complete": True, "took_ms": 1}


@contextmanager
def another_site() -> Iterator[str]:
    """An empty page at another port of this machine."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


# -- the combobox ------------------------------------------------------------------------------------------------------


def test_the_browser_is_that_of_the_system(browser: Browser) -> None:
    said = subprocess.run([executable(), "--version"], capture_output=True, text=True, check=True).stdout
    assert browser.version in said


def test_type_and_walk_the_list_by_the_keyboard(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, viewer=MIRA) as page:
        box = page.get_by_role("combobox")
        expect(box).to_have_attribute("aria-expanded", "false")
        type_into(page, "mar")
        expect(box).to_have_attribute("aria-expanded", "true")
        names = options(page)
        assert len(names) >= 5
        assert "quin_mar" in names
        assert "sam_mar" not in names  # who blocks the viewer is not there
        assert active(page) is None
        expect(page.locator("#announcer")).to_contain_text(f"{len(names)} suggestions")
        for step in range(len(names)):
            box.press("ArrowDown")
            assert active(page) == names[step]
        box.press("ArrowDown")
        assert active(page) is None  # back in the text
        box.press("ArrowUp")
        assert active(page) == names[-1]
        box.press("Home")
        assert active(page) is None
        assert box.evaluate("box => box.selectionStart") == 0
        box.press("ArrowDown")
        box.press("End")
        assert active(page) is None
        assert box.evaluate("box => box.selectionStart") == 3
        box.press("Escape")
        expect(box).to_have_attribute("aria-expanded", "false")
        expect(box).to_have_value("mar")
        box.press("ArrowDown")
        assert active(page) == names[0]
        box.press("Escape")
        box.press("Escape")
        expect(box).to_have_value("")


def test_enter_opens_what_is_chosen_or_searches_for_what_is_typed(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, viewer=MIRA) as page:
        type_into(page, "quin")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{service.url}/users/{QUIN}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("quin_mar")
        expect(page.get_by_text("followed by noor_m, otto.marks and pia")).to_be_visible()
        expect(page.get_by_role("combobox")).to_have_value("")
        type_into(page, "mar")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{service.url}/search?q=mar")
        expect(page.get_by_role("heading", level=1)).to_have_text("Results for mar")
        expect(page.locator("main .result").first).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_contain_text("quin_mar")


def test_what_comes_after_escape_does_not_open_the_list_again(browser: Browser, service: Running) -> None:
    held: list[Route] = []

    def answered(route: Route) -> None:
        typed = parse_qs(urlsplit(route.request.url).query)["q"][0]
        if typed == "m":
            route.fulfill(json=slots("of m"))
        else:
            held.append(route)

    with paged(browser, service.url) as page:
        page.evaluate("AbortController.prototype.abort = () => {}")
        box, announcer = page.get_by_role("combobox"), page.locator("#announcer")
        page.route("**/v1/typeahead*", answered)
        type_into(page, "m")
        expect(announcer).to_contain_text("1 suggestion,")
        type_into(page, "ma")
        while not held:
            page.wait_for_timeout(20)
        box.press("Escape")
        expect(page.locator(".combo[data-busy]")).to_have_count(0)
        held.pop().fulfill(json=slots("of ma", "of ma too"))
        page.wait_for_timeout(500)  # more than what is said waits for
        expect(box).to_have_attribute("aria-expanded", "false")
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(announcer).to_contain_text("1 suggestion,")
        box.press("ArrowDown")  # the list of before is not that of the text: it is asked for
        while not held:
            page.wait_for_timeout(20)
        held.pop().fulfill(json=slots("of ma", "of ma too"))
        expect(box).to_have_attribute("aria-expanded", "true")
        box.press("ArrowDown")
        assert active(page) == "of ma"


def test_down_asks_for_a_text_that_nobody_typed(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/search?q=quin", viewer=MIRA) as page:
        box = page.get_by_role("combobox")
        expect(box).to_have_value("quin")
        box.press("ArrowDown")
        expect(box).to_have_attribute("aria-expanded", "true")
        assert "quin_mar" in options(page)


def test_what_is_seen_apart_is_heard_apart(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, viewer=MIRA) as page:
        type_into(page, "quin")
        option = page.get_by_role("option").first
        expect(option).to_contain_text("followed by")
        assert ", followed by noor_m" in option.aria_snapshot()
        page.goto(f"{service.url}/search?q=ruth&in=user")
        expect(
            page.get_by_role("link", name=re.compile("^ruth.mar ?, private Ruth Marlow ?, 0 followers"))
        ).to_be_visible()


def test_ranges_are_marked_by_code_points(browser: Browser, service: Running) -> None:
    with paged(browser, service.url) as page:
        type_into(page, "marv")
        expect(page.get_by_role("option").first).to_be_visible()
        below = page.get_by_role("option").filter(has_text="uma").locator(".line-below")
        expect(below).to_contain_text("🦄𝓤 Marvellous")
        assert below.locator("mark").all_inner_texts() == ["Marv"]
        type_into(page, "pia")
        expect(page.get_by_role("option").first.locator("mark").first).to_have_text("pia")


def test_ranges_that_do_not_fit_are_left_out_and_text_is_never_markup(browser: Browser, service: Running) -> None:
    answer = slots("<b>x</b><img src=x onerror=alert(1)>")
    answer["slots"][0]["matches"] = [{"field": "name", "ranges": [[0, 1], [0, 3], [90, 99], [4, 5]]}]
    with paged(browser, service.url) as page:
        page.route("**/v1/typeahead*", lambda route: route.fulfill(json=answer))
        type_into(page, "x")
        option = page.get_by_role("option").first
        expect(option).to_contain_text("<b>x</b><img src=x onerror=alert(1)>")
        assert option.locator("mark").all_inner_texts() == ["<", "<"]
        assert page.locator("main img, [role=option] img, [role=option] b").count() == 0


def test_late_answers_are_dropped(browser: Browser, service: Running) -> None:
    """The answer to `m` comes after the one to `ma`, and the one to `mar` never."""
    held: list[Route] = []

    def answered(route: Route) -> None:
        typed = parse_qs(urlsplit(route.request.url).query)["q"][0]
        if typed == "ma":
            route.fulfill(json=slots("right"))
        else:
            held.append(route)

    with paged(browser, service.url) as page:
        # a browser that cannot abort: what protects is the sequence alone
        page.evaluate("AbortController.prototype.abort = () => {}")
        page.route("**/v1/typeahead*", answered)
        type_into(page, "m")
        expect(page.locator(".combo[data-busy]")).to_have_count(1)
        while not held:
            page.wait_for_timeout(20)
        type_into(page, "ma")
        expect(page.get_by_role("option")).to_have_count(1)
        held.pop().fulfill(json=slots("wrong", "wrong too"))
        page.wait_for_timeout(150)
        assert options(page) == ["right"]
        type_into(page, "mar")
        while not held:
            page.wait_for_timeout(20)
        page.get_by_role("combobox").press("Enter")  # an answer under way does not open the list again
        expect(page).to_have_url(f"{service.url}/search?q=mar")
        held[0].fulfill(json=slots("too late"))
        page.wait_for_timeout(150)
        expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")
        for route in held[1:]:
            route.fulfill(json=slots("results"))


def test_a_request_that_is_not_needed_any_more_is_taken_back(browser: Browser, service: Running) -> None:
    failed = threading.Event()
    with paged(browser, service.url) as page:
        page.route("**/v1/typeahead*q=m&*", lambda route: None)  # never answered
        page.on("requestfailed", lambda request: failed.set())
        type_into(page, "m")
        page.wait_for_timeout(150)
        type_into(page, "mi")
        expect(page.get_by_role("option").first).to_be_visible()
        assert failed.is_set()


def test_nothing_errors_and_parts_of_answers_are_said(browser: Browser, service: Running) -> None:
    with paged(browser, service.url) as page:
        type_into(page, "zzzzz")
        expect(page.locator(".combo-note")).to_have_text("Nothing is called so.")
        expect(page.locator("#announcer")).to_have_text("Nothing is called so.")
        expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")
        partial = slots("half") | {"complete": False}
        page.route("**/v1/typeahead*", lambda route: route.fulfill(json=partial))
        type_into(page, "h")
        expect(page.locator(".combo-note")).to_contain_text("not everything was looked at")
        page.unroute("**/v1/typeahead*")
        problem = {
            "type": "urn:x",
            "title": "x",
            "status": 503,
            "detail": "too much to do",
            "code": "overloaded",
            "request_id": "r1",
        }
        page.route(
            "**/v1/typeahead*",
            lambda route: route.fulfill(status=503, body=json.dumps(problem), content_type="application/problem+json"),
        )
        type_into(page, "he")
        expect(page.locator(".combo-note.error")).to_have_text("too much to do")
        page.goto(f"{service.url}/search?q=he")
        expect(page.get_by_role("alert")).to_contain_text("Too busy just now")
        page.unroute("**/v1/typeahead*")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Results for he")
        page.route("**/v1/typeahead*", lambda route: route.abort())
        type_into(page, "hel")
        expect(page.locator(".combo-note.error")).to_have_text("The service does not answer.")


# -- views -------------------------------------------------------------------------------------------------------------


def test_a_list_goes_on_at_the_press_of_a_button(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, f"/users/{QUIN}", viewer=MIRA) as page:
        expect(page.locator(".tile")).to_have_count(MEDIA // 3)
        page.goto(f"{service.url}/search?q=mar&in=media")
        expect(page.locator(".tile")).to_have_count(20)
        for so_far in (40, 60):
            page.get_by_role("button", name="Show more").click()
            expect(page.locator(".tile")).to_have_count(so_far)
            assert page.evaluate("document.activeElement.closest('.tile') !== null")
        shown = page.locator(".tile a").evaluate_all("links => links.map(link => link.dataset.id)")
        assert len(set(shown)) == MEDIA
        expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_a_slip_of_the_finger_finds_in_one_vertical_too(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/search?q=marrvellous&in=user", viewer=MIRA) as page:
        expect(page.get_by_text("Nothing has just these letters.")).to_be_visible()
        expect(page.locator(".card").first).to_contain_text("uma")
        page.goto(f"{service.url}/search?q=zzzzz&in=user")
        expect(page.get_by_role("heading", name="Nothing is called so")).to_be_visible()


def test_the_bar_says_where_one_is(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, viewer=MIRA) as page:
        current = page.get_by_role("navigation", name="Pages").locator("[aria-current=page]")
        expect(current).to_have_count(0)
        page.get_by_role("link", name="Explore").click()
        expect(current).to_have_text("Explore")
        page.locator(".brand").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Monoceros")
        expect(current).to_have_count(0)
        page.goto(f"{service.url}/console")
        expect(current).to_have_text("Console")


def test_an_address_that_is_no_text_shows_what_it_says(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/hashtags/%E0%A4%A") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("#%E0%A4%A")


def test_pages_of_hashtags_places_groups_and_media(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/hashtags/مصر", viewer=MIRA) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("#مصر")
        expect(page.locator(".head-below")).to_have_text("20 public posts")
        expect(page.locator(".tile").first).to_be_visible()
        page.goto(f"{service.url}/places/500")
        expect(page.get_by_role("heading", level=1)).to_have_text("Marina Bay")
        expect(page.locator(".head-below")).to_contain_text("Singapore")
        page.get_by_role("link", name="Recent").click()
        expect(page.locator(".tile").first).to_be_visible()
        page.goto(f"{service.url}/groups/900?in=members")
        expect(page.locator(".card")).to_have_count(1)
        page.goto(f"{service.url}/media/100")
        expect(page.locator(".media-picture [role=img]")).to_be_visible()
        expect(page.locator(".card")).to_have_count(2)  # who likes it
        page.get_by_role("link", name="#sunset").click()
        expect(page).to_have_url(f"{service.url}/hashtags/sunset")


def test_what_is_not_there_for_the_viewer_is_not_there(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, f"/users/{SAM}", viewer=MIRA) as page:
        expect(page.get_by_role("heading", name="There is no such person")).to_be_visible()
        blocked = page.locator("main").inner_text()
        page.goto(f"{service.url}/users/999999")
        expect(page.get_by_role("heading", name="There is no such person")).to_be_visible()
        assert page.locator("main").inner_text() == blocked
        page.goto(f"{service.url}/users/{RUTH}")
        expect(page.get_by_role("heading", name="This account is private")).to_be_visible()


def test_pictures_are_the_same_each_time_and_differ(browser: Browser, service: Running) -> None:
    def drawn(page: Page) -> list[str]:
        page.goto(f"{service.url}/hashtags/sunset?in=recent")
        expect(page.locator(".tile").nth(5)).to_be_visible()
        texts = page.locator(".tile .scene").evaluate_all("all => all.slice(0, 6).map(one => one.outerHTML)")
        return [text.replace('"', "") for text in texts]

    with paged(browser, service.url, viewer=MIRA) as page:
        first = drawn(page)
        assert len({text[-400:] for text in first}) == 6
        assert [text[-400:] for text in drawn(page)] == [text[-400:] for text in first]


# -- who looks ---------------------------------------------------------------------------------------------------------


def test_another_viewer_sees_another_world(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, f"/users/{QUIN}", viewer=MIRA) as page:
        expect(page.get_by_text("followed by noor_m")).to_be_visible()
        page.locator(".who").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        dialog.get_by_role("combobox").fill("noor")
        expect(dialog.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)
        expect(page.locator(".who")).to_contain_text("noor_m")
        expect(page.locator(".head .badge")).to_have_text("Following")
        page.reload()
        expect(page.locator(".who")).to_contain_text("noor_m")
        page.locator(".who").click()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.locator(".who").click()
        page.get_by_role("button", name="Look as a stranger").click()
        expect(page.locator(".who")).to_contain_text("Stranger")
        expect(page.locator(".head .badge")).to_have_count(0)


def test_the_viewer_of_a_page_is_named_by_a_token_that_its_own_call_mints(browser: Browser, service: Running) -> None:
    asked: list[tuple[str, str | None]] = []
    with paged(browser, service.url, f"/#as={NOOR}") as page:
        page.on("request", lambda request: asked.append((request.url, request.headers.get("authorization"))))
        expect(page.locator(".who")).to_contain_text("noor_m")
        assert page.url == f"{service.url}/"
        type_into(page, "quin")
        expect(page.get_by_role("option").first).to_be_visible()
        (bearer,) = {bearer for url, bearer in asked if "/v1/typeahead" in url}
        assert bearer is not None
        assert bearer.startswith("Bearer ")
        assert all("viewer" not in url for url, _ in asked if "/v1/typeahead" in url)


def test_no_other_site_has_tokens_minted(service: Running) -> None:
    wish = {"viewer": str(MIRA)}
    own = {"origin": service.url, "sec-fetch-site": "same-origin"}
    assert httpx.post(f"{service.url}/v1/viewer-tokens", json=wish, headers=own).status_code == 200
    assert httpx.post(f"{service.url}/v1/viewer-tokens", json=wish).status_code == 200  # no browser at all
    for foreign in (
        {"origin": "https://example.org", "sec-fetch-site": "cross-site"},
        {"origin": "http://localhost:3000", "sec-fetch-site": "same-site"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"host": "example.org"},
    ):
        for answer in (
            httpx.post(f"{service.url}/v1/viewer-tokens", json=wish, headers=foreign),
            httpx.get(f"{service.url}/v1/typeahead?q=m", headers=foreign),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "not-local")


def test_a_page_of_another_site_gets_nothing(browser: Browser, service: Running) -> None:
    """Another port of this machine is another origin: its scripts can neither mint nor read."""
    with another_site() as other, paged(browser, other) as page:
        tried = """async (url) => {
            const ask = (path, more) => fetch(url + path, more).then((answer) => answer.status, () => "refused");
            const json = { method: "POST", headers: { "content-type": "application/json" }, body: '{"viewer": "1"}' };
            const plain = { method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" }, body: '{"viewer": "1"}' };
            return [await ask("/v1/viewer-tokens", json), await ask("/v1/viewer-tokens", plain), await ask("/v1/typeahead?q=m")];
        }"""
        assert page.evaluate(tried, service.url) == ["refused", 0, "refused"]  # 0: sent, and nothing to be read of it
    said = [line for line in service.log() if line.get("endpoint") == "viewer_tokens"]
    assert said[-1]["status"] == 401


def test_a_service_with_keys_is_asked_with_a_token(browser: Browser, index: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json")
    with started(tmp_path, "tests.servers.patient", index, "--keys", keys) as keyed:
        body = json.dumps({"viewer": str(MIRA), "lifetime_s": 300}).encode()
        headers = signed("POST", "/v1/viewer-tokens", body=body)
        token = httpx.post(f"{keyed.url}/v1/viewer-tokens", content=body, headers=headers).json()["token"]
        with paged(browser, keyed.url) as page:
            dialog = page.get_by_role("dialog")
            expect(dialog).to_be_visible()
            dialog.get_by_label("A viewer token").fill(token)
            dialog.get_by_role("button", name="Use it").click()
            expect(page.locator(".who")).to_contain_text("mira")
            expect(page.get_by_text("followed by noor_m, otto.marks and pia")).to_be_visible()
            page.reload()
            expect(page.locator(".who")).to_contain_text("mira")
        with paged(browser, keyed.url, f"/#token={token}") as page:
            expect(page.locator(".who")).to_contain_text("mira")
            assert "token" not in page.url
        with paged(browser, keyed.url) as page:
            page.get_by_role("dialog").locator("input[type=file]").set_input_files(keys)
            page.get_by_role("dialog").wait_for(state="detached")
            page.locator(".who").click()
            page.get_by_role("dialog").get_by_role("combobox").fill("noor")
            page.get_by_role("option").first.click()
            expect(page.locator(".who")).to_contain_text("noor_m")
            secret = SECRET.hex()
            assert page.evaluate("JSON.stringify([localStorage, sessionStorage])").find(secret[:16]) == -1


# -- everybody ---------------------------------------------------------------------------------------------------------

PATHS = ("/", "/search?q=mar", "/search?q=mar&in=user", "/explore", f"/users/{QUIN}", "/hashtags/sunset", "/media/100")


@pytest.mark.parametrize("look", [("light", "wide"), ("dark", "narrow")], ids="-".join)
def test_axe_finds_nothing(browser: Browser, service: Running, look: tuple[str, str]) -> None:
    theme, width = look
    size = {"viewport": NARROW} if width == "narrow" else {}
    with paged(browser, service.url, viewer=MIRA, color_scheme=theme, **size) as page:
        for path in PATHS:
            page.goto(service.url + path)
            settled(page)
            assert violations(page) == [], path
            assert is_within(page), path
        type_into(page, "mar")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.locator(".who").click()
        expect(page.get_by_role("dialog").locator(".viewer").first).to_be_visible()
        assert violations(page) == []


def test_theme_is_that_of_the_system_until_one_is_chosen(browser: Browser, service: Running) -> None:
    def paper(page: Page) -> str:
        return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    with paged(browser, service.url, color_scheme="dark") as page:
        dark = paper(page)
        page.emulate_media(color_scheme="light")
        light = paper(page)
        assert dark != light
        page.locator(".who").click()
        page.get_by_role("dialog").get_by_label("Dark").check()
        assert paper(page) == dark
        page.reload()
        assert paper(page) == dark


def test_right_to_left(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, viewer=YUSUF, look={"dir": "rtl"}, viewport=NARROW) as page:
        settled(page)
        assert page.evaluate("document.documentElement.dir") == "rtl"
        brand, who = page.locator(".brand").bounding_box(), page.locator(".who").bounding_box()
        assert brand is not None
        assert who is not None
        assert brand["x"] > who["x"]
        type_into(page, "mar")
        option = page.get_by_role("option").first
        expect(option).to_be_visible()
        face, line = option.locator(".face, .avatar").bounding_box(), option.locator(".line").bounding_box()
        assert face is not None
        assert line is not None
        assert face["x"] > line["x"]
        for path in ("/search?q=mar", f"/users/{QUIN}", "/explore"):
            page.goto(service.url + path)
            settled(page)
            assert is_within(page), path
            assert violations(page) == [], path
    reads = """whole => {
        const texts = document.createTreeWalker(whole, NodeFilter.SHOW_TEXT), found = [];
        while (texts.nextNode()) if (texts.currentNode.data.trim()) found.push(texts.currentNode);
        const at = (node, place) => {
            const range = document.createRange();
            range.setStart(node, place);
            range.setEnd(node, place + 1);
            return range.getBoundingClientRect();
        };
        return at(found[0], 0).left < at(found.at(-1), found.at(-1).data.length - 1).left;
    }"""
    long = slots("long")
    long["slots"][0]["reason"] = "followed by somebody with a long name and by very many other people whom you may know"
    with paged(browser, service.url, viewer=YUSUF, look={"dir": "rtl"}, viewport=NARROW) as page:
        for path, sentence in (
            ("/hashtags/sunset", ".head-below"),
            ("/search?q=mar", "h1"),
            ("/search?q=zzzzz", ".state p"),
        ):
            page.goto(service.url + path)
            settled(page)
            assert page.locator(sentence).evaluate(reads), path  # our words are English, which begins on the left
        page.route("**/v1/typeahead*", lambda route: route.fulfill(json=long))
        type_into(page, "long")
        reason = page.get_by_role("option").locator(".reason")
        inside, outside = reason.bounding_box(), page.get_by_role("option").locator(".line-below").bounding_box()
        assert inside is not None
        assert outside is not None
        assert inside["x"] >= outside["x"]  # cut at its end, not at its beginning
        assert reason.evaluate("text => text.scrollWidth > text.clientWidth")
    with paged(browser, service.url, "/search?q=يوسف") as page:  # a name in its own direction, on a page in the other
        below = page.locator(".result .line-below bdi").first
        expect(below).to_have_text("يوسف محمود")
        assert below.evaluate("text => getComputedStyle(text).direction") == "rtl"
