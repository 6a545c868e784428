"""Writes records to Kafka as fast as it takes them, and knows whether it took every one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Producer

from embedded.shipper.errors import DeliveryError

_FLUSH_SECONDS: Final = 60.0
_TIMEOUT_MS: Final = 45_000


class Writer:
    """Sends records; `failures` counts those that Kafka did not take."""

    def __init__(self, bootstrap: str, security: Mapping[str, str] | None = None) -> None:
        self.failures = 0
        self.reason = ""
        self._producer = Producer(
            {
                **(security or {}),
                "bootstrap.servers": bootstrap,
                "client.id": "lab-shipper",
                "enable.idempotence": True,
                "compression.type": "lz4",
                "linger.ms": 5,
                "batch.size": 262_144,
                "queue.buffering.max.messages": 500_000,
                "queue.buffering.max.kbytes": 262_144,
                "message.timeout.ms": _TIMEOUT_MS,
                # The partition that Kafka's own clients, and so Logstash, choose for a key.
                "partitioner": "murmur2_random",
                "delivery.report.only.error": True,
                "on_delivery": self._report,
            }
        )

    def _report(self, error: KafkaError | None, _message: object) -> None:
        if error is not None:
            self.failures += 1
            self.reason = error.str()

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        """Queue one record; its timestamp is now, the time of arrival. Waits while the queue is full."""
        while True:
            try:
                self._producer.produce(topic, value=value, key=key)
            except BufferError:
                self._producer.poll(0.1)
            except KafkaException as error:
                raise DeliveryError(
                    f"Kafka refused a record for {topic}: {error}", "See the broker's log."
                ) from error
            else:
                return

    def poll(self) -> None:
        """Let reports of failures in."""
        self._producer.poll(0)

    def flush(self) -> None:
        """Wait until Kafka has taken everything.

        Raises:
            DeliveryError: it has not.
        """
        left = self._producer.flush(_FLUSH_SECONDS)
        if left or self.failures:
            raise DeliveryError(
                f"Kafka did not take {left + self.failures} records: {self.reason or 'no answer in time'}",
                "See that the broker runs (./lab status), then replay again.",
            )


@contextmanager
def writing(bootstrap: str, security: Mapping[str, str] | None = None) -> Iterator[Writer]:
    """A writer, flushed at the end."""
    writer = Writer(bootstrap, security)
    yield writer
    writer.flush()
