"""Time modifiers, relative to one Wednesday noon."""

from datetime import UTC, datetime

import pytest

from embedded.splunk.search.times import epoch

NOW = datetime(2026, 11, 25, 12, 30, 45, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1700000000.5", datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC)),
        ("-15m", datetime(2026, 11, 25, 12, 15, 45, 500_000, tzinfo=UTC)),
        ("-h", datetime(2026, 11, 25, 11, 30, 45, 500_000, tzinfo=UTC)),
        ("+1d", datetime(2026, 11, 26, 12, 30, 45, 500_000, tzinfo=UTC)),
        ("-1d@d", datetime(2026, 11, 24, tzinfo=UTC)),
        ("@h", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("@w", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-25T10:00:00Z", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("2026-11-25T10:00:00.000-02:00", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("11/25/2026:10:00:00", datetime(2026, 11, 25, 10, tzinfo=UTC)),
    ],
)
def test_a_time_modifier_means(text: str, expected: datetime) -> None:
    assert epoch(text, NOW.timestamp()) == pytest.approx(expected.timestamp(), abs=1e-3)
