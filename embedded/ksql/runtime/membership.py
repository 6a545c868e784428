"""Which workers are this instance's: shared out by Kafka's group protocol over the journal's partitions."""

import logging

from confluent_kafka import Consumer, KafkaError, TopicPartition

from embedded.ksql.runtime import clients

log = logging.getLogger(__name__)


class Membership:
    """This instance's place in the group of instances.

    `mine` is None until the group has decided for the first time, and changes while `poll` runs.
    """

    def __init__(self, bootstrap: str, group: str, instance: str, journal: str) -> None:
        self.mine: frozenset[int] | None = None
        self._place = (bootstrap, group, instance)
        self._journal = journal
        self._consumer = self._join()

    def _join(self) -> Consumer:
        consumer: Consumer = clients.member(*self._place)
        consumer.subscribe(
            [self._journal], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked
        )
        return consumer

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self.mine = frozenset(p.partition for p in partitions)
        consumer.assign(partitions)
        if partitions:
            consumer.pause(partitions)  # the group shares them out; reading them is the recovery's work

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:  # noqa: ARG002
        self.mine = None
        consumer.unassign()

    def poll(self, timeout: float = 0.0) -> None:
        """Take part in the group's protocol; who is put out of the group joins again.

        A broker that was killed may have let this instance in and not told it: the second attempt then puts
        the first one out, for good as far as librdkafka is concerned.
        """
        message = self._consumer.poll(timeout)
        error = message.error() if message is not None else None
        if error is not None and (error.fatal() or error.code() == KafkaError._FATAL):  # noqa: SLF001  # its public name
            log.warning("put out of the group of instances (%s); joining again", error.str())
            self.mine = None
            self._consumer.close()
            self._consumer = self._join()

    def leave(self) -> None:
        """Give up the place."""
        self._consumer.close()
