"""What old times are replayed into is kept: Kafka would delete it for the age of its records."""

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # not in its __all__
    AdminClient,
    ConfigResource,
    ResourceType,
)
from confluent_kafka.cimpl import NewTopic

from cli.replaying.retention import by_size_alone
from embedded.kafka.settings import Settings


def test_topics_that_exist_are_kept_by_size_alone(kafka: Settings) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.create_topics([NewTopic("kept", 1, 1), NewTopic("other", 1, 1)])["other"].result(10)
    by_size_alone(kafka.bootstrap, {}, ["kept", "not-there"])

    def told(topic: str, name: str) -> str:
        place = ConfigResource(ResourceType.TOPIC, topic)
        return str(admin.describe_configs([place])[place].result(10)[name].value)

    assert told("kept", "retention.ms") == "-1"
    assert told("kept", "retention.bytes") == told("other", "retention.bytes") != "-1"
    assert told("other", "retention.ms") != "-1"
    assert "not-there" not in admin.list_topics(timeout=10).topics
