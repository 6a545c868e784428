"""Debian's Chromium, headless, which trusts the console's key and no other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from tests.console.browser.chromium import PATIENCE_MS, open_context
from tests.console.running import Running, Trust


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(
    playwright: Playwright, trust: Trust, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    context = open_context(
        playwright, trust, tmp_path_factory.mktemp("chromium"), viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(browser: BrowserContext, console: Running) -> Iterator[Page]:
    """A page of the console; whatever a script or the policy complains of fails the test."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(console.url)
    yield page
    page.close()
    assert complaints == []
