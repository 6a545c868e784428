"""Takes the pictures of the console that the documentation shows: `python -m tests.console.pictures FOLDER`.

With `--every`, each view in every size and colour scheme, to be looked at.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, Playwright, ViewportSize, sync_playwright

from tests.console import scene
from tests.console.browser.chromium import open_context
from tests.console.running import Running, make_topics, make_trust, running_console, running_kafka

Scheme = Literal["dark", "light"]
SIZES: Final[dict[str, ViewportSize]] = {
    "390": {"width": 390, "height": 844},
    "1280": {"width": 1280, "height": 800},
    "3840": {"width": 3840, "height": 2160},
}
SCHEMES: Final[tuple[Scheme, ...]] = ("dark", "light")
VIEWS: Final = {
    "compare": (".pair", "/?view=compare"),
    "connections": (".line.detected", "/?view=connections"),
    "coverage": (".plain", "/?view=coverage"),
    "pipeline": (".letters details", "/?view=pipeline"),
    "processes": (".choose a", "/?view=process"),
    "process": (".lanes rect", ""),
}
DOCUMENTED: Final = {"compare": "console-side-by-side", "process": "console-process"}
"""The views that the documentation shows, and the files that it shows them from."""


def look(page: Page, console: Running, view: str) -> None:
    """Go to a view and wait until it is drawn."""
    shown, address = VIEWS[view]
    if view == "process":
        page.goto(f"{console.url}/?view=process")
        page.locator(".choose a").first.click()
    else:
        page.goto(console.url + address)
    page.locator(shown).first.wait_for()
    page.locator(".live[data-state=live]").wait_for()


def take(playwright: Playwright, console: Running, folder: Path, *, every: bool) -> None:
    """Take the pictures into a folder."""
    sizes = SIZES if every else {"1280": SIZES["1280"]}
    for scheme in SCHEMES if every else SCHEMES[:1]:
        for name, size in sizes.items():
            with tempfile.TemporaryDirectory() as profile:
                context = open_context(
                    playwright, console.trust, Path(profile), viewport=size, color_scheme=scheme
                )
                page = context.new_page()
                for view in VIEWS if every else DOCUMENTED:
                    look(page, console, view)
                    file = f"{view}-{name}-{scheme}" if every else DOCUMENTED[view]
                    page.screenshot(path=folder / f"{file}.png")
                context.close()


def main() -> None:
    """Run a broker and a console, tell them the bundled recording, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", action="store_true", help="every view, size and colour scheme")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, running_kafka() as bootstrap:
        make_topics(bootstrap)
        trust = make_trust(Path(place))
        with running_console(bootstrap, trust, Path(place)) as console, sync_playwright() as playwright:
            console.write(scene.records())
            take(playwright, console, wanted.folder, every=wanted.every)


if __name__ == "__main__":
    main()
