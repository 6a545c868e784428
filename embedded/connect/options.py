"""The options of the Splunk sink connector 2.2.1 and of any sink connector: names, types, defaults.

Sources: the connector's SplunkSinkConnectorConfig; Kafka's documentation, "Sink Connector Configs".
"""

from dataclasses import dataclass
from typing import Final

CONNECTOR_CLASS: Final = "com.splunk.kafka.connect.SplunkSinkConnector"
CONNECTOR_VERSION: Final = "v2.2.1"
CONSUMER_OVERRIDES: Final = frozenset(
    {"consumer.override.auto.offset.reset", "consumer.override.isolation.level"}
)  # fmt: skip
CONVERTER_OPTIONS: Final = frozenset(
    f"{side}.converter.{option}"
    for side in ("key", "value")
    for option in ("schemas.enable", "converter.encoding")
)
"""Options of the two converters that a connector may name."""


@dataclass(frozen=True)
class Option:
    """One option. A default of None makes it required, unless it is `optional`."""

    name: str
    type: str
    default: str | None = None
    optional: bool = False
    """Whether it may be left out although it has no default."""
    fixed: bool = False
    """Whether this stand-in knows only its default."""
    why_fixed: str = "this stand-in does not have that feature"

    @property
    def required(self) -> bool:
        """Whether a configuration without it is refused."""
        return self.default is None and not self.optional


_SPLUNK: Final = (
    Option("splunk.hec.token", "PASSWORD"),
    Option("splunk.hec.uri", "STRING"),
    Option("splunk.hec.raw", "BOOLEAN", "false", fixed=True),
    Option("splunk.hec.raw.line.breaker", "STRING", "", fixed=True),
    Option("splunk.hec.ack.enabled", "BOOLEAN", "false"),
    Option("splunk.indexes", "STRING", ""),
    Option("splunk.sourcetypes", "STRING", ""),
    Option("splunk.sources", "STRING", ""),
    Option("splunk.hec.http.keepalive", "BOOLEAN", "true"),
    Option(
        "splunk.hec.ssl.validate.certs",
        "BOOLEAN",
        "true",
        fixed=True,
        why_fixed="certificates are always verified",
    ),
    Option("splunk.hec.ssl.trust.store.path", "STRING", ""),
    Option("splunk.hec.ssl.trust.store.type", "STRING", "JKS"),
    Option("splunk.hec.ssl.trust.store.password", "PASSWORD", ""),
    Option("splunk.hec.auto.extract.timestamp", "BOOLEAN", optional=True, fixed=True),
    Option("splunk.hec.event.timeout", "INT", "300"),
    Option("splunk.hec.ack.poll.interval", "INT", "10"),
    Option("splunk.hec.ack.poll.threads", "INT", "2"),
    Option("splunk.hec.max.http.connection.per.channel", "INT", "2"),
    Option("splunk.flush.window", "INT", "30"),
    Option("splunk.hec.total.channels", "INT", "2"),
    Option("splunk.hec.socket.timeout", "INT", "60"),
    Option("splunk.hec.json.event.enrichment", "STRING", ""),
    Option("splunk.hec.track.data", "BOOLEAN", "false"),
    Option("splunk.hec.use.record.timestamp", "BOOLEAN", "true"),
    Option("splunk.hec.threads", "INT", "1"),
    Option("splunk.hec.max.outstanding.events", "INT", "1000000"),
    Option(
        "splunk.hec.max.retries", "INT", "-1", fixed=True, why_fixed="events would be dropped after so many"
    ),
    Option("splunk.hec.backoff.threshhold.seconds", "INT", "60"),
    Option("splunk.hec.json.event.formatted", "BOOLEAN", "false", fixed=True),
    Option("splunk.hec.max.batch.size", "INT", "500"),
    Option("splunk.header.support", "BOOLEAN", "false"),
    Option("splunk.header.custom", "STRING", ""),
    Option("splunk.header.index", "STRING", "splunk.header.index"),
    Option("splunk.header.source", "STRING", "splunk.header.source"),
    Option("splunk.header.sourcetype", "STRING", "splunk.header.sourcetype"),
    Option("splunk.header.host", "STRING", "splunk.header.host"),
    Option("splunk.hec.lb.poll.interval", "INT", "120"),
    Option("splunk.hec.enable.compression", "BOOLEAN", "false"),
    Option("splunk.validation.disable", "BOOLEAN", "false"),
    Option("splunk.hec.concurrent.queue.capacity", "INT", "100"),
    Option("kerberos.user.principal", "STRING", "", fixed=True),
    Option("kerberos.keytab.path", "STRING", "", fixed=True),
    Option("enable.timestamp.extraction", "BOOLEAN", "false", fixed=True),
    Option("timestamp.regex", "STRING", "", fixed=True),
    Option("timestamp.format", "STRING", "", fixed=True),
    Option("timestamp.timezone", "STRING", "", fixed=True),
)
_SINK: Final = (
    Option("name", "STRING"),
    Option("connector.class", "STRING"),
    Option("tasks.max", "INT", "1"),
    Option("tasks.max.enforce", "BOOLEAN", "true"),
    Option("key.converter", "CLASS", optional=True),
    Option("value.converter", "CLASS", optional=True),
    Option("header.converter", "CLASS", optional=True),
    Option("transforms", "LIST", "", fixed=True),
    Option("predicates", "LIST", "", fixed=True),
    Option("config.action.reload", "STRING", "restart"),
    Option("errors.retry.timeout", "LONG", "0"),
    Option("errors.retry.delay.max.ms", "LONG", "60000"),
    Option("errors.tolerance", "STRING", "none"),
    Option("errors.log.enable", "BOOLEAN", "false"),
    Option("errors.log.include.messages", "BOOLEAN", "false"),
    Option("topics", "LIST", ""),
    Option("topics.regex", "STRING", ""),
    Option("errors.deadletterqueue.topic.name", "STRING", ""),
    Option("errors.deadletterqueue.topic.replication.factor", "SHORT", "3"),
    Option("errors.deadletterqueue.context.headers.enable", "BOOLEAN", "false"),
)
OPTIONS: Final = {option.name: option for option in (*_SINK, *_SPLUNK)}
