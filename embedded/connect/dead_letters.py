"""The dead letter queue: records that cannot be delivered, as they were, with the reason in their headers.

Header names: Kafka Connect's `DeadLetterQueueReporter` (KIP-298).
"""

from typing import Final, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from embedded.connect.errors import TaskError
from embedded.connect.records import headers_of

PREFIX: Final = "__connect.errors."
DELIVERY_SECONDS: Final = 30.0


class Reporter(Protocol):
    """Takes care of a record that cannot be delivered."""

    def __call__(self, message: Message, *, stage: str, reason: str) -> None:
        """Return once the record is safe elsewhere.

        Raises:
            TaskError: it cannot be put anywhere.
        """


class DeadLetterQueue:
    """Writes to one topic, which is made when it is missing.

    Args:
        bootstrap: Kafka.
        topic: where to write.
        copies: replication factor of a topic that is made.
        context: whether reason and origin go into the headers.
        connector: name of the connector, and `task` its number.
    """

    def __init__(
        self, bootstrap: str, topic: str, *, copies: int, context: bool, connector: str, task: int
    ) -> None:
        self._topic = topic
        self._context = context
        self._connector = connector
        self._task = task
        make_topic(bootstrap, NewTopic(topic, num_partitions=1, replication_factor=copies))
        self._producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "enable.idempotence": True})

    def __call__(self, message: Message, *, stage: str, reason: str) -> None:
        """Write the record and wait until Kafka has it.

        Raises:
            TaskError: Kafka did not take it.
        """
        headers: list[tuple[str, str | bytes | None]] = headers_of(message)
        if self._context:
            headers += [(PREFIX + name, text) for name, text in self._origin(message, stage, reason).items()]
        failures: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                failures.append(error)

        self._producer.produce(
            self._topic, value=message.value(), key=message.key(), headers=headers, on_delivery=delivered
        )
        unsent = self._producer.flush(DELIVERY_SECONDS)
        if failures or unsent:
            cause = failures[0].str() if failures else f"no answer within {DELIVERY_SECONDS:.0f} s"
            raise TaskError(f"A record could not be written to the dead letter queue {self._topic}: {cause}.")

    def _origin(self, message: Message, stage: str, reason: str) -> dict[str, str]:
        return {
            "topic": str(message.topic()),
            "partition": str(message.partition()),
            "offset": str(message.offset()),
            "connector.name": self._connector,
            "task.id": str(self._task),
            "stage": stage,
            "exception.message": reason,
        }


def make_topic(bootstrap: str, topic: NewTopic) -> None:
    """Make a topic unless it is there.

    Raises:
        TaskError: Kafka refuses, or does not answer.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap})
    (future,) = admin.create_topics([topic], request_timeout=DELIVERY_SECONDS).values()
    try:
        future.result()
    except KafkaException as error:
        cause = error.args[0]
        if cause.code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise TaskError(f"The topic {topic.topic} could not be made: {cause.str()}.") from error
