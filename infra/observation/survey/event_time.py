"""When what a raw record tells of happened, as its sensor writes it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from infra import topics


def happened(topic: str, event: Mapping[str, Any]) -> float | None:
    """Seconds since 1970; None where it is not told, or not as it should be.

    A connection's is when it began. Sysmon writes `2026-01-31 12:00:00.000`, Osquery its seconds as text.

    Args:
        topic: one of those that the attribution reads.
        event: the record's value.
    """
    try:
        if topic == topics.SYSMON_NETWORK:
            told = event["winlog"]["event_data"]["UtcTime"]
            return datetime.fromisoformat(told).replace(tzinfo=UTC).timestamp()
        return float(event["columns"]["time"] if topic == topics.OSQUERY_SOCKETS else event["ts"])
    except (KeyError, TypeError, ValueError):
        return None
