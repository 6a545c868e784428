"""A topic is read to its end, whatever is written to it meanwhile."""

import threading
import uuid
from contextlib import closing

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from embedded.kafka.settings import Settings
from infra.observation.topic import Reader

MANY = 150_000


def test_all_of_each_partition_is_read_while_one_of_them_goes_on_growing(kafka: Settings) -> None:
    topic = f"growing-{uuid.uuid4().hex}"
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(10)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "linger.ms": 5})
    for number in range(MANY):
        producer.produce(topic, b"%d" % number, partition=0)
        if number % 10_000 == 0:
            producer.flush()
    producer.flush()
    enough = threading.Event()

    def grow() -> None:
        while not enough.wait(0.002):
            producer.produce(topic, b"one more", partition=1)
            producer.flush()

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        with closing(Reader(kafka.bootstrap)) as reader:
            read = [entry.value for entry in reader.since([topic]) if entry.partition == 0]
    finally:
        enough.set()
        growing.join()
    assert read == [b"%d" % number for number in range(MANY)]
