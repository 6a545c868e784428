"""The console finds what is there, and what comes later, and says when Kafka is gone."""

from pathlib import Path

from embedded.kafka import broker
from tests.console.records import enriched, flow
from tests.console.running import (
    Running,
    Trust,
    eventually,
    make_topics,
    remove_topics,
    running_console,
)


def test_what_was_written_before_it_started_is_there(own_kafka: str, trust: Trust, tmp_path: Path) -> None:
    remove_topics(own_kafka)
    make_topics(own_kafka)
    Running("", own_kafka, trust, None).write(enriched(flow(number)) for number in range(50))  # type: ignore[arg-type]
    with running_console(own_kafka, trust, tmp_path) as console, console.client() as client:
        eventually(
            lambda: client.get("/api/event?key=C00000049:originator").is_success, "the last of them is there"
        )
        assert client.get("/api/event?key=C00000000:originator").is_success


def test_topics_that_come_after_it_are_found(own_kafka: str, trust: Trust, tmp_path: Path) -> None:
    remove_topics(own_kafka)
    with running_console(own_kafka, trust, tmp_path) as console, console.client() as client:
        assert client.get("/health").json()["live"] is False
        make_topics(own_kafka)
        console.write([enriched(flow())])
        eventually(lambda: client.get("/api/event?key=C00000001:originator").is_success, "it is there")
        eventually(lambda: client.get("/health").json()["live"], "it is live")


def test_without_kafka_the_pages_are_served_and_say_so(trust: Trust, tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{broker.free_port()}"
    with running_console(nowhere, trust, tmp_path) as console, console.client() as client:
        assert client.get("/").is_success
        assert "Kafka" in client.get("/health").json()["trouble"]
        assert "Kafka" in client.get("/api/pipeline").json()["trouble"]


def test_with_little_room_it_says_what_it_dropped(own_kafka: str, trust: Trust, tmp_path: Path) -> None:
    remove_topics(own_kafka)
    make_topics(own_kafka)
    with running_console(own_kafka, trust, tmp_path, keep=10) as console, console.client() as client:
        console.write(enriched(flow(number)) for number in range(25))
        eventually(lambda: client.get("/health").json()["dropped"] == 15, "fifteen are dropped")
