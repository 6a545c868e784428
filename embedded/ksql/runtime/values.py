"""Records that a statement brings with it: INSERT … VALUES."""

from collections.abc import Iterable

from confluent_kafka import Producer

from embedded.ksql.partition import partition_of
from embedded.ksql.record import ANY_PARTITION, Record
from embedded.ksql.runtime import clients
from embedded.ksql.runtime.cluster import Cluster
from embedded.ksql.runtime.errors import RuntimeFailureError


class Values:
    """Sends single records, each acknowledged before it counts as sent."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: Producer | None = None

    def send(self, records: Iterable[Record], cluster: Cluster) -> None:
        """Send the records and wait until Kafka has them.

        Raises:
            RuntimeFailureError: it does not take one.
        """
        producer = self._producer = self._producer or clients.plain(self._bootstrap)
        refused: list[str] = []
        for record in records:
            partitions = cluster.partitions(record.topic) or 1
            producer.produce(
                record.topic,
                record.value,
                record.key,
                ANY_PARTITION if record.key is None else partition_of(record.key, partitions),
                timestamp=record.timestamp,
                headers=list(record.headers) or None,
                on_delivery=lambda error, _: refused.append(str(error)) if error else None,
            )
        left = producer.flush(clients.TIMEOUT)
        if refused or left:
            raise RuntimeFailureError(
                f"Kafka did not take the values: {refused[0] if refused else 'no answer'}"
            )
