"""The console in a real browser: errors in place, completion, the plan, lineage, why-not, sharing, comparing, the index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browsing import NARROW, is_within, paged, settled, violations
from tests.servers.chromium import chromium
from tests.servers.monoceros import Running, started
from tests.social_world import MEDIA, MIRA, QUIN, RUTH, build_social_world

EXPERIMENTS = """
[experiments.box]
arms.control.weight = 1
arms.learned = { weight = 1, parameters = { "hashtag_top.scorer" = "learned" } }
"""
SECOND = "(difference (apply followed_by: followed_by:me) followed_by:me)"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("social")
    (directory / "experiments.toml").write_text(EXPERIMENTS)
    args = (build_social_world(directory), "--experiments", directory / "experiments.toml")
    with started(tmp_path_factory.mktemp("console"), "tests.servers.patient", *args) as serving:
        yield serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def key(service: Running) -> str:
    """The fragment with the key of the console, as the service prints it for whoever started it."""
    found = re.search(r"^console: (\S+)/console#(key=console:\S+)$", service.output(), re.MULTILINE)
    assert found is not None
    assert found[1] == service.url
    return found[2]


def asked(text: str, **more: object) -> str:
    return "/console#" + "&".join(f"{name}={quote(str(value))}" for name, value in {"q": text, **more}.items())


def run(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Query").fill(text)
    page.keyboard.press("Control+Enter")


def test_results_as_cards_and_as_a_table_with_lineage(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, asked(SECOND, lineage=1, explain=1), viewer=MIRA) as page:
        expect(page.locator(".summary")).to_contain_text("2 results")
        expect(page.locator(".card")).to_have_count(2)
        expect(page.get_by_text("followed by noor_m, otto.marks and pia")).to_be_visible()
        page.get_by_role("button", name="Table").click()
        expect(page.get_by_role("button", name="Table")).to_have_attribute("aria-pressed", "true")
        row = page.get_by_role("row").filter(has_text="quin_mar")
        expect(row).to_contain_text("followed by noor_m, otto.marks and pia")
        expect(row).to_contain_text("Quin Marsh")
        row.get_by_role("link").click()
        expect(page).to_have_url(f"{service.url}/users/{QUIN}")


def test_pages_of_results(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, asked("caption:marvellous", limit=25), viewer=MIRA) as page:
        expect(page.locator(".tile")).to_have_count(25)
        for so_far in (50, MEDIA):
            page.get_by_role("button", name="Show more").click()
            expect(page.locator(".tile")).to_have_count(so_far)


def test_an_error_is_shown_where_it_is(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/console", viewer=MIRA) as page:
        run(page, '(and name:"🦄𝓤"\n     (aply owner: followed_by:me))')
        problem = page.get_by_role("alert")
        expect(problem).to_contain_text("unknown operator `aply`")
        expect(problem).to_contain_text("line 2, column 7")
        expect(problem).to_contain_text("did you mean `apply`?")
        assert page.locator(".editor .wrong").all_inner_texts() == ["aply"]
        expect(page.get_by_role("textbox", name="Query")).to_have_attribute("aria-invalid", "true")
        run(page, "(and 🦄𝓤:1 (aply owner: me))")  # columns count code points, beyond the basic plane too
        expect(problem).to_contain_text("column 12")
        assert page.locator(".editor .wrong").all_inner_texts() == ["aply"]
        page.get_by_role("textbox", name="Query").press("End")
        page.keyboard.type(" ")
        expect(page.locator(".editor .wrong")).to_have_count(0)
        run(page, "(and name:m*")
        expect(problem).to_contain_text("line 1")


def test_colours_are_those_of_the_language_and_text_is_kept(browser: Browser, service: Running) -> None:
    text = '; note (not a list)\n(and nam:x name:"a (b) \\" c"* (term verified:1 :optional-weigt 0.3)) #'
    with paged(browser, service.url, "/console") as page:
        area = page.get_by_role("textbox", name="Query")
        area.fill(text)
        expect(page.locator(".t-operator")).to_have_text(["and", "term"])
        expect(page.locator(".t-edge")).to_have_text(["name:", "verified:"])
        expect(page.locator(".t-unknown")).to_have_text(["nam:", ":optional-weigt"])
        assert page.locator(".t-comment").all_inner_texts() == ["; note (not a list)"]
        assert page.locator(".t-value").all_inner_texts() == ["x", '"a (b) \\" c"']
        assert page.locator(".editor-paint").evaluate("paint => paint.textContent") == text + "\n"
        area.press("Control+End")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".pair")).to_have_text(["(", ")"])


def test_completion_by_the_keyboard(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/console", viewer=MIRA) as page:
        area = page.get_by_role("textbox", name="Query")
        area.fill("")
        area.press_sequentially("(app")
        listed = page.get_by_role("listbox", name="Candidates")
        expect(listed).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(area).to_have_attribute("aria-activedescendant", re.compile("candidates"))
        page.keyboard.press("Enter")
        expect(area).to_have_value("(apply")
        page.keyboard.type(" followed_by: (and country:d")
        expect(listed.get_by_role("option").first).to_contain_text("country:de")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        expect(area).to_have_value("(apply followed_by: (and country:de")
        expect(listed).to_be_hidden()
        page.keyboard.type(" ")
        page.keyboard.press("Control+Space")  # asked for, they stay, though what was typed a moment ago asks for none
        expect(listed).to_be_visible()
        page.wait_for_timeout(200)
        expect(listed).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.type("name:sam")
        page.wait_for_timeout(400)
        expect(listed).to_be_hidden()  # whose name that is blocks the viewer
        page.keyboard.type(" fol")
        expect(listed).to_be_visible()
        page.keyboard.press("Escape")
        expect(listed).to_be_hidden()
        page.keyboard.press("Tab")  # the editor is no trap
        expect(area).not_to_be_focused()


def test_a_candidate_fits_what_was_typed_however_late_the_answer(browser: Browser, service: Running) -> None:
    held: list[Route] = []

    def late(route: Route) -> None:
        held.append(route)

    with paged(browser, service.url, "/console", viewer=MIRA) as page:
        area, listed = page.get_by_role("textbox", name="Query"), page.get_by_role("listbox", name="Candidates")
        area.fill("(")
        expect(listed.get_by_role("option").nth(3)).to_be_visible()
        page.route("**/v1/completions*", late)
        page.keyboard.type("ap")
        expect(listed.get_by_role("option")).to_have_count(1)
        page.keyboard.press("ArrowDown")
        while not held:
            page.wait_for_timeout(20)
        held.pop().continue_()
        page.wait_for_timeout(300)
        expect(listed.locator("[aria-selected=true]")).to_contain_text("apply")  # who was chosen stays so
        page.keyboard.press("Enter")
        expect(area).to_have_value("(apply")
        page.keyboard.type(" x")
        expect(listed).to_be_hidden()


def test_the_plan_is_a_tree_with_sizes(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, asked(SECOND, explain=1, show="plan"), viewer=MIRA) as page:
        expect(page.locator(".operator")).to_have_count(4)
        expect(page.locator(".plan .link")).to_have_count(3)
        expect(page.locator(".plan .link.excluded")).to_have_count(1)
        expect(page.locator(".operator.op-apply .op-size")).to_have_text("2")
        expect(page.locator(".op-time")).to_have_count(0)  # estimates and times are the operator's
        page.get_by_text("As a table").click()
        expect(page.get_by_role("row")).to_have_count(5)


def test_the_operator_sees_estimates_and_times(browser: Browser, service: Running, key: str) -> None:
    with paged(browser, service.url, f"/console#{key}", viewer=MIRA) as page:
        page.get_by_label("Whole world").check()
        page.get_by_label("Plan").check()
        run(page, SECOND)
        page.get_by_role("button", name="Plan").click()
        expect(page.locator(".operator.op-apply .op-size")).to_have_text(re.compile(r"\d+ of \d+ estimated"))
        expect(page.locator(".op-time").first).to_have_text(re.compile(r"\d+ (µs|ms)|\d\.\d+ ms"))
        assert "key=" not in page.url
        assert page.evaluate("JSON.stringify([localStorage, sessionStorage])").find(key[12:30]) == -1
        page.get_by_role("tab", name="Index").click()
        panels = page.locator(".panel")
        expect(panels.filter(has=page.get_by_role("heading", name="Generation in force"))).to_contain_text("000001")
        expect(panels.filter(has=page.get_by_role("heading", name="Dead letters"))).to_contain_text("0")
        expect(panels.filter(has=page.get_by_role("heading", name="Behind the stream"))).to_be_visible()
    assert [line for line in service.log() if line.get("key") == "console" and line["status"] == 200]


def test_without_a_key_the_index_is_what_the_metrics_say(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/console#view=index") as page:
        expect(page.locator(".panel").first).to_contain_text("000001")
        expect(page.locator(".panel").nth(1)).to_contain_text("requests")
        expect(page.get_by_text("With a key of the scope admin there is more")).to_be_visible()
        expect(page.get_by_label("Whole world")).to_have_count(0)
        page.get_by_role("tab", name="Index").press("ArrowRight")
        expect(page.get_by_role("tab", name="Query")).to_be_focused()
        page.keyboard.press("End")
        expect(page.get_by_role("tab", name="Index")).to_be_focused()
        page.keyboard.press("Home")
        expect(page.get_by_role("tab", name="Query")).to_be_focused()
        expect(page.get_by_label("Whole world")).to_be_disabled()


def test_why_not(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/console", viewer=MIRA) as page:
        page.get_by_label("Why not").fill(str(RUTH))
        run(page, SECOND)
        expect(page.get_by_text(f"Why not {RUTH}?")).to_be_visible()


def test_queries_are_saved_and_shared(browser: Browser, service: Running) -> None:
    with paged(browser, service.url, "/console", viewer=MIRA) as page:
        page.get_by_role("textbox", name="Query").fill("(and name:m* country:de)")
        page.get_by_label("Count all").check()
        page.get_by_label("Save under the name").fill("Germans")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Places my people have been to").click()
        expect(page.get_by_role("textbox", name="Query")).to_have_value(re.compile("visited_by"))
        page.reload()
        page.get_by_role("button", name="Germans", exact=True).click()
        expect(page.locator(".summary")).to_contain_text("3 results")  # what is loaded is run
        page.get_by_role("button", name="Share").click()
        shared = page.url
        assert parse_qs(shared.partition("#")[2])["q"] == ["(and name:m* country:de)"]
        assert "as=" not in shared
        page.get_by_role("button", name="Forget Germans").click()
        expect(page.get_by_role("button", name="Germans", exact=True)).to_have_count(0)
        path = shared.removeprefix(service.url)
    with paged(browser, service.url, path) as other:
        expect(other.get_by_role("textbox", name="Query")).to_have_value("(and name:m* country:de)")
        expect(other.get_by_label("Count all")).to_be_checked()
        expect(other.locator(".card")).to_have_count(3)


def test_two_answers_side_by_side(browser: Browser, service: Running) -> None:
    path = "/console#view=compare&a=people&aq=mar&b=typeahead&bq=mar"
    with paged(browser, service.url, path, viewer=MIRA) as page:
        expect(page.locator(".ranked")).to_have_count(2)
        expect(page.locator(".verdict")).to_contain_text("stand in both")
        one, other = (page.locator(".ranked").nth(n).locator(".line-name").all_inner_texts() for n in (0, 1))
        both = set(one) & set(other)
        expect(page.locator(".verdict")).to_contain_text(f"{len(both)} of {max(len(one), len(other))}")
        assert page.locator(".moved.only").count() == len(one) + len(other) - 2 * len(both)
        page.get_by_label("By").first.select_option(label="Query, by hits")
        expect(page.locator(".ranked").first).to_contain_text("quin_mar")
        assert "a=hits" in page.url


def test_two_rankers_and_two_generations_side_by_side(browser: Browser, service: Running, key: str) -> None:
    path = "/console#view=compare&a=typeahead&aq=mar&a.ranker=hand&b=typeahead&bq=mar&b.arm=box/learned"
    with paged(browser, service.url, path, viewer=MIRA) as page:
        expect(page.get_by_role("heading", name="Search box, ranker hand")).to_be_visible()
        expect(page.get_by_role("heading", name="Search box, arm box/learned")).to_be_visible()
        expect(page.locator(".verdict")).to_contain_text("stand in both")
        page.get_by_label("By").first.select_option(label="Query, by hits")
        expect(page.get_by_label("generation")).to_be_disabled()
    with paged(browser, service.url, f"/console#{key}&view=compare&a=query&b=query", viewer=MIRA) as page:
        expect(page.locator(".ranked")).to_have_count(2)
        assert page.locator("datalist option").evaluate_all("all => all.map(one => one.value)") == ["000001"] * 2
        page.get_by_label("generation").first.fill("000001")
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("heading", name="Query, by static rank, generation 000001")).to_be_visible()
        expect(page.locator(".verdict")).to_contain_text("in the same order to 1.00")
        assert "a.generation=000001" in page.url
    assert [line for line in service.log() if line.get("key") == "console" and line.get("endpoint") == "search"]


def test_experiments_with_the_arm_of_the_viewer(browser: Browser, service: Running, key: str) -> None:
    with paged(browser, service.url, f"/console#{key}&view=index", viewer=MIRA) as page:
        panel = page.locator(".panel").filter(has=page.get_by_role("heading", name="Experiments"))
        expect(panel).to_contain_text("layer box · from 0 to 100 % of its viewers · this viewer is in")
        expect(panel.get_by_role("row").nth(2)).to_contain_text("hashtag_top.scorer = learned")
        expect(page.locator(".panel").filter(has=page.get_by_role("heading", name="Rankers"))).to_contain_text(
            "explore"
        )
    with paged(browser, service.url, f"/console#{key}&view=index") as page:
        expect(page.get_by_text("not for this viewer")).to_be_visible()


@pytest.mark.parametrize("look", [("light", "wide"), ("dark", "narrow"), ("light", "rtl")], ids="-".join)
def test_axe_finds_nothing(browser: Browser, service: Running, key: str, look: tuple[str, str]) -> None:
    theme, width = look
    size = {"viewport": NARROW} if width == "narrow" else {}
    chosen = {"dir": "rtl"} if width == "rtl" else None
    with paged(browser, service.url, f"/console#{key}", viewer=MIRA, look=chosen, color_scheme=theme, **size) as page:
        run(page, "(aply")
        expect(page.get_by_role("alert")).to_contain_text("aply")
        assert violations(page) == []
        page.get_by_role("textbox", name="Query").fill("(")
        expect(page.get_by_role("option").nth(5)).to_be_visible()
        assert violations(page) == []
        run(page, SECOND)
        for shape in ("Cards", "Table", "Plan", "JSON"):
            page.get_by_role("button", name=shape, exact=True).click()
            assert violations(page) == [], shape
            assert is_within(page), shape
        for view in ("Compare", "Index"):
            page.get_by_role("tab", name=view).click()
            settled(page)
            expect(page.locator(".ranked, .panel").first).to_be_visible()
            assert violations(page) == [], view
            assert is_within(page), view
