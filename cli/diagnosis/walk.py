"""The probe's way through a stack: sent where sensors and agents send, and looked for at each hop."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from confluent_kafka import TopicPartition

from cli.replaying.run import beats_of
from embedded.shipper.beats import sending
from embedded.shipper.errors import DeliveryError
from embedded.shipper.producer import writing
from infra import topics
from infra.errors import LabError
from infra.observation import splunk_search
from infra.observation.probe import Probe
from infra.observation.survey import hop
from infra.observation.topic import Reader
from infra.outputs import StackOutputs

_LOOK_EVERY: Final = 0.2
CONN: Final = "CONN"
ENDPOINT_SOCKET: Final = "ENDPOINT_SOCKET"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A place that the probe has to be seen at: a topic, or where that is empty, the index.

    `hops` are those whose faults explain that it is not; one that ends in a blank stands for all that begin
    so.
    """

    name: str
    topic: str
    program: str
    hops: tuple[str, ...]


_SOURCE: Final = ("Kafka",)
_QUERIES: Final = ("ksqlDB", "query ", "topic ", "Kafka")
STAGES: Final = (
    Stage(
        name="the connection in zeek-conn",
        topic=topics.ZEEK_CONN,
        program="kafka",
        hops=(*_SOURCE, hop.topic(topics.ZEEK_CONN)),
    ),
    Stage(
        name="the socket event in sysmon-NetworkConnectInitiated",
        topic=topics.SYSMON_NETWORK,
        program="kafka",
        hops=(*_SOURCE, hop.topic(topics.SYSMON_NETWORK)),
    ),
    Stage(name="the connection, normalised", topic=CONN, program="ksql", hops=_QUERIES),
    Stage(name="the socket event, normalised", topic=ENDPOINT_SOCKET, program="ksql", hops=_QUERIES),
    Stage(name="the match of the two", topic=topics.MATCHES, program="ksql", hops=_QUERIES),
    Stage(name="the enriched event", topic=topics.ENRICHED, program="ksql", hops=_QUERIES),
    Stage(
        name="the enriched event in Splunk's index",
        topic="",
        program="connect",
        hops=(hop.HEC, hop.CONNECT, hop.INDEX, "Splunk", "Kafka"),
    ),
)
"""In the order in which the probe takes them; the first two are where it is sent."""
_SENT: Final = 2


@dataclass(frozen=True, kw_only=True)
class Walk:
    """How far a probe got: seconds by the stages that it passed, and the first that it did not.

    `trouble` says why it could not even be sent or looked for; empty when it could.
    """

    passed: Mapping[str, float] = field(default_factory=dict)
    stopped: Stage | None = None
    trouble: str = ""


def walk(
    told: StackOutputs, probe: Probe, patience: Mapping[str, float], missing: Sequence[str] = ()
) -> Walk:
    """Send a probe and follow it.

    Args:
        told: the stack's outputs.
        probe: what is sent.
        patience: how many seconds without progress each program's stage is waited for, by program.
        missing: topics that are not there, to which nothing is sent: a broker might make them.
    """
    for place in STAGES[:_SENT]:
        if place.topic in missing:
            return Walk(stopped=place, trouble=f"there is no topic {place.topic} to send to")
    following = _Following(told, probe)
    try:
        with closing(Reader(told.kafka_bootstrap, told.security)) as reader:
            places = reader.ends([stage.topic for stage in STAGES if stage.topic])
            send(told, probe)
            following.begin()
            while (stage := following.next_stage) is not None:
                if following.quiet > patience[stage.program]:
                    return Walk(passed=following.passed, stopped=stage)
                if following.look(reader, places) is None:
                    time.sleep(_LOOK_EVERY)
    except (LabError, DeliveryError) as error:
        return Walk(passed=following.passed, stopped=following.next_stage, trouble=str(error))
    return Walk(passed=following.passed)


class _Following:
    """Where the probe has been seen, and how many seconds after it was sent."""

    def __init__(self, told: StackOutputs, probe: Probe) -> None:
        self._told = told
        self._probe = probe
        self._seen: dict[str, float] = {}
        self._began = self._progress = time.monotonic()

    def begin(self) -> None:
        """The probe was sent now."""
        self._began = self._progress = time.monotonic()

    @property
    def passed(self) -> dict[str, float]:
        """Seconds by the stages up to the first that it was not seen at."""
        before = takewhile(lambda stage: stage.name in self._seen, STAGES)
        return {stage.name: self._seen[stage.name] for stage in before}

    @property
    def next_stage(self) -> Stage | None:
        """The first stage that it was not seen at."""
        return next((stage for stage in STAGES if stage.name not in self._seen), None)

    @property
    def quiet(self) -> float:
        """Seconds since it was seen anywhere for the first time."""
        return time.monotonic() - self._progress

    def look(self, reader: Reader, places: Sequence[TopicPartition]) -> Stage | None:
        """Look everywhere where it was not seen yet; returns a stage that it has now been seen at."""
        waiting = {stage.topic: stage for stage in STAGES if stage.name not in self._seen}
        by_topic = [topic for topic in waiting if topic]
        found = [waiting[topic] for topic in self._in_topics(reader, by_topic, places)]
        if not by_topic and self._in_index():
            found = [waiting[""]]
        for stage in found:
            self._progress = time.monotonic()
            self._seen[stage.name] = self._progress - self._began
        return found[0] if found else None

    def _in_topics(self, reader: Reader, names: Sequence[str], places: Sequence[TopicPartition]) -> set[str]:
        sought = self._probe.community_id.encode()
        return {
            entry.topic
            for entry in reader.since(names, places)
            if sought in (entry.key or b"") + (entry.value or b"")
        }

    def _in_index(self) -> bool:
        search = f'index={self._told.splunk_index} community_id="{self._probe.community_id}"'
        return bool(splunk_search.rows(self._told, search))


def send(told: StackOutputs, probe: Probe) -> None:
    """Send a probe as Beats would where the stack takes them, so that Logstash is on the way; else to Kafka.

    Raises:
        DeliveryError: it was not taken.
    """
    beats = beats_of(told)
    with writing(told.kafka_bootstrap, told.security) if beats is None else sending(beats) as writer:
        for record in probe.records:
            writer.send(*record)
