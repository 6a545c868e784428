"""When a raw record's event happened, as each sensor writes it."""

from typing import Any

import pytest

from infra import topics
from infra.observation.survey.event_time import happened


@pytest.mark.parametrize(
    ("topic", "event", "seconds"),
    [
        (topics.ZEEK_CONN, {"ts": 1_769_860_800.25}, 1_769_860_800.25),
        (
            topics.SYSMON_NETWORK,
            {"winlog": {"event_data": {"UtcTime": "2026-01-31 12:00:00.250"}}},
            1_769_860_800.25,
        ),
        (topics.OSQUERY_SOCKETS, {"columns": {"time": "1769860800"}}, 1_769_860_800.0),
        (topics.ZEEK_CONN, {}, None),
        (topics.ZEEK_CONN, {"ts": "soon"}, None),
        (topics.SYSMON_NETWORK, {"winlog": {"event_data": {"UtcTime": "yesterday"}}}, None),
        (topics.SYSMON_NETWORK, {"winlog": None}, None),
        (topics.OSQUERY_SOCKETS, {"columns": {"time": ""}}, None),
    ],
)
def test_the_time_is_told_in_seconds_where_it_can_be_read(
    topic: str, event: dict[str, Any], seconds: float | None
) -> None:
    assert happened(topic, event) == seconds
