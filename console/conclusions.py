"""What the queries themselves count: coverage of all that was ever concluded, and each host's clock."""

import threading
import time
from typing import Any, Final

import orjson

from infra.observation.survey import conclusions

TABLES: Final = conclusions.TABLES


class Conclusions:
    """The rows of their tables, as they are revised; for any thread to read while one feeds them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[str, dict[bytes, Any]] = {table: {} for table in TABLES}

    def take(self, table: str, key: bytes, value: bytes | None) -> None:
        """Fold one row in; None takes it back.

        Raises:
            ValueError: it is no JSON.
        """
        row = orjson.loads(value) if value is not None else None
        with self._lock:
            if row is None:
                self._rows[table].pop(key, None)
            else:
                self._rows[table][key] = row

    def told(self) -> dict[str, Any]:
        """Coverage, and the clocks of the last day; offsets are in seconds, ahead of the sensor's."""
        with self._lock:
            rows = {table: dict(held) for table, held in self._rows.items()}
        covered = conclusions.counted(rows[conclusions.ATTRIBUTED], rows[conclusions.UNATTRIBUTED])
        clocks = conclusions.measured(
            rows[conclusions.CLOCK], rows[conclusions.NEAR_MISS], conclusions.lately(time.time())
        )
        return {
            "share": covered.share,
            "attributed": dict(covered.attributed),
            "reasons": dict(covered.reasons),
            "clocks": [vars(clock) for clock in clocks],
        }
