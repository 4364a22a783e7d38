"""A headless Chromium: the one of the system, driven by playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from tests.servers.required import unavailable


def executable() -> str:
    """Where the browser of the system is; playwright has none of its own here."""
    path = os.environ.get("MONOCEROS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        unavailable("no chromium is installed (Debian's package of that name)")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; what needs it is skipped, or fails, where there is none."""
    path = executable()
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        except Error as error:
            unavailable(f"{path} does not start: {str(error).splitlines()[0]}")
        try:
            yield browser
        finally:
            browser.close()
