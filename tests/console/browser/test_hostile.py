"""Whoever names a process, a user or a host writes on this page: it has to stay text, and readable as what it is."""

from playwright.sync_api import Page, expect

from tests.console.records import Made, dead_letter, detection, enriched, flow, unattributed
from tests.console.running import Running

HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "\"><svg onload=document.title='owned'>",
    "javascript:document.title='owned'",
    "{{constructor.constructor('document.title=`owned`')()}}",
    "evil\u202egpj.exe",
    "a\nid: 99\nevent: status\ndata: {}\n\nb",
    "\u0000\u001b[31mred",
    "x" * 20_000,
    "__proto__",
]
MARKUP = "main img, main script, main iframe, main object, main [onload], main [onerror]"
FITS = "view => view.scrollWidth <= view.clientWidth"
VIEWS = ["compare", "connections", "coverage", "pipeline", "process"]


def hostile(number: int, text: str) -> list[Made]:
    """Records in which everything that can be named is named `text`."""
    event = flow(number, service=text, conn_state=text)
    named = dict.fromkeys(
        ("PROCESS_NAME", "HOSTNAME", "USERNAME", "PARENT_NAME", "COMMAND_LINE", "HASHES", "PROCESS_GUID"),
        text,
    )
    return [
        enriched(event, PROCESS_NAMES=[text], SOURCES=[text], **named),
        detection(event, text),
        unattributed(flow(100 + number), text),
        dead_letter(text, text),
    ]


def test_hostile_names_are_text_in_every_view(page: Page, console: Running) -> None:
    console.write(record for number, text in enumerate(HOSTILE) for record in hostile(number, text))
    keys = [f"/?view=compare&key={flow(number)['uid']}:originator" for number in range(len(HOSTILE))]
    for address in (*(f"/?view={view}" for view in VIEWS), *keys):
        page.goto(console.url + address)
        expect(page.locator("#foot-text")).to_have_text(f"{2 * len(HOSTILE)} connections")
        expect(page.locator("#view > *").first).to_be_attached()
        expect(page.locator(MARKUP)).to_have_count(0)
        assert "owned" not in page.title()
        assert page.locator("main").evaluate(FITS), address
    page.goto(f"{console.url}/?view=process")
    for number in range(len(HOSTILE)):
        page.locator(".choose a").nth(number).click()
        expect(page.locator(".lanes rect")).to_have_count(1)
        assert page.locator("main").evaluate(FITS), f"the process {number} of HOSTILE"
        expect(page.locator(MARKUP)).to_have_count(0)
        page.go_back()


def test_what_turns_the_direction_of_writing_is_made_visible(page: Page, console: Running) -> None:
    console.write([enriched(flow(), PROCESS_NAME="C:\\invoice\u202efdp.exe")])
    expect(page.get_by_role("heading", level=1)).to_contain_text("invoice\\u202efdp.exe on CLIENT01")


def test_an_address_that_was_made_up_shows_nothing_foreign(page: Page, console: Running) -> None:
    console.write([enriched(flow())])
    expect(page.locator("#foot-text")).to_have_text("1 connection")
    page.goto(f"{console.url}/?view=<script>&q=<img src=x onerror=alert(1)>&sort=constructor&show=__proto__")
    expect(page.locator("main img")).to_have_count(0)
    page.goto(f"{console.url}/?view=connections&q=<img src=x>&sort=constructor&show=__proto__")
    expect(page.get_by_role("searchbox")).to_have_value("<img src=x>")
    expect(page.locator(".count")).to_have_text("0 of 1")
