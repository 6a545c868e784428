"""Everything can be reached without a mouse."""

from playwright.sync_api import Locator, Page, expect

from tests.console.records import dead_letter, detection, enriched, flow, unattributed
from tests.console.running import Running


def test_from_search_to_row_to_side_by_side_to_process_and_back(page: Page, console: Running) -> None:
    console.write(
        enriched(flow(number), PROCESS_NAME=f"C:\\tool{number}.exe", PROCESS_ID=number)
        for number in range(1, 6)
    )
    expect(page.locator("#foot-text")).to_have_text("5 connections")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("tool")
    expect(page.locator(".count")).to_have_text("5 connections")
    page.keyboard.press("Enter")
    expect(page.get_by_role("grid")).to_be_focused()
    expect(page.get_by_role("row", selected=True)).to_contain_text("tool5.exe")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("row", selected=True)).to_contain_text("tool3.exe")
    page.keyboard.press("k")
    expect(page.get_by_role("row", selected=True)).to_contain_text("tool4.exe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("tool4.exe on CLIENT01")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1)).to_have_text("tool4.exe 4")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("tool4.exe on CLIENT01")


def test_digits_change_the_view_unless_one_types(page: Page, console: Running) -> None:
    console.write([enriched(flow())])
    expect(page.locator("#foot-text")).to_have_text("1 connection")
    for digit, name in enumerate(("Side by side", "Connections", "Coverage", "Pipeline", "Process"), start=1):
        page.keyboard.press(str(digit))
        expect(page.locator(".tabs a[aria-current=page]")).to_contain_text(name)
    page.keyboard.press("/")
    page.keyboard.type("4912")
    expect(page.get_by_role("searchbox")).to_have_value("4912")
    expect(page.locator(".tabs a[aria-current=page]")).to_contain_text("Connections")


def test_the_keys_are_told_and_tab_goes_through_all(page: Page, console: Running) -> None:
    assert console.url in page.url
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("2")
    reached = set()
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.textContent.trim() || document.activeElement.getAttribute('aria-label')"
            )
        )
    assert {"Search connections", "Detections", "3Coverage", "Connections"} <= reached


def reach(page: Page, locator: Locator) -> None:
    """Tab through the page until something has the focus."""
    for _ in range(60):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{locator} is not reached by Tab")


def test_what_each_view_offers_is_done_without_a_mouse(page: Page, console: Running) -> None:
    console.write([enriched(flow(1)), detection(flow(1), "a beacon"), unattributed(flow(2))])
    console.write([dead_letter("ts is no number", "{}")])
    expect(page.locator("#foot-text")).to_have_text("2 connections")
    page.keyboard.press("3")
    reason = page.locator(".bars button").first
    reach(page, reason)
    page.keyboard.press("Enter")
    expect(page.locator(".count")).to_have_text("1 of 2")
    page.keyboard.press("4")
    letter = page.locator(".letters summary")
    expect(letter).to_be_visible()
    reach(page, letter)
    page.keyboard.press("Enter")
    expect(page.locator(".letters pre")).to_be_visible()
    page.keyboard.press("5")
    reach(page, page.locator(".choose a").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("explorer.exe 4912")
    reach(page, page.locator("main table a").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("explorer.exe on CLIENT01")
