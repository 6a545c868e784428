"""The way of one connection through the lab, hop by hop: for saying where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from infra import topics
from infra.observation import splunk_search
from infra.observation.topic import Reader
from infra.outputs import StackOutputs


@dataclass(frozen=True, kw_only=True)
class Hop:
    """A place that the connection has to be seen at, and where to look when it is not."""

    name: str
    look: str
    has_seen: Callable[[StackOutputs, str], bool]


def _in_topics(*names: str) -> Callable[[StackOutputs, str], bool]:
    def has_seen(outputs: StackOutputs, community_id: str) -> bool:
        sought = community_id.encode()
        reader = Reader(outputs.kafka_bootstrap, outputs.security)
        try:
            return any(sought in (entry.value or b"") for entry in reader.since(names))
        finally:
            reader.close()

    return has_seen


def _in_splunk(outputs: StackOutputs, community_id: str) -> bool:
    return bool(splunk_search.rows(outputs, f'index={outputs.splunk_index} community_id="{community_id}"'))


WAY: Final = (
    Hop(
        name=f"Zeek's record in the topic {topics.ZEEK_CONN}",
        look="Zeek, Filebeat and Logstash, or the replay",
        has_seen=_in_topics(topics.ZEEK_CONN),
    ),
    Hop(
        name=f"the endpoint's event in {topics.SYSMON_NETWORK} or {topics.OSQUERY_SOCKETS}",
        look="Sysmon, Osquery, Winlogbeat and Logstash on the way from the endpoint, or the replay",
        has_seen=_in_topics(topics.SYSMON_NETWORK, topics.OSQUERY_SOCKETS),
    ),
    Hop(
        name=f"the enriched event in {topics.ENRICHED}",
        look="the KSQL queries and their log; the clocks of sensor and endpoint",
        has_seen=_in_topics(topics.ENRICHED),
    ),
    Hop(
        name="the enriched event in Splunk",
        look="the Splunk sink connector and its log, the HEC token, the index",
        has_seen=_in_splunk,
    ),
)
"""In the order in which a connection takes them."""


def first_missing(outputs: StackOutputs, community_id: str) -> Hop | None:
    """The first hop that has not seen `community_id`; None when all have.

    Raises:
        UnreachableError: Kafka or Splunk does not answer.
        RefusedError: Splunk does not carry the search out.
    """
    return next((hop for hop in WAY if not hop.has_seen(outputs, community_id)), None)
