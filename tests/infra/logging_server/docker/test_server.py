"""The logging server as a whole: what is published, what is secret, what waits for what, what survives."""

import re

import javaproperties
import pytest

from console.settings import Settings
from infra.logging_server.docker import limits
from infra.logging_server.docker.confluent import INTERNAL_PORT
from infra.logging_server.docker.connect import HEC_TOKEN as HEC_REFERENCE
from infra.logging_server.docker.server import DockerServer
from infra.logging_server.docker.versions import SEED
from infra.sizes import LOGGING_SERVER
from tests.infra.logging_server.docker.recorded import (
    ARGS,
    DOOR_PASSWORD,
    HEC_TOKEN,
    SECRETS,
    SPLUNK_PASSWORD,
    Plan,
    record,
    run,
    texts,
)

PEOPLE_AND_BEATS = {80, 443, 8443, 8089, 8083, 9021, 8082, 8088, 5044}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return record()


@pytest.fixture(scope="module")
def seed() -> Plan:
    return record(versions=SEED, limits=limits.limits(SEED))


def test_there_is_a_container_for_every_part(plan: Plan) -> None:
    assert set(plan.containers) == {
        "broker",
        "schema-registry",
        "connect",
        "control-center",
        "ksqldb-server",
        "ksqldb-cli",
        "rest-proxy",
        "logstash",
        "nginx",
        "splunk",
        "console",
    }


def test_only_nginx_and_the_beats_port_are_published(plan: Plan) -> None:
    published = {
        port["external"]: service
        for service, asked in plan.containers.items()
        for port in asked.inputs.get("ports", ())
    }
    assert set(published) == PEOPLE_AND_BEATS
    assert {published[port] for port in PEOPLE_AND_BEATS - {5044}} == {"nginx"}
    assert published[5044] == "logstash"


def test_nothing_listens_on_every_address_unless_it_was_asked_to(plan: Plan) -> None:
    def addresses(of: Plan) -> set[str]:
        return {port["ip"] for asked in of.containers.values() for port in asked.inputs.get("ports", ())}

    assert addresses(plan) == {"127.0.0.1"}
    assert addresses(record(address="192.0.2.10")) == {"192.0.2.10"}


def test_kafka_is_published_only_when_asked_and_then_with_tls_and_a_password(plan: Plan) -> None:
    assert not plan.containers["broker"].inputs.get("ports")
    open_plan = record(kafka_external_port=19092)
    broker = open_plan.containers["broker"]
    assert [(port["external"], port["ip"]) for port in broker.inputs["ports"]] == [(19092, "127.0.0.1")]
    assert "EXTERNAL:SASL_SSL" in broker.environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"]
    assert "EXTERNAL://lab.test:19092" in broker.environment["KAFKA_ADVERTISED_LISTENERS"]
    assert "lab-test-front" in {each["name"] for each in broker.inputs["networksAdvanced"]}


def test_the_networks_of_kafka_and_splunk_are_private(plan: Plan) -> None:
    private = {each.inputs["name"]: each.inputs["internal"] for each in plan.of("Network")}
    assert private == {
        "lab-test-kafka-backend": True,
        "lab-test-splunk-backend": True,
        "lab-test-front": False,
    }
    on_front = {
        service
        for service, asked in plan.containers.items()
        if "lab-test-front" in {each["name"] for each in asked.inputs["networksAdvanced"]}
    }
    assert on_front == {"nginx", "logstash"}


def test_containers_find_each_other_by_the_names_of_the_services(plan: Plan) -> None:
    for service, asked in plan.containers.items():
        for network in asked.inputs["networksAdvanced"]:
            assert network["aliases"] == [service]


@pytest.mark.parametrize(
    ("service", "waits_for"),
    [
        ("schema-registry", {"broker"}),
        ("connect", {"broker", "splunk"}),
        ("ksqldb-server", {"broker", "schema-registry"}),
        ("ksqldb-cli", {"ksqldb-server"}),
        ("rest-proxy", {"broker", "schema-registry"}),
        ("control-center", {"connect", "ksqldb-server", "schema-registry"}),
        ("logstash", {"broker"}),
        ("nginx", {"splunk", "connect", "ksqldb-server", "rest-proxy", "control-center", "console"}),
        ("console", {"broker"}),
    ],
)
def test_a_service_waits_for_those_that_it_needs(plan: Plan, service: str, waits_for: set[str]) -> None:
    needed = plan.containers[service].needs
    assert {f"lab-test-{name}" for name in waits_for} <= needed


def test_no_secret_is_in_what_docker_inspect_shows(plan: Plan) -> None:
    for kafka_port in (None, 9092):
        shown = record(kafka_external_port=kafka_port)
        for service, asked in shown.containers.items():
            visible = {key: value for key, value in asked.inputs.items() if key != "uploads"}
            for text in texts(visible):
                for secret in SECRETS:
                    assert secret not in text, service
    assert DOOR_PASSWORD not in "".join(texts(plan.containers["nginx"].inputs["uploads"]))


def test_every_file_with_a_secret_is_encrypted_in_the_state_and_its_services_alone() -> None:
    plan = record(kafka_external_port=9092)
    for service, asked in plan.containers.items():
        for index, file in enumerate(asked.inputs.get("uploads", ())):
            assert file["permissions"] == "0440"
            content = file.get("content", "")
            if any(secret in content for secret in SECRETS) or "users" in file["file"]:
                assert f"uploads[{index}].content" in asked.secret, (service, file["file"])


def test_splunk_reads_its_password_from_a_file(plan: Plan) -> None:
    splunk = plan.containers["splunk"]
    path = splunk.environment["SPLUNK_PASSWORD"]
    assert splunk.upload[path]["content"] == SPLUNK_PASSWORD


def test_what_must_survive_is_in_volumes_without_labels(plan: Plan) -> None:
    kept = {
        volume["containerPath"]: service
        for service, asked in plan.containers.items()
        for volume in asked.inputs.get("volumes", ())
    }
    assert kept == {
        "/var/lib/kafka/data": "broker",
        "/usr/share/logstash/data": "logstash",
        "/opt/splunk/etc": "splunk",
        "/opt/splunk/var": "splunk",
    }
    assert not any("labels" in each.inputs for each in plan.of("Volume"))


def test_data_goes_with_the_stack_unless_it_is_to_be_kept(plan: Plan) -> None:
    assert not any(volume.retained for volume in plan.of("Volume"))
    assert all(volume.retained for volume in record(keep_data=True).of("Volume"))


def test_a_stack_that_kept_its_data_finds_it_again(plan: Plan) -> None:
    again = record()
    assert (
        again.containers["broker"].environment["CLUSTER_ID"]
        == plan.containers["broker"].environment["CLUSTER_ID"]
    )
    assert re.fullmatch(
        r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", again.containers["broker"].environment["CLUSTER_ID"]
    )
    assert plan.containers["splunk"].environment["SPLUNK_DECLARATIVE_ADMIN_PASSWORD"] == "true"


def test_the_limits_of_all_containers_fit_the_machine(plan: Plan, seed: Plan) -> None:
    for each in (plan, seed):
        total = sum(asked.inputs["memory"] for asked in each.containers.values())
        assert total * 2**20 <= LOGGING_SERVER.memory_gb * 10**9


def test_a_java_heap_leaves_room_within_its_limit(plan: Plan, seed: Plan) -> None:
    for each in (plan, seed):
        for service, asked in each.containers.items():
            options = " ".join(value for key, value in asked.environment.items() if key.endswith(("OPTS",)))
            for heap in re.findall(r"-Xmx(\d+)m", options):
                assert int(heap) <= 0.6 * asked.inputs["memory"], service
    assert "-Xmx" in plan.containers["broker"].environment["KAFKA_HEAP_OPTS"]


def test_the_seed_has_zookeeper_old_names_and_a_warning(seed: Plan) -> None:
    assert seed.containers["zookeeper"].inputs["memory"] == 150
    assert seed.containers["broker"].environment["KAFKA_ZOOKEEPER_CONNECT"] == "zookeeper:2181"
    assert "lab-test-zookeeper" in seed.containers["broker"].needs
    assert "CLUSTER_ID" not in seed.containers["broker"].environment
    mounted = {mount["target"]: mount["source"] for mount in seed.containers["logstash"].inputs["mounts"]}
    assert mounted["/usr/share/logstash/lab/10_beats.conf"].endswith("conf/logstash/seed/10_beats.conf")
    assert any("Log4Shell" in message for message in seed.messages)
    images = {each.inputs["name"] for each in seed.of("RemoteImage")}
    assert {
        "confluentinc/cp-zookeeper:5.5.0",
        "confluentinc/cp-kafka:5.5.0",
        "docker.elastic.co/logstash/logstash:7.7.0",
        "nginx:1.18.0-alpine",
        "splunk/splunk:8.0.3-debian",
    } <= images


def test_maintained_versions_give_no_warning(plan: Plan) -> None:
    assert plan.messages == []


def test_the_endpoints_lead_through_the_door_with_its_password() -> None:
    seen: dict[str, str] = {}
    shown: dict[str, bool] = {}

    async def look(server: DockerServer) -> None:
        for name in (
            "ksqldb_url",
            "connect_url",
            "splunk_management_url",
            "splunk_hec_url",
            "splunk_user",
            "console_url",
        ):
            output = getattr(server.endpoints, name)
            seen[name] = await output.future()
            shown[name] = not await output.is_secret()

    run(lambda: look(DockerServer("test", ARGS)))
    assert seen == {
        "ksqldb_url": f"https://lab:{DOOR_PASSWORD}@lab.test:8088",
        "connect_url": f"https://lab:{DOOR_PASSWORD}@lab.test:8083",
        "splunk_management_url": "https://lab.test:8089",
        "splunk_hec_url": "https://splunk:8088",
        "splunk_user": "admin",
        "console_url": "https://lab.test:8443",
    }
    assert not shown["ksqldb_url"]
    assert not shown["connect_url"]


def test_the_console_is_built_from_this_clone_and_calls_no_network_but_kafkas(plan: Plan) -> None:
    (built,) = plan.of("Image")
    assert built.inputs["skipPush"] is True
    assert built.inputs["build"]["args"] == {"BASE": "python:3.14.7-slim-trixie"}
    asked = plan.containers["console"]
    assert asked.inputs["image"] == "sha256:lab-test-console-image"
    assert [each["name"] for each in asked.inputs["networksAdvanced"]] == ["lab-test-kafka-backend"]
    told = Settings.model_validate_json(asked.upload["/etc/lab/console.json"]["content"])
    assert told.bootstrap == "broker:" + str(INTERNAL_PORT)
    assert "lab.test" in told.hosts


def test_the_sink_has_the_trust_store_without_which_it_takes_no_https(plan: Plan) -> None:
    told: list[str] = []

    async def look(server: DockerServer) -> None:
        assert server.endpoints.connect_trust_store is not None
        told.append(await server.endpoints.connect_trust_store.future() or "")

    run(lambda: look(DockerServer("test", ARGS)))
    assert told[0] in plan.containers["connect"].upload


def test_connect_reads_the_hec_token_from_a_file_that_its_api_does_not_show(plan: Plan) -> None:
    worker = plan.containers["connect"]
    provider, path, key = HEC_REFERENCE.removeprefix("${").removesuffix("}").split(":")
    assert javaproperties.loads(worker.upload[path]["content"]) == {key: HEC_TOKEN}
    assert worker.environment["CONNECT_CONFIG_PROVIDERS"] == provider
    assert worker.environment["CONNECT_CONFIG_PROVIDERS_FILE_CLASS"].endswith(".FileConfigProvider")
    assert worker.environment["CONNECT_CONFIG_PROVIDERS_FILE_PARAM_ALLOWED_PATHS"] == path
