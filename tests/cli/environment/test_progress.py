"""Long steps are told, short ones are not."""

import io
import re
import time

import pytest

from cli.environment import progress


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (3.21, "3.2 s"),
        (59.9, "59 s"),
        (60, "1 m 00 s"),
        (125, "2 m 05 s"),
        (3600, "60 m 00 s"),
    ],
)
def test_times_are_said_as_people_do(seconds: float, said: str) -> None:
    assert progress.elapsed(seconds) == said


def test_a_short_step_is_silent() -> None:
    out = io.StringIO()
    with progress.step("blinking", out):
        pass
    assert out.getvalue() == ""


def test_a_long_step_says_what_how_long_and_how_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    out = io.StringIO()
    with progress.step("building", out) as building:
        building.detail = "7 of 9 parts"
        while not out.getvalue():
            time.sleep(0.01)
    first, last = out.getvalue().splitlines()
    assert re.fullmatch(r"lab: building … 0\.\d s, 7 of 9 parts", first)
    assert last.startswith("lab: building: done in 0.")


def test_a_step_that_fails_is_not_called_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    out = io.StringIO()

    def fail() -> None:
        with progress.step("building", out):
            while not out.getvalue():
                time.sleep(0.01)
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the test's own
        fail()
    assert "done" not in out.getvalue()
    assert "lab: building: stopped after 0." in out.getvalue()
