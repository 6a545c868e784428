"""The hops of the data's way: how much each has had, how fast, how long ago, and how far it is behind."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin import OffsetSpec as _OffsetSpec  # type: ignore[attr-defined]  # not in its __all__

from console.settings import Settings
from infra import topics
from infra.errors import UnreachableError
from infra.observation import drain

FRESH_SECONDS: Final = 1.0
"""What was measured less than this ago is not measured again, however many pages look."""
RATE_SECONDS: Final = 10.0
_ANSWER: Final = 3.0
_MARKERS: Final = 3
"""So few offsets behind may be transactions' markers alone, which no group ever consumes."""

STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "sensor": (topics.ZEEK_CONN, topics.ZEEK_CONN_OPEN),
    "endpoint": (
        topics.SYSMON_NETWORK,
        topics.SYSMON_PROCESS,
        topics.OSQUERY_SOCKETS,
        topics.OSQUERY_PROCESSES,
    ),
    "join": (topics.MATCHES,),
    "conclusion": (topics.ENRICHED, topics.UNATTRIBUTED, topics.DETECTIONS),
    "dead letters": (topics.DEAD_LETTERS,),
}
"""In the order in which the data goes through them."""


class Pipeline:
    """Looks at Kafka when it is asked to; any thread may ask."""

    def __init__(self, settings: Settings) -> None:
        client: dict[str, str | int | float | bool] = {
            **settings.security,
            "bootstrap.servers": settings.bootstrap,
            "log_level": 0,
        }
        self._admin = AdminClient(client)
        self._sink = settings.sink_group
        self._lock = threading.Lock()
        self._before: deque[tuple[float, dict[str, int]]] = deque()
        self._at = float("-inf")
        self._told: dict[str, Any] = {"hops": [], "queries": [], "sink": None, "trouble": ""}

    def look(self) -> dict[str, Any]:
        """The hops as they are now; where `trouble` says why they are not known, as they were before.

        Of a topic: records written (offsets, to which each transaction adds one), records a second, the time
        of the newest record in ms, and the records that the slowest of its readers is behind.
        """
        with self._lock:
            if time.monotonic() - self._at > FRESH_SECONDS:
                try:
                    self._told = self._look()
                except KafkaException as error:
                    self._told = {**self._told, "trouble": f"Kafka: {error.args[0].str()}"}
                except UnreachableError as error:
                    self._told = {**self._told, "trouble": error.what}
                self._at = time.monotonic()
            return self._told

    def _look(self) -> dict[str, Any]:
        there = self._admin.list_topics(timeout=_ANSWER).topics
        wanted = [name for names in STAGES.values() for name in names if name in there]
        places = [TopicPartition(name, part) for name in wanted for part in there[name].partitions]
        ends = self._offsets(places, _OffsetSpec.latest())  # type: ignore[no-untyped-call]
        newest = self._offsets(places, _OffsetSpec.max_timestamp())  # type: ignore[no-untyped-call]
        written = _sums(ends)
        rates = self._rates(written)
        lag = drain.measure(self._admin)
        behind: dict[str, int] = {}
        queries = dict.fromkeys(lag.names, 0)
        for gap in lag.gaps:
            if gap.width > _MARKERS:
                behind[gap.topic] = max(behind.get(gap.topic, 0), gap.width)
                queries[gap.group] += gap.width
        hops = [
            {
                "stage": stage,
                "name": name,
                "exists": name in there,
                "written": written.get(name, 0),
                "rate": rates.get(name, 0.0),
                "newest_ms": max(
                    (time for (topic, _), (_, time) in newest.items() if topic == name), default=-1
                ),
                "lag": behind.get(name, 0) if name in lag.consumed else None,
            }
            for stage, names in STAGES.items()
            for name in names
        ]
        return {
            "hops": hops,
            "queries": [
                {"name": name.rpartition("query_")[2], "lag": count} for name, count in queries.items()
            ],
            "sink": self._sink_lag(),
            "trouble": "",
        }

    def _sink_lag(self) -> int | None:
        """How many records the connector has not seen acknowledged; None before it has committed."""
        if not self._sink:
            return None
        asked = self._admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(self._sink)], request_timeout=_ANSWER
        )
        told = asked[self._sink].result().topic_partitions
        committed = {(place.topic, place.partition): max(place.offset, 0) for place in told}
        if not committed:
            return None
        ends = self._offsets(
            [TopicPartition(*place) for place in committed],
            _OffsetSpec.latest(),  # type: ignore[no-untyped-call]
        )
        gaps = [end - committed[place] for place, (end, _) in ends.items()]
        return int(sum(gap for gap in gaps if gap > _MARKERS))

    def _offsets(self, places: list[TopicPartition], which: object) -> dict[tuple[str, int], tuple[int, int]]:
        if not places:
            return {}
        answers = self._admin.list_offsets(
            dict.fromkeys(places, which),  # type: ignore[arg-type]  # the value's class is not in its __all__
            isolation_level=IsolationLevel.READ_COMMITTED,
            request_timeout=_ANSWER,
        )
        told = {(place.topic, place.partition): future.result() for place, future in answers.items()}
        return {place: (info.offset, info.timestamp) for place, info in told.items()}

    def _rates(self, written: dict[str, int]) -> dict[str, float]:
        now = time.monotonic()
        self._before.append((now, written))
        while now - self._before[0][0] > RATE_SECONDS:
            self._before.popleft()
        began, first = self._before[0]
        passed = now - began
        if not passed:
            return {}
        return {name: max(0.0, (count - first.get(name, count)) / passed) for name, count in written.items()}


def _sums(ends: Mapping[tuple[str, int], tuple[int, int]]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for (topic, _), (offset, _time) in ends.items():
        summed[topic] = summed.get(topic, 0) + max(offset, 0)
    return summed
