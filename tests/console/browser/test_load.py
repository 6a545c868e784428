"""A thousand events a second do not freeze the page."""

import time
from itertools import count, islice

from playwright.sync_api import Page, expect

from tests.console.records import enriched, flow
from tests.console.running import Running

SECONDS = 4
RATE = 1_000
FROZEN_MS = 2_000
"""So long without a frame is what a user calls frozen, however loaded the machine of the test is."""
WATCH = """() => {
  window.longest = 0;
  let before = performance.now();
  const look = (now) => { window.longest = Math.max(window.longest, now - before); before = now; requestAnimationFrame(look); };
  requestAnimationFrame(look);
}"""


def test_a_thousand_events_a_second_are_shown_while_one_searches(page: Page, console: Running) -> None:
    page.goto(f"{console.url}/?view=connections")
    expect(page.locator("#live[data-state=live]")).to_be_visible()
    page.evaluate(WATCH)
    made = (enriched(flow(number), PROCESS_NAME=f"C:\\tool{number % 50}.exe") for number in count())
    began = time.monotonic()
    for second in range(SECONDS):
        console.write(islice(made, RATE))
        if second == SECONDS // 2:
            page.get_by_role("searchbox").fill("tool7.exe")
            expect(page.locator(".line:visible").first).to_contain_text("tool7.exe")
            page.get_by_role("button", name="bytes").click()
            page.get_by_role("grid").evaluate("element => { element.scrollTop = 400; }")
        page.wait_for_timeout(max(0.0, 1_000 * (began + second + 1 - time.monotonic())))
    expect(page.locator(".count")).to_have_text(f"{SECONDS * RATE // 50:,} of {SECONDS * RATE:,}")
    assert page.evaluate("window.longest") < FROZEN_MS
