"""The live table: searched, filtered, sorted, shared, and long."""

import re

from playwright.sync_api import Page, expect

from tests.console.records import detection, enriched, flow, unattributed
from tests.console.running import Running

MANY = 10_000


def some(console: Running) -> None:
    """A browser, a resolver, a server that is called, and a flow of nobody's."""
    console.write(
        [
            enriched(
                flow(1, orig_bytes=10, resp_bytes=0), PROCESS_NAME="C:\\Chrome\\chrome.exe", PROCESS_ID=10176
            ),
            enriched(
                flow(2, orig_bytes=9_000_000), PROCESS_NAME="C:\\Windows\\svchost.exe", HOSTNAME="SERVER7"
            ),
            enriched(
                flow(3, **{"id.orig_h": "198.51.100.9"}),
                SIDE="responder",
                PROCESS_NAME="/usr/sbin/sshd",
                HOSTNAME="bastion",
                USERNAME="root",
            ),
            unattributed(flow(4, **{"id.resp_h": "2001:db8::7"})),
            detection(flow(1), "a beacon"),
        ]
    )


def opened(page: Page, console: Running, query: str = "") -> None:
    page.goto(f"{console.url}/?view=connections{query}")


def processes(page: Page) -> list[str]:
    """The processes that are shown, from top to bottom."""
    lines = page.locator(".line:visible").all()
    placed = sorted((int(line.get_attribute("aria-rowindex") or 0), line) for line in lines)
    return [
        line.locator(".process").evaluate("cell => cell.firstChild.textContent").split(":")[0]
        for _, line in placed
    ]


def test_a_search_finds_by_process_host_user_address_and_community_id(page: Page, console: Running) -> None:
    some(console)
    opened(page, console)
    expect(page.locator(".count")).to_have_text("4 connections")
    field = page.get_by_role("searchbox")
    for words, found in (
        ("CHROME", "chrome.exe"),
        ("host:server7", "svchost.exe"),
        ("user:root 198.51.100.9", "sshd"),
        ("2001:db8::7", "no process"),
        (str(flow(2)["community_id"]), "svchost.exe"),
        ("pid:10176", "chrome.exe"),
        ("-corp\\asha -bastion server", "no process"),
        ('peer:"198.51.100.9"', "sshd"),
    ):
        field.fill(words)
        if words.startswith("-"):
            expect(page.locator(".count")).to_have_text("0 of 4")
            continue
        expect(page.locator(".line:visible .process"), words).to_contain_text([found])
        expect(page.locator(".count")).to_have_text("1 of 4")


def test_what_is_looked_at_is_in_the_address_and_can_be_shared(page: Page, console: Running) -> None:
    some(console)
    opened(page, console)
    page.get_by_role("searchbox").fill("corp")
    page.get_by_role("button", name="Attributed", exact=True).click()
    page.get_by_role("button", name="bytes").click()
    expect(page).to_have_url(re.compile(r"q=corp.*show=attributed.*sort=-bytes"))
    address = page.url
    shared = page.context.new_page()
    shared.goto(address)
    expect(shared.get_by_role("searchbox")).to_have_value("corp")
    expect(shared.locator(".count")).to_have_text("2 of 4")
    assert processes(shared) == ["svchost.exe", "chrome.exe"]
    shared.close()


def test_the_kinds_are_told_apart(page: Page, console: Running) -> None:
    some(console)
    opened(page, console)
    for name, count in (
        ("Unattributed", "1 of 4"),
        ("Detections", "1 of 4"),
        ("Attributed", "3 of 4"),
        ("All", "4 connections"),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(".count")).to_have_text(count)


def test_a_called_process_has_its_caller_as_peer(page: Page, console: Running) -> None:
    some(console)
    opened(page, console, "&q=sshd")
    expect(page.locator(".line:visible .peer")).to_have_text("← 198.51.100.9:50003 ssl")


def test_ten_thousand_rows_are_all_there_and_few_elements_are(page: Page, console: Running) -> None:
    console.write(enriched(flow(number), PROCESS_ID=number) for number in range(MANY))
    opened(page, console)
    expect(page.locator(".count")).to_have_text("10,000 connections")
    grid = page.get_by_role("grid")
    assert grid.get_attribute("aria-rowcount") == str(MANY + 1)
    assert page.locator(".line").count() < 100
    grid.focus()
    page.keyboard.press("End")
    expect(page.locator(".line.at .process small")).to_have_text("0")
    grid.evaluate("element => { element.scrollTop = element.scrollHeight / 2; }")
    expect(page.locator(".line:visible").filter(has_text="explorer.exe5000")).to_be_visible()


def test_rows_that_are_read_stay_where_they_are_while_new_ones_come(page: Page, console: Running) -> None:
    console.write(enriched(flow(number), PROCESS_ID=number) for number in range(500))
    opened(page, console)
    expect(page.locator(".count")).to_have_text("500 connections")
    grid = page.get_by_role("grid")
    grid.evaluate("element => { element.scrollTop = element.clientHeight * 3; }")
    read = page.locator(".line:visible").filter(has_text=re.compile(r"explorer\.exe440"))
    expect(read).to_be_visible()
    before = read.bounding_box()
    console.write(enriched(flow(number), PROCESS_ID=number) for number in range(500, 540))
    expect(page.locator(".newer")).to_have_text("40 newer ↑")
    after = read.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 1
    page.locator(".newer").click()
    expect(page.locator(".line:visible").filter(has_text="explorer.exe539")).to_be_in_viewport()
