"""The same connection twice: what the lab added is lit."""

from playwright.sync_api import Page, expect

from tests.console.records import detection, enriched, flow, unattributed, zeek
from tests.console.running import Running


def test_the_detected_connection_is_shown_first_with_all_that_was_added(page: Page, console: Running) -> None:
    attack = flow(1, **{"id.resp_h": "139.59.80.1"})
    console.write([zeek(attack), enriched(attack), enriched(flow(2), PROCESS_NAME="C:\\chrome.exe")])
    console.write([detection(attack, "explorer.exe has no business there")])
    page.goto(console.url)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "explorer.exe on CLIENT01 talked to 139.59.80.1:443"
    )
    expect(page.locator(".found")).to_have_text("explorer.exe has no business there")
    lit = page.locator("tr.added")
    for label, told in (
        ("process", "C:\\Windows\\explorer.exe"),
        ("process id", "4912"),
        ("user", "CORP\\asha"),
        ("parent", "C:\\Windows\\System32\\userinit.exe"),
        ("command line", "C:\\Windows\\explorer.exe /factory"),
        ("seen by", "osquery, sysmon"),
    ):
        row = lit.filter(has=page.get_by_role("rowheader", name=label, exact=True))
        expect(row.get_by_role("cell")).to_have_text(["not known", told])
    same = page.locator("tr.same").filter(has=page.get_by_role("rowheader", name="community_id", exact=True))
    expect(same.get_by_role("cell")).to_have_text([attack["community_id"]] * 2)


def test_what_zeek_told_later_is_marked_as_revised(page: Page, console: Running) -> None:
    console.write([zeek(flow(orig_bytes=10)), enriched(flow(orig_bytes=70))])
    revised = page.locator("tr.revised")
    expect(revised.get_by_role("cell")).to_have_text(["10", "70"])


def test_a_connection_of_nobodys_is_shown_with_the_reason(page: Page, console: Running) -> None:
    console.write([unattributed(flow(), "no endpoint event in the window")])
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Nobody is known to have talked from 10.20.0.42 to 203.0.113.80:443"
    )
    expect(page.locator("tr.added").get_by_role("cell").last).to_have_text("no endpoint event in the window")


def test_an_ambiguous_one_names_every_process(page: Page, console: Running) -> None:
    names = ["C:\\a\\one.exe", "C:\\a\\two.exe"]
    console.write(
        [enriched(flow(), PROCESS_COUNT=2, PROCESS_NAMES=names, PROCESS_NAME=None, PROCESS_ID=None)]
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("one.exe or two.exe on CLIENT01")


def test_one_that_is_gone_is_said_to_be(page: Page, console: Running) -> None:
    console.write([enriched(flow(1))])
    page.goto(f"{console.url}/?view=process&process=gone")
    expect(page.get_by_role("heading", name="This process is not here")).to_be_visible()
    page.goto(f"{console.url}/?view=connections&q=gone")
    expect(page.get_by_role("heading", name="No connection is like that")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".line:visible")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("")
