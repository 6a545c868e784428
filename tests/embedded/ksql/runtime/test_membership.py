"""An instance's place in its group, on a real Kafka."""

import time
import uuid

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from embedded.kafka.settings import Settings as KafkaSettings
from embedded.ksql.runtime import clients
from embedded.ksql.runtime.membership import Membership

DEADLINE_SECONDS = 60.0


def await_place(member: Membership) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while member.mine is None:
        assert time.monotonic() < deadline
        member.poll(0.1)


def test_who_is_put_out_of_the_group_joins_again(kafka: KafkaSettings) -> None:
    name = uuid.uuid4().hex
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result()
    member = Membership(kafka.bootstrap, f"group-{name}", "the-instance", name)
    await_place(member)

    usurper = clients.member(kafka.bootstrap, f"group-{name}", "the-instance")
    usurper.subscribe([name])
    deadline = time.monotonic() + DEADLINE_SECONDS
    while member.mine is not None:
        assert time.monotonic() < deadline
        usurper.poll(0.1)
        member.poll(0.1)
    usurper.close()

    await_place(member)
    assert member.mine == {0}
    member.leave()
