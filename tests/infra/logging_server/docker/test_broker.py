"""The broker's settings run in the real Kafka, as its image would write them from the environment."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from embedded.kafka import broker as kafka
from embedded.kafka import java
from infra.logging_server.docker.broker import CONTROLLER_PORT, cluster_id
from infra.logging_server.docker.confluent import INTERNAL_PORT
from infra.ports import KAFKA
from infra.tls.certificates import make_authority
from tests.infra.logging_server.docker.recorded import AUTHORITY, KAFKA_PASSWORD, Asked, record

NOT_PROPERTIES = {"KAFKA_HEAP_OPTS", "KAFKA_OPTS", "KAFKA_LOG4J_ROOT_LOGLEVEL"}


def properties(environment: dict[str, str]) -> dict[str, str]:
    """What the image writes into server.properties (confluentinc/common-docker, ub.go, envToProps)."""
    return {
        re.sub(
            r"_{1,3}",
            lambda found: {1: ".", 2: "_", 3: "-"}[len(found[0])],
            name.removeprefix("KAFKA_").lower(),
        ): value
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name not in NOT_PROPERTIES
    }


@dataclass(frozen=True)
class Running:
    external: str
    internal: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("broker")
    moved = {str(port): str(kafka.free_port()) for port in (INTERNAL_PORT, CONTROLLER_PORT)}
    external = kafka.free_port()
    asked = record(kafka_external_port=external).containers["broker"]
    for path, placed in asked.upload.items():
        (folder / Path(path).name).write_text(placed["content"], encoding="utf-8")

    def relocated(text: str) -> str:
        text = text.replace("/etc/lab/", f"{folder}/")
        for host in ("broker:", "0.0.0.0:", "lab.test:"):
            text = text.replace(host, "127.0.0.1:")
        text = text.replace(f"EXTERNAL://127.0.0.1:{KAFKA}", f"EXTERNAL://127.0.0.1:{external}")
        for old, new in moved.items():
            text = text.replace(f":{old}", f":{new}")
        return text

    wanted = {key: relocated(value) for key, value in properties(asked.environment).items()}
    wanted["log.dirs"] = str(folder / "data")
    file = folder / "server.properties"
    file.write_text("".join(f"{key}={value}\n" for key, value in wanted.items()), encoding="utf-8")
    _format(asked, file)
    command = java.command(java.BROKER, str(file), jvm=(relocated(asked.environment["KAFKA_OPTS"]),))
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        internal = f"127.0.0.1:{moved[str(INTERNAL_PORT)]}"
        _await(internal, process, log)
        yield Running(external=f"127.0.0.1:{external}", internal=internal)
    finally:
        kafka.stop(process)


def _format(asked: Asked, file: Path) -> None:
    identity = asked.environment["CLUSTER_ID"]
    assert identity == cluster_id("lab-test")
    command = java.command(java.STORAGE_TOOL, "format", "-t", identity, "-c", str(file))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _await(bootstrap: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(60):
        assert process.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        if kafka.answers(bootstrap, timeout=1):
            return
    raise AssertionError(log.read_text(encoding="utf-8")[-3000:])


def client(
    running: Running, hears: Callable[[KafkaError], object] = lambda _: None, **changes: str
) -> AdminClient:
    configuration: dict[str, Any] = {
        "bootstrap.servers": running.external,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "lab",
        "sasl.password": KAFKA_PASSWORD,
        "ssl.ca.pem": AUTHORITY.certificate,
        "ssl.endpoint.identification.algorithm": "https",
        "log_level": 0,
        "error_cb": hears,
        **{name.replace("_", "."): value for name, value in changes.items()},
    }
    return AdminClient(configuration)


def test_other_containers_reach_it_on_the_private_network(running: Running) -> None:
    assert AdminClient({"bootstrap.servers": running.internal}).list_topics(timeout=10).brokers


def test_a_client_with_the_password_and_the_ca_is_let_in(running: Running) -> None:
    assert client(running).list_topics(timeout=10).brokers


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"sasl_password": "wrong"}, KafkaError._AUTHENTICATION),
        ({"sasl_username": "somebody"}, KafkaError._AUTHENTICATION),
        ({"ssl_ca_pem": make_authority("somebody else", 2).certificate}, KafkaError._SSL),
        ({"security_protocol": "PLAINTEXT"}, KafkaError._ALL_BROKERS_DOWN),
        ({"security_protocol": "SASL_PLAINTEXT"}, KafkaError._ALL_BROKERS_DOWN),
    ],
    ids=["a wrong password", "an unknown user", "another CA", "no TLS and no password", "no TLS"],
)
def test_any_other_is_refused(running: Running, changes: dict[str, str], refusal: int) -> None:
    said: list[KafkaError] = []
    refused = client(running, said.append, **changes)
    deadline = time.monotonic() + 10
    while not said and time.monotonic() < deadline:
        refused.poll(1)
    assert said
    assert said[0].code() == refusal, said


def test_one_broker_takes_topics_without_asking_for_three_copies(running: Running) -> None:
    admin = AdminClient({"bootstrap.servers": running.internal})
    made = admin.create_topics([NewTopic("made-by-default", num_partitions=-1, replication_factor=-1)])
    made["made-by-default"].result(timeout=10)
    topic = admin.list_topics("made-by-default", timeout=10).topics["made-by-default"]
    assert len(topic.partitions) == 1
    assert len(topic.partitions[0].replicas) == 1
