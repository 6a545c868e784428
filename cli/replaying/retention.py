"""Keeps what a recording at its own times becomes: Kafka deletes by the times of records, within minutes."""

from collections.abc import Collection, Mapping
from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # not in its __all__
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from infra.errors import UnreachableError
from infra.observation.survey import broker

_ANSWER: Final = 10.0


def by_size_alone(bootstrap: str, security: Mapping[str, str], names: Collection[str]) -> None:
    """Have Kafka delete nothing of these topics for its age; how large they may become stays as it is.

    Raises:
        UnreachableError: Kafka does not answer, or does not allow it.
    """
    admin = broker.client(bootstrap, security)
    there = [topic.name for topic in broker.topics(admin, names).values() if topic.exists]
    forever = ConfigEntry("retention.ms", "-1", incremental_operation=AlterConfigOpType.SET)
    wanted = [ConfigResource(ResourceType.TOPIC, name, incremental_configs=[forever]) for name in there]
    try:
        for done in (
            admin.incremental_alter_configs(wanted, request_timeout=_ANSWER).values() if wanted else ()
        ):
            done.result()
    except KafkaException as error:
        raise UnreachableError(
            f"Kafka does not let the results' retention be changed: {error}. It would delete them within "
            "minutes, for the age of their records",
            "Allow it (AlterConfigs on the topics), or replay without --keep-time.",
        ) from error
