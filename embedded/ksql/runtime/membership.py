"""Which workers are this instance's: shared out by Kafka's group protocol over the journal's partitions."""

from confluent_kafka import Consumer, TopicPartition

from embedded.ksql.runtime import clients


class Membership:
    """This instance's place in the group of instances.

    `mine` is None until the group has decided for the first time, and changes while `poll` runs.
    """

    def __init__(self, bootstrap: str, group: str, instance: str, journal: str) -> None:
        self.mine: frozenset[int] | None = None
        self._consumer: Consumer = clients.member(bootstrap, group, instance)
        self._consumer.subscribe(
            [journal], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked
        )

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self.mine = frozenset(p.partition for p in partitions)
        consumer.assign(partitions)
        if partitions:
            consumer.pause(partitions)  # the group shares them out; reading them is the recovery's work

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:  # noqa: ARG002
        self.mine = None
        consumer.unassign()

    def poll(self, timeout: float = 0.0) -> None:
        """Take part in the group's protocol."""
        self._consumer.poll(timeout)

    def leave(self) -> None:
        """Give up the place."""
        self._consumer.close()
