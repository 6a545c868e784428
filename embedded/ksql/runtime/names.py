"""What the topics and consumer groups of an application are called."""

from dataclasses import dataclass
from typing import Final

from embedded.ksql.catalog import TopicSpec

PREFIX: Final = "_confluent-ksql-"
"""The prefix of ksqlDB's internal topics and groups (ksqlDB documentation, `ksql.service.id`)."""

HANDED_ON: Final = "ksql.handed.on"
"""Header of a record that its writer has given to the readers of the same instance already."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that follow from an application's service id, `default_` unless configured."""

    service_id: str

    @property
    def commands(self) -> str:
        """The topic of the statements, as ksqlDB calls it."""
        return f"{PREFIX}{self.service_id}_command_topic"

    @property
    def journal(self) -> str:
        """The topic that tells what was read and in which order, one partition for each worker."""
        return f"{PREFIX}{self.service_id}_journal"

    @property
    def snapshots(self) -> str:
        """The topic of the workers' snapshots, with the journal's partitions."""
        return f"{PREFIX}{self.service_id}_snapshots"

    @property
    def instances(self) -> str:
        """The consumer group that shares the workers out among the instances."""
        return f"{PREFIX}{self.service_id}_instances"

    def topics(self, workers: int) -> list[TopicSpec]:
        """The topics without which no instance can work."""
        return [
            TopicSpec(self.commands, retention_ms=-1),
            TopicSpec(self.journal, workers, retention_ms=-1),
            TopicSpec(self.snapshots, workers, retention_ms=-1),
        ]

    def group(self, query_id: str) -> str:
        """The consumer group whose committed offsets say how far a query is, as ksqlDB calls it."""
        return f"{PREFIX}{self.service_id}query_{query_id}"
