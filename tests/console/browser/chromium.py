"""Debian's Chromium, headless, which trusts one key and no other beside the authorities of the Web."""

from pathlib import Path
from shutil import which

from playwright.sync_api import BrowserContext, Playwright

from tests.console.running import Trust

PATIENCE_MS = 30_000


def chromium() -> str:
    """Where Chromium is.

    Raises:
        FileNotFoundError: it is not installed.
    """
    found = which("chromium")
    if found is None:
        raise FileNotFoundError("these tests drive Debian's chromium: apt-get install chromium")
    return found


def open_context(playwright: Playwright, trust: Trust, profile: Path, **differing: object) -> BrowserContext:
    """A browser with a profile of its own. `differing`: viewport, color_scheme and the like."""
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium(),
        headless=True,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--ignore-certificate-errors-spki-list={trust.public_key_hash}",
        ],
        timezone_id="UTC",
        **differing,  # type: ignore[arg-type]  # a test names what it wants of Playwright's many settings
    )
