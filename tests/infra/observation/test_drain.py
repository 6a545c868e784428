"""The pipeline has drained when its queries have, not before, and not only for a moment."""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from embedded.kafka import broker, class_cache
from embedded.kafka.settings import Settings
from infra.errors import UnreachableError
from infra.observation.drain import GROUP_PREFIX, await_drained


@dataclass(frozen=True)
class Query:
    """A query as Kafka sees it: a group that commits what it has read of a topic."""

    bootstrap: str
    source: str
    group: str

    def commit(self, offset: int) -> None:
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.group})
        consumer.commit(offsets=[TopicPartition(self.source, 0, offset)], asynchronous=False)
        consumer.close()


def test_a_broker_that_stays_away_is_an_error() -> None:
    with pytest.raises(UnreachableError):
        await_drained("127.0.0.1:1", ["zeek-conn"], 1.0)


@pytest.fixture(scope="module")
def process(kafka: Settings) -> Iterator[ExitStack]:
    """The broker's process: closed, it ends, and another may be entered in its place."""
    with ExitStack() as process:
        process.enter_context(broker.running(kafka))
        yield process


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A broker of this module's own: its tests look at every query's group, whoever left it there."""
    class_cache.train()
    return Settings(
        port=broker.free_port(),
        controller_port=broker.free_port(),
        data_dir=tmp_path_factory.mktemp("kafka") / "data",
        cluster_id=broker.new_cluster_id(),
    )


@pytest.fixture
def query(kafka: Settings, process: ExitStack) -> Iterator[Query]:
    del process  # it has to run, no more
    made = new_query(kafka)
    yield made
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.delete_consumer_groups([made.group])[made.group].result(10)


def new_query(kafka: Settings) -> Query:
    name = uuid.uuid4().hex
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(10)
    return Query(kafka.bootstrap, name, f"{GROUP_PREFIX}default_query_{name}")


def produce(query: Query, count: int, **settings: str) -> None:
    producer = Producer({"bootstrap.servers": query.bootstrap, **settings})
    if settings:
        producer.init_transactions()
        producer.begin_transaction()
    for number in range(count):
        producer.produce(query.source, str(number).encode())
    if settings:
        producer.commit_transaction()
    producer.flush()


def test_it_waits_for_the_last_record(query: Query) -> None:
    produce(query, 10)
    query.commit(9)
    last = threading.Timer(2.0, query.commit, [10])
    last.start()
    began = time.monotonic()
    await_drained(query.bootstrap, [query.source], 30.0)
    last.join()
    assert time.monotonic() - began >= 2.0


def test_records_that_come_while_it_waits_count(query: Query) -> None:
    produce(query, 1)
    query.commit(1)
    more = threading.Timer(0.5, produce, [query, 5])
    more.start()
    with pytest.raises(UnreachableError, match="5 records behind"):
        await_drained(query.bootstrap, [query.source], 4.0)
    more.join()
    query.commit(6)
    await_drained(query.bootstrap, [query.source], 30.0)


def test_the_marker_of_a_transaction_is_not_waited_for(query: Query) -> None:
    produce(query, 3, **{"transactional.id": uuid.uuid4().hex})
    query.commit(3)
    await_drained(query.bootstrap, [query.source], 15.0)


def test_a_source_that_no_query_reads_is_an_error_that_names_it(query: Query, kafka: Settings) -> None:
    produce(query, 1)
    query.commit(1)
    orphan = new_query(kafka).source
    with pytest.raises(UnreachableError, match=orphan):
        await_drained(query.bootstrap, [query.source, orphan], 3.0)


def test_groups_that_are_no_queries_do_not_count(query: Query) -> None:
    produce(query, 5)
    query.commit(5)
    Query(query.bootstrap, query.source, f"{GROUP_PREFIX}default__instances").commit(1)
    await_drained(query.bootstrap, [query.source], 15.0)


def test_a_query_that_stays_behind_is_named(query: Query) -> None:
    produce(query, 200)
    query.commit(40)
    with pytest.raises(UnreachableError, match=f"{query.group} is 160 records behind on {query.source}"):
        await_drained(query.bootstrap, [query.source], 3.0)


def test_a_broker_that_dies_and_comes_back_is_waited_for(
    query: Query, kafka: Settings, process: ExitStack
) -> None:
    produce(query, 3)
    query.commit(3)
    process.close()
    waiting = threading.Thread(target=await_drained, args=[query.bootstrap, [query.source], 60.0])
    waiting.start()
    waiting.join(1.0)
    assert waiting.is_alive()
    process.enter_context(broker.running(kafka))
    waiting.join(60.0)
    assert not waiting.is_alive()
    await_drained(query.bootstrap, [query.source], 10.0)
