"""The condition of a stack fits 80 columns and 200, and says the same with and without colour."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from cli.condition.rows import rows
from cli.view.condition import age, condition
from infra.observation.faults.known import findings
from infra.observation.survey.seen import Clock, Coverage, Query, Survey, Topic

NOW = 1_800_000_000.0
LONG = "a-host-with-a-very-long-name.in-some-department.corp.example"
HOSTILE = "[red]not[/red] markup \x1b[2Jpc"
SEEN = Survey(
    at=NOW,
    logging_server="embedded",
    topics={
        "sysmon-NetworkConnectInitiated": Topic(
            name="sysmon-NetworkConnectInitiated", written=123_456_789, latest=NOW - 7000
        )
    },
    queries=[
        Query(
            id="CSAS_X_1", sink="CONN_MATCH_IN_CONTEXT", place="30_attribute.ksql, line 26", state="PAUSED"
        ),
        Query(id="INSERTQUERY_12", sink="CONN_WITHOUT_AGENT", place="40_unattributed.ksql, line 72", lag=0),
    ],
    coverage=Coverage(attributed={LONG: 75, HOSTILE: 5}, reasons={"no endpoint event in the window": 20}),
    clocks=[Clock(host=LONG, matches=80, near_misses=3, offset_seconds=-0.25, smallest=-1.0, largest=0.5)],
)


def printed(survey: Survey, width: int, *, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="standard" if colour else None
    )
    found = findings(survey)
    console.print(condition(survey, rows(survey, found, {}), found, width))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 200])
def test_it_fits_and_nothing_of_the_table_is_cut(width: int) -> None:
    text = printed(SEEN, width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    for expected in (
        "sysmon-NetworkConnectInitiated",
        "123,456,789",
        "117 min",
        "→ CONN_WITHOUT_AGENT (insert)",
    ):
        assert expected in text
    assert "paused query" in text
    assert ("30_attribute.ksql, line 26" in text) == (width == 200)


def test_coverage_and_clocks_are_told() -> None:
    text = printed(SEEN, 200)
    assert "Attributed: 80.0% (80 events; 20 flows are not)" in text
    assert f"{LONG} -0.250 s (-1.000 to +0.500), 80 matches, 3 near misses" in text


def test_colour_adds_nothing_but_colour() -> None:
    assert "\x1b[" in printed(SEEN, 200, colour=True)
    assert "broken" in printed(SEEN, 80)


def test_what_a_host_calls_itself_is_text_and_no_markup() -> None:
    text = printed(SEEN, 200)
    assert "[red]not[/red] markup" in text
    assert "\x1b" not in text


def test_a_sound_stack_is_said_to_be() -> None:
    assert "Nothing is broken." in printed(replace(SEEN, queries=SEEN.queries[1:]), 80)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "now"), (0.2, "now"), (59, "59 s"), (125, "2 min"), (7300, "2 h"), (200_000, "2 d")],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(seconds: float, said: str) -> None:
    assert age(seconds) == said
