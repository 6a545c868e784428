"""A report's page: it runs nothing that the network named, loads nothing, and can be read on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, sync_playwright

from cli.reporting.page import page
from cli.reporting.report import report
from cli.reporting.writing import write
from infra.errors import LabError
from infra.observation.outcome import Outcome
from infra.observation.survey.seen import Clock
from tests.cli.reporting.test_report import BEGAN, event, made
from tests.console.browser.chromium import chromium

HOSTILE = "C:\\<img src=x onerror=alert(1)>\"'{{7*7}}</style><script>alert(2)</script>\u202egpj.exe"
CLOCK = Clock(host="<b>pc", matches=3, near_misses=1, offset_seconds=1.289, smallest=-0.5, largest=1.5)


def hostile() -> str:
    told = event("C1", PROCESS_NAME=HOSTILE, USERNAME=HOSTILE, HOSTNAME=HOSTILE, community_id=HOSTILE)
    return page(
        report(
            Outcome(
                enriched={"C1:originator": told},
                unattributed={"C2": event("C2", REASON=HOSTILE)},
                sightings=(),
                detections=[told | {"DETECTION": HOSTILE}],
            ),
            title=HOSTILE,
            made_at=BEGAN,
            clocks=[CLOCK],
        )
    )


@pytest.fixture(scope="module")
def shown() -> Iterator[Page]:
    """A phone's page that lets nothing hostile pass unnoticed: no dialogue, no request but the file's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 390, "height": 844})
        yield opened
        browser.close()


def test_what_the_network_named_stays_text(shown: Page, tmp_path: Path) -> None:
    said: list[str] = []
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    shown.on("dialog", refuse)
    shown.on("console", lambda message: said.append(message.text))
    shown.on("request", lambda request: asked.append(request.url))
    file = tmp_path / "report.html"
    file.write_text(hostile(), encoding="utf-8")
    shown.goto(file.as_uri())
    assert shown.locator("main .mono.lit").inner_text() == HOSTILE.replace("\u202e", "\\u202e")
    assert shown.locator("script, img, link, iframe").count() == 0
    assert said == []
    assert asked == [file.as_uri()]


def test_its_own_style_is_the_only_one_that_its_policy_allows(shown: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(hostile(), encoding="utf-8")
    shown.goto(file.as_uri())
    assert shown.evaluate("getComputedStyle(document.querySelector('.block')).borderRadius") == "10px"


def test_a_phone_does_not_scroll_it_sideways(shown: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(hostile(), encoding="utf-8")
    shown.goto(file.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390


def test_it_names_no_other_place() -> None:
    assert not re.search(r"(?:https?:)?//[a-z]", hostile())


def test_a_report_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="nothing was written"):
        write(made([]), tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_a_report_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write(made([event("C1")]), file)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(LabError, match="cannot be written"):
        write(made([event("C1")]), tmp_path / "none" / "report.html")
