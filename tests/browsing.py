"""Pages in a browser: contexts of a viewer, a theme, a width and a direction, and what every page must hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Page, expect

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WIDE, NARROW = {"width": 1200, "height": 860}, {"width": 390, "height": 844}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def paged(
    browser: Browser,
    url: str,
    path: str = "/",
    *,
    viewer: int | None = None,
    look: dict[str, str] | None = None,
    **more: Any,
) -> Iterator[Page]:
    """A page of a browser of its own, as a viewer of a service without keys. No script may fail, and no policy be broken."""
    context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", "locale": "en-GB", **more})
    context.set_default_timeout(15_000)
    kept = {"monoceros.look": look, "monoceros.viewer": viewer and {"id": str(viewer), "name": ""}}
    for name, value in kept.items():
        if value:  # once, so that what the page does about it stays
            text = json.dumps(value)
            context.add_init_script(f"localStorage.getItem({name!r}) ?? localStorage.setItem({name!r}, {text!r})")
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda said: failures.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        page.goto(url + path)
        yield page
        assert failures == []
    finally:
        context.close()


def settled(page: Page) -> None:
    """Wait until the page has what it asked for."""
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    page.wait_for_load_state("networkidle")


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands: rule, impact and the first elements."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES)
    return [
        f"{rule['id']} ({rule['impact']}): {[node['html'][:160] for node in rule['nodes'][:3]]}"
        for rule in found["violations"]
    ]


def is_within(page: Page) -> bool:
    """Whether nothing sticks out of the page's width."""
    return page.evaluate("document.scrollingElement.scrollWidth <= document.documentElement.clientWidth")
