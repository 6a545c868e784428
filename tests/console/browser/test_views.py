"""Coverage, pipeline, and the view of one process."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from console.conclusions import TABLES
from tests.console.browser.chromium import PATIENCE_MS
from tests.console.records import clock, dead_letter, detection, enriched, flow, unattributed, zeek
from tests.console.running import Running, make_topics


def test_coverage_counts_each_flow_once_and_names_the_reasons(page: Page, console: Running) -> None:
    console.write(enriched(flow(number)) for number in range(6))
    console.write([enriched(flow(1), SIDE="responder", HOSTNAME="DC01", SOURCES=["sysmon"], OFFSET_MS=-400)])
    console.write([unattributed(flow(10)), unattributed(flow(11), "protocol without sockets")])
    page.get_by_role("link", name="Coverage").click()
    expect(page.locator(".headline")).to_have_text(
        "75 %of 8 connections have a process: 6 attributed, 2 not."
    )
    expect(page.locator(".bars")).to_contain_text("protocol without sockets")
    client = page.get_by_role("row").filter(has_text="CLIENT01.corp.example").get_by_role("cell")
    expect(client.nth(1)).to_have_text("6")
    expect(client.nth(5)).to_have_text("100 %")
    expect(client.nth(7)).to_have_text("+1.3 s")
    expect(page.get_by_role("row").filter(has_text="DC01").get_by_role("cell").nth(7)).to_have_text(
        "\u2212400 ms"
    )
    page.locator(".bars").get_by_role("button", name=re.compile("protocol without")).click()
    expect(page.locator(".count")).to_have_text("1 of 9")


def test_a_clock_that_is_too_far_off_to_match_is_told(page: Page, console: Running) -> None:
    make_topics(console.bootstrap, TABLES)
    console.write([enriched(flow()), clock("DC01", time.time(), near_misses=7, seconds=300)])
    page.get_by_role("link", name="Coverage").click()
    cells = page.locator(".counted").get_by_role("row").filter(has_text="DC01").get_by_role("cell")
    # the console looks for new topics now and then, and the page for what is counted
    expect(cells.nth(1)).to_contain_text("+5", timeout=PATIENCE_MS)
    expect(cells.nth(5)).to_have_text("7")


def test_the_pipeline_shows_its_hops_and_the_dead_letters_with_their_reasons(
    page: Page, console: Running
) -> None:
    console.write(
        [zeek(flow()), enriched(flow()), dead_letter("ts is no number", '{"ts": "<b>yesterday</b>"}')]
    )
    page.get_by_role("link", name="Pipeline").click()
    hop = page.get_by_role("row").filter(has_text="zeek-conn-enriched").get_by_role("cell")
    expect(hop.nth(2)).to_have_text("1")
    letter = page.locator(".letters details")
    letter.get_by_text("ts is no number").click()
    expect(letter.locator("pre")).to_have_text('{"ts": "<b>yesterday</b>"}')
    expect(page.get_by_title("1 dead letter")).to_be_visible()


def test_a_process_is_shown_with_its_parent_and_all_that_it_talked_to(page: Page, console: Running) -> None:
    console.write(enriched(flow(60 * number)) for number in range(1, 9))
    console.write(
        [
            enriched(flow(9, **{"id.resp_h": "10.20.0.5"})),
            enriched(flow(10), PROCESS_NAME="C:\\b.exe", PROCESS_ID=7),
        ]
    )
    console.write([detection(flow(60), "a beacon")])
    page.get_by_role("link", name="Process").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which process?")
    page.get_by_role("link", name="explorer.exe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("explorer.exe 4912")
    expect(page.locator(".born")).to_have_text("userinit.exe")
    expect(page.locator(".story")).to_contain_text("9 connections to 2 peers")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("C:\\Windows\\explorer.exe /factory")
    expect(facts).to_contain_text("A1" * 32)
    expect(page.locator(".lanes rect")).to_have_count(9)
    expect(page.locator(".lanes rect.detected")).to_have_count(1)
    expect(page.locator(".lane-name")).to_have_text(
        [re.compile("^203.0.113.80:443"), re.compile("^10.20.0.5:443")]
    )
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("explorer.exe 4912")


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_tab_of_the_view_is_in_sight(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    tabs = page.locator(".tabs a")
    for number in range(tabs.count()):
        page.evaluate("number => document.querySelectorAll('.tabs a')[number].click()", number)
        tab = page.locator(".tabs a[aria-current]")
        expect(tab).to_contain_text(tabs.nth(number).inner_text())
        box = tab.bounding_box()
        assert box is not None
        # a browser scrolls by whole pixels
        assert box["x"] >= -1
        assert box["x"] + box["width"] <= width + 1


def test_on_a_phone_of_today_all_tabs_are_in_sight_at_once(page: Page, console: Running) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{console.url}/?view=pipeline")
    expect(page.locator(".tabs a[aria-current]")).to_contain_text("Pipeline")
    assert page.locator(".tabs").evaluate("tabs => tabs.scrollWidth <= tabs.clientWidth")
