"""A connector's consumer group, as Kafka knows it."""

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from embedded.connect.errors import TaskError

SECONDS = 20.0


class Group:
    """The consumer group of one connector."""

    def __init__(self, bootstrap: str, name: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap})
        self._name = name

    def offsets(self) -> list[tuple[str, int, int]]:
        """Topic, partition and committed offset, sorted.

        Raises:
            TaskError: Kafka does not answer.
        """
        asked = self._admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(self._name)], request_timeout=SECONDS
        )
        try:
            found = asked[self._name].result()
        except KafkaException as error:
            raise TaskError(
                f"The offsets of {self._name} could not be read: {error.args[0].str()}."
            ) from error
        return sorted(
            (part.topic, part.partition, part.offset) for part in found.topic_partitions if part.offset >= 0
        )

    def reset(self) -> None:
        """Remove the group, and with it its offsets.

        Raises:
            TaskError: it still has members, or Kafka does not answer.
        """
        asked = self._admin.delete_consumer_groups([self._name], request_timeout=SECONDS)
        try:
            asked[self._name].result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
                raise TaskError(
                    f"The group {self._name} could not be removed: {error.args[0].str()}."
                ) from error
