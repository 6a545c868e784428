"""One real broker: what it answers, where it listens, what survives it."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, Producer

from embedded.kafka import broker
from embedded.kafka.settings import Settings
from infra.errors import UnreachableError


def _settings(folder: Path) -> Settings:
    return Settings(
        port=broker.free_port(),
        controller_port=broker.free_port(),
        data_dir=folder / "data",
        cluster_id=broker.new_cluster_id(),
    )


def _produce(settings: Settings, values: list[bytes]) -> None:
    producer = Producer({"bootstrap.servers": settings.bootstrap, "acks": "all"})
    for value in values:
        producer.produce("events", value)
    assert producer.flush(30) == 0


def _consume(settings: Settings, count: int) -> list[bytes]:
    consumer = Consumer(
        {"bootstrap.servers": settings.bootstrap, "group.id": "reader", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["events"])
    messages: list[bytes | None] = []
    while len(messages) < count:
        found = consumer.consume(count, timeout=20)
        assert found, f"only {len(messages)} of {count} records came"
        messages += [message.value() for message in found if not message.error()]
    consumer.close()
    return [message for message in messages if message is not None]


def test_a_broker_listens_on_loopback_only(kafka: Settings) -> None:
    endpoints = [
        tuple(connection.laddr)
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    listening = {str(address) for address, port in endpoints if port in (kafka.port, kafka.controller_port)}
    assert listening
    assert all(address.removeprefix("::ffff:") == "127.0.0.1" for address in listening)


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    values = [str(number).encode() for number in range(5000)]
    with broker.running(settings) as process:
        _produce(settings, values)
        process.kill()
        process.wait()
    with broker.running(settings):
        assert _consume(settings, len(values)) == values


def test_the_foreground_command_is_the_broker_and_stops_on_sigterm(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    config = tmp_path / "kafka.json"
    config.write_text(settings.model_dump_json())
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded.kafka", "--config", str(config)], stderr=subprocess.DEVNULL
    )
    broker.await_ready(settings, process)
    _produce(settings, [b"one"])
    broker.stop(process)
    assert process.returncode == 143
    assert not broker.answers(settings.bootstrap, timeout=1)


def test_a_taken_port_is_said_and_nothing_is_left_running(kafka: Settings, tmp_path: Path) -> None:
    settings = _settings(tmp_path).model_copy(update={"port": kafka.port})
    with pytest.raises(UnreachableError, match=r"Kafka.*\n.*port"), broker.running(settings):
        pass
    assert not [child for child in psutil.Process().children() if str(tmp_path) in " ".join(child.cmdline())]


def test_a_cluster_id_never_begins_with_a_dash() -> None:
    ids = {broker.new_cluster_id() for _ in range(200)}
    assert len(ids) == 200
    for cluster_id in ids:
        Settings(port=1, controller_port=2, data_dir=Path(), cluster_id=cluster_id)
