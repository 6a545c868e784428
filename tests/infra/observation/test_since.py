"""A point in time is an age or an ISO 8601 time."""

import pytest

from infra.observation.since import EVER, Span, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 999_910.0),
        ("15m", 999_100.0),
        ("1.5 h", 994_600.0),
        ("1d", 913_600.0),
        ("1970-01-02", 86_400.0),
        ("1970-01-01T01:00+01:00", 0.0),
        ("1970-01-01T00:00:05Z", 5.0),
    ],
)
def test_what_people_write(text: str, expected: float) -> None:
    assert parse(text, 1_000_000.0) == expected


@pytest.mark.parametrize("text", ["yesterday", "15", "m", "2026-13-01"])
def test_what_is_neither_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="15m"):
        parse(text, 0.0)


def test_a_span_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    span = Span(since=1.0, until=2.0)
    assert [span.holds(at) for at in (0.9, 1.0, 1.9, 2.0)] == [False, True, True, False]
    assert EVER.holds(0.0)
