"""A sink task's configuration, with its references resolved, its defaults filled in and its types right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from embedded.connect.options import OPTIONS
from embedded.connect.settings import JSON_CONVERTER


def is_true(text: str) -> bool:
    """Whether a boolean option is on."""
    return text.strip().lower() == "true"


def listed(text: str) -> tuple[str, ...]:
    """The members of a list separated by commas."""
    return tuple(member.strip() for member in text.split(",") if member.strip())


@dataclass(frozen=True, kw_only=True)
class SinkSettings:
    """What a task does with records. Times are seconds; `token` and `trust_store_password` are secrets."""

    topics: tuple[str, ...]
    topics_regex: str
    offset_reset: str
    isolation_level: str
    uri: str
    token: str
    trust_store: str
    trust_store_password: str
    acknowledged: bool
    ack_interval: int
    event_timeout: int
    socket_timeout: int
    longest_backoff: int
    keep_alive: bool
    compressed: bool
    batch_size: int
    max_outstanding: int
    use_record_time: bool
    track_data: bool
    enrichment: dict[str, str]
    metadata: dict[str, dict[str, str]]
    """By topic, what its events say of themselves: index, source, sourcetype."""
    headers: dict[str, str]
    """By what they set (index, source, sourcetype, host), the headers looked at; empty without support."""
    custom_headers: tuple[str, ...]
    json_values: bool
    json_schemas: bool
    tolerant: bool
    dead_letter_topic: str
    dead_letter_copies: int
    dead_letter_context: bool

    @classmethod
    def of(cls, configuration: Mapping[str, str], *, default_converter: str) -> Self:
        """The settings of a configuration that has been validated."""
        option = {name: known.default or "" for name, known in OPTIONS.items()} | dict(configuration)
        topics = listed(option["topics"])
        support = is_true(option["splunk.header.support"])
        looked_at = {key: option[f"splunk.header.{key}"] for key in ("index", "source", "sourcetype", "host")}
        return cls(
            topics=topics,
            topics_regex=option["topics.regex"],
            offset_reset=option.get("consumer.override.auto.offset.reset", "earliest"),
            isolation_level=option.get("consumer.override.isolation.level", "read_uncommitted"),
            uri=option["splunk.hec.uri"].rstrip("/"),
            token=option["splunk.hec.token"],
            trust_store=option["splunk.hec.ssl.trust.store.path"],
            trust_store_password=option["splunk.hec.ssl.trust.store.password"],
            acknowledged=is_true(option["splunk.hec.ack.enabled"]),
            ack_interval=int(option["splunk.hec.ack.poll.interval"]),
            event_timeout=int(option["splunk.hec.event.timeout"]),
            socket_timeout=int(option["splunk.hec.socket.timeout"]),
            longest_backoff=int(option["splunk.hec.backoff.threshhold.seconds"]),
            keep_alive=is_true(option["splunk.hec.http.keepalive"]),
            compressed=is_true(option["splunk.hec.enable.compression"]),
            batch_size=int(option["splunk.hec.max.batch.size"]),
            max_outstanding=int(option["splunk.hec.max.outstanding.events"]),
            use_record_time=is_true(option["splunk.hec.use.record.timestamp"]),
            track_data=is_true(option["splunk.hec.track.data"]),
            enrichment=enrichment(option["splunk.hec.json.event.enrichment"]),
            metadata=_metadata(topics, option),
            headers=looked_at if support else {},
            custom_headers=listed(option["splunk.header.custom"]) if support else (),
            json_values=(option["value.converter"] or default_converter) == JSON_CONVERTER,
            json_schemas=is_true(option.get("value.converter.schemas.enable", "true")),
            tolerant=option["errors.tolerance"] == "all",
            dead_letter_topic=option["errors.deadletterqueue.topic.name"],
            dead_letter_copies=int(option["errors.deadletterqueue.topic.replication.factor"]),
            dead_letter_context=is_true(option["errors.deadletterqueue.context.headers.enable"]),
        )


def enrichment(text: str) -> dict[str, str]:
    """The fields of `splunk.hec.json.event.enrichment`: `key=value` pairs separated by commas.

    Raises:
        ValueError: a member is no pair.
    """
    pairs: dict[str, str] = {}
    for member in listed(text):
        key, equals, value = member.partition("=")
        if not equals or not key:
            raise ValueError(f"'{member}' is not of the form key=value")
        pairs[key] = value
    return pairs


def _metadata(topics: tuple[str, ...], option: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """One value for all topics, or one for each in their order."""
    metadata: dict[str, dict[str, str]] = {topic: {} for topic in topics}
    for key, name in (
        ("index", "splunk.indexes"),
        ("source", "splunk.sources"),
        ("sourcetype", "splunk.sourcetypes"),
    ):
        values = listed(option[name])
        if len(values) == 1:
            values *= len(topics)
        for topic, value in zip(topics, values, strict=False):
            metadata[topic][key] = value
    return metadata
