"""Patterns of dates and times, as Java reads and writes them."""

import pytest

from embedded.ksql.errors import UnsupportedError
from embedded.ksql.functions.patterns import pattern

MOMENT = 1_692_161_622_036


@pytest.mark.parametrize(
    ("text", "zone", "shown"),
    [
        ("yyyy-MM-dd HH:mm:ss.SSS", "UTC", "2023-08-16 04:53:42.036"),
        ("yyyy-MM-dd HH:mm:ss.SSS", "Europe/Berlin", "2023-08-16 06:53:42.036"),
        ("yyyy-MM-dd'T'HH:mm:ssXXX", "America/New_York", "2023-08-16T00:53:42-04:00"),
        ("EEE, d MMM yyyy h:mm a", "UTC", "Wed, 16 Aug 2023 4:53 AM"),
        ("yyyyMMddHHmmssSSS", "UTC", "20230816045342036"),
    ],
)
def test_what_is_written_is_read_back(text: str, zone: str, shown: str) -> None:
    assert pattern(text).format_timestamp(MOMENT, zone) == shown
    read = pattern(text).parse_timestamp(shown, zone)
    assert abs(read - MOMENT) < 60_000
    if "S" in text:
        assert read == MOMENT


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yyyy-MM-dd", "2023-02-32"),
        ("yyyy-MM-dd", "2023-2-3"),
        ("HH:mm", "24:01"),
        ("yyyy-MM-dd HH:mm:ss", "2023-08-16 04:53:60"),
        ("yyyy-MM-dd HH:mm:ss", "2023-08-16 04:53:42 "),
    ],
)
def test_what_does_not_fit_is_refused(text: str, value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - messages are Java's and Python's
        pattern(text).parse_timestamp(value, "UTC")


def test_a_letter_that_is_not_supported_is_named() -> None:
    with pytest.raises(UnsupportedError, match="'YYYY'"):
        pattern("YYYY-'W'w")


@pytest.mark.parametrize("text", ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSS"])
@pytest.mark.parametrize("ms", [0, -1, 999, 1_760_155_200_123, -62_135_596_800_000, 253_402_300_799_999])
def test_utc_is_written_as_every_other_zone_is(text: str, ms: int) -> None:
    assert pattern(text).format_timestamp(ms, "UTC") == pattern(text).format_timestamp(ms, "Etc/UTC")
