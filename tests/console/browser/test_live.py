"""What comes is shown without anybody asking, and a new detection stands out."""

from playwright.sync_api import Page, expect

from tests.console.records import detection, enriched, flow, unattributed, withdrawn
from tests.console.running import Running


def test_an_empty_console_says_what_to_do_and_fills_by_itself(page: Page, console: Running) -> None:
    expect(page.get_by_role("heading", name="Nothing has been seen yet")).to_be_visible()
    console.write([enriched(flow())])
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "explorer.exe on CLIENT01 talked to 203.0.113.80:443"
    )


def test_rows_come_are_revised_and_go(page: Page, console: Running) -> None:
    page.goto(f"{console.url}/?view=connections")
    console.write([unattributed(flow(1)), enriched(flow(2), SOURCES=["sysmon"], USERNAME=None)])
    expect(page.locator(".count")).to_have_text("2 connections")
    expect(page.get_by_text("no process: host without an agent")).to_be_visible()
    console.write(
        [withdrawn(unattributed(flow(1))), enriched(flow(1), PROCESS_NAME="C:\\curl.exe"), enriched(flow(2))]
    )
    expect(page.get_by_text("no process: host without an agent")).to_be_hidden()
    expect(page.get_by_role("row").filter(has_text="curl.exe")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="CORP\\asha")).to_have_count(2)


def test_a_new_detection_stands_out_wherever_one_looks(page: Page, console: Running) -> None:
    console.write([enriched(flow(1)), detection(flow(1), "an old one")])
    expect(page.locator(".found")).to_have_text("an old one")
    page.goto(f"{console.url}/?view=coverage")
    expect(page.locator("#live[data-state=live]")).to_be_visible()
    expect(page.locator("#news")).to_be_empty()
    console.write(
        [enriched(flow(2), PROCESS_NAME="C:\\Windows\\notepad.exe"), detection(flow(2), "notepad calls out")]
    )
    news = page.locator("#news")
    expect(news).to_contain_text("New detection")
    expect(news).to_contain_text(
        "notepad.exe on CLIENT01.corp.example and 203.0.113.80:443: notepad calls out"
    )
    expect(page.locator("#unseen")).to_have_text("1")
    news.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("notepad.exe on CLIENT01")
    page.get_by_role("link", name="Connections").click()
    expect(page.locator(".line.detected.fresh")).to_contain_text("notepad.exe")


def test_a_console_that_was_away_is_found_again(page: Page, console: Running) -> None:
    console.write([enriched(flow(1))])
    page.goto(f"{console.url}/?view=connections")
    expect(page.locator(".count")).to_have_text("1 connections")
    page.context.set_offline(True)
    console.write([enriched(flow(2))])
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(".count")).to_have_text("2 connections")


def test_a_page_whose_files_did_not_all_come_says_what_to_do(page: Page, console: Running) -> None:
    torn = page.context.new_page()
    torn.route("**/js/store.js", lambda route: route.abort())
    torn.goto(f"{console.url}/?view=coverage")
    expect(torn.locator(".waiting")).to_contain_text("load it again")
    torn.unroute("**/js/store.js")
    torn.reload()
    expect(torn.locator("#live[data-state=live]")).to_be_visible()
    expect(torn.locator(".waiting")).to_have_count(0)
    torn.close()
