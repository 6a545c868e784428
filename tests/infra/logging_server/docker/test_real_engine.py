"""A real Docker engine accepts the containers' settings, and they are what was meant."""

import base64
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import APIError
from docker.models.containers import Container

from infra.logging_server.docker import engine as infra_engine
from infra.logging_server.docker import limits
from infra.logging_server.docker.configuration import ENGINE_POOLS
from infra.logging_server.docker.versions import CURRENT
from tests.conf.nginx.door import Door, free_port
from tests.infra.logging_server.docker import adapter, standin
from tests.infra.logging_server.docker.recorded import AUTHORITY, DOOR_PASSWORD, SECRETS, Plan, record

PREFIX = "lab-test"
HEALTHY_SECONDS = 60
PORTS = "29092 8081 8083 9021 8088 8082 9600"
"""Every service's, in every stand-in: each has its own network address."""


@pytest.fixture(scope="module")
def plan(engine: docker.DockerClient) -> Plan:
    here = infra_engine.cpus(engine)
    fitting = {
        name: replace(each, cpus=min(each.cpus, here)) for name, each in limits.limits(CURRENT).items()
    }
    made = record(limits=fitting, allowed=ENGINE_POOLS.split(","))
    for port in (port for asked in made.containers.values() for port in asked.inputs.get("ports", [])):
        port["external"] = free_port()
    return made


@pytest.fixture(scope="module")
def running(engine: docker.DockerClient, plan: Plan) -> Iterator[dict[str, dict[str, Any]]]:
    """What the engine says of each container, once all of them are healthy."""
    standin.tag(engine, {CURRENT.image(name) for name in limits.limits(CURRENT)})
    standin.tag(engine, {f"{PREFIX}-console-image:latest"}, standin.BUILT)
    adapter.remove(engine, PREFIX)
    try:
        data = {path for asked in plan.containers.values() for path in _data(asked.inputs)}
        adapter.make(engine, plan, {"STAND_IN_PORTS": PORTS, "STAND_IN_DATA": " ".join(sorted(data))})
        yield {service: _healthy(engine, f"{PREFIX}-{service}") for service in plan.containers}
    finally:
        adapter.remove(engine, PREFIX)


def _data(inputs: Any) -> list[str]:
    return [each["containerPath"] for each in inputs.get("volumes", [])]


def _healthy(engine: docker.DockerClient, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + HEALTHY_SECONDS
    while True:
        state: dict[str, Any] = engine.api.inspect_container(name)
        if state["State"].get("Health", {}).get("Status") == "healthy":
            return state
        if time.monotonic() > deadline or state["State"]["Status"] == "exited":
            logs = engine.containers.get(name).logs().decode(errors="replace")
            raise AssertionError((name, state["State"], logs))
        time.sleep(0.2)


@pytest.fixture(scope="module")
def said(engine: docker.DockerClient, running: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """What each stand-in found when it looked at what it was given."""
    return {
        service: engine.containers.get(f"{PREFIX}-{service}").logs().decode().splitlines()
        for service in running
    }


def test_every_container_becomes_healthy_by_its_own_check(running: dict[str, dict[str, Any]]) -> None:
    assert len(running) == 11


def test_limits_are_the_engine_s(running: dict[str, dict[str, Any]], plan: Plan) -> None:
    for service, state in running.items():
        asked = plan.containers[service].inputs
        host = state["HostConfig"]
        assert host["Memory"] == host["MemorySwap"] == asked["memory"] * 2**20
        assert host["NanoCpus"] == float(asked["cpus"]) * 10**9


def test_more_cpus_than_the_machine_has_are_refused_by_the_engine(engine: docker.DockerClient) -> None:
    more = (infra_engine.cpus(engine) + 1) * 10**9
    with pytest.raises(APIError, match="Range of CPUs"):
        engine.api.create_container(
            standin.TAG, host_config=engine.api.create_host_config(nano_cpus=more, network_mode="none")
        )


def test_capabilities_read_back_as_they_were_written(running: dict[str, dict[str, Any]], plan: Plan) -> None:
    for service, state in running.items():
        dropped = plan.containers[service].inputs["capabilities"]["drops"]
        assert sorted(state["HostConfig"]["CapDrop"]) == sorted(dropped)


def test_a_shorter_spelling_of_all_capabilities_is_refused(engine: docker.DockerClient) -> None:
    host = engine.api.create_host_config(cap_drop=["CAP_ALL"], network_mode="none")
    with pytest.raises(APIError, match="CAP_ALL"):
        engine.api.create_container(standin.TAG, host_config=host)


def test_processes_have_no_capability_and_gain_none(
    engine: docker.DockerClient, running: dict[str, dict[str, Any]]
) -> None:
    for service in set(running) - {"ksqldb-cli"}:
        container = engine.containers.get(f"{PREFIX}-{service}")
        lines = _output(container, ["/bin/cat", "/proc/1/status"]).splitlines()
        status = {name: value for name, _, value in (line.partition(":\t") for line in lines)}
        assert int(status["CapEff"], 16) == 0, service
        assert int(status["CapBnd"], 16) == 0, service
        assert status["NoNewPrivs"].strip() == "1"


def test_services_run_as_their_own_user_and_read_what_they_were_given(
    said: dict[str, list[str]], plan: Plan
) -> None:
    for service, lines in said.items():
        asked = plan.containers[service]
        if service in {"ksqldb-cli", "nginx"}:  # they are themselves, and say nothing of this
            continue
        assert f"user {asked.inputs['user']}" in lines
        for path in asked.upload:
            if path.startswith("/etc/lab/"):
                assert f"reads {path}" in lines, (service, lines)
        assert not [line for line in lines if line.startswith(("cannot read", "may write"))], service


def test_files_of_conf_are_there_and_read_only(said: dict[str, list[str]], plan: Plan) -> None:
    for service in ("logstash", "splunk"):
        for mount in plan.containers[service].inputs["mounts"]:
            assert f"mounted {mount['target']} ro" in said[service], service
            assert f"reads {mount['target']}" in said[service]


def test_services_write_to_their_volumes(said: dict[str, list[str]], plan: Plan) -> None:
    for service, asked in plan.containers.items():
        for path in _data(asked.inputs):
            assert f"writes {path}" in said[service], (service, said[service])


def test_only_what_is_to_be_published_is(running: dict[str, dict[str, Any]], plan: Plan) -> None:
    for service, state in running.items():
        bound = {
            (binding["HostIp"], int(binding["HostPort"]))
            for bindings in state["NetworkSettings"]["Ports"].values()
            for binding in bindings or []
        }
        asked = plan.containers[service].inputs.get("ports", [])
        assert bound == {(port["ip"], port["external"]) for port in asked}, service


def test_secrets_are_not_in_what_inspect_shows(running: dict[str, dict[str, Any]]) -> None:
    for service, state in running.items():
        for secret in SECRETS:
            assert secret not in str(state), service


def test_a_service_finds_the_others_of_its_networks(
    engine: docker.DockerClient, running: dict[str, dict[str, Any]]
) -> None:
    assert running
    assert _reaches(engine, "connect", "broker", 29092)
    assert _reaches(engine, "connect", "ksqldb-server", 8088)
    assert not _reaches(engine, "splunk", "broker", 29092, seconds=1)  # they share no network


def test_the_engine_keeps_the_backends_to_themselves(
    engine: docker.DockerClient, running: dict[str, dict[str, Any]]
) -> None:
    assert running
    internal = {
        name: engine.api.inspect_network(f"{PREFIX}-{name}")["Internal"]
        for name in ("kafka-backend", "splunk-backend", "front")
    }
    assert internal == {"kafka-backend": True, "splunk-backend": True, "front": False}
    nginx = running["nginx"]["NetworkSettings"]["Networks"][f"{PREFIX}-front"]["IPAddress"]
    assert not _reaches(engine, "connect", nginx, 8081)  # from a private network there is no way to the front


def _reaches(engine: docker.DockerClient, service: str, host: str, port: int, seconds: int = 3) -> bool:
    script = f"exec 3<>/dev/tcp/{host}/{port}"
    container = engine.containers.get(f"{PREFIX}-{service}")
    return bool(
        container.exec_run(["/bin/busybox", "timeout", str(seconds), "/bin/bash", "-c", script])[0] == 0
    )


def test_people_come_in_through_the_real_nginx_to_the_containers_behind_it(
    running: dict[str, dict[str, Any]], plan: Plan
) -> None:
    assert running
    ports = {
        int(port["internal"]): int(port["external"]) for port in plan.containers["nginx"].inputs["ports"]
    }
    door = Door(ports, AUTHORITY, Path())
    login = base64.b64encode(f"lab:{DOOR_PASSWORD}".encode()).decode()

    def ask(port: int, path: str, *headers: str, host: str = "lab.test") -> str:
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
        return door.ask(port, "\r\n".join(lines).encode()).decode()

    entry = f"Authorization: Basic {login}"
    for port, path in ((8083, "/connectors"), (9021, "/"), (8082, "/topics"), (8088, "/healthcheck")):
        assert ask(port, path).startswith("HTTP/1.1 401"), port
        answer = ask(port, path, entry)
        assert answer.startswith("HTTP/1.1 200"), (port, answer)
        assert answer.endswith("ok\n")
    assert ask(8083, "/connectors", entry, host="elsewhere.test").startswith("HTTP/1.1 421")
    # this Splunk speaks no TLS: it cannot be verified, and is not passed on
    assert ask(8443, "/").startswith("HTTP/1.1 502")


def test_a_stop_is_heard_and_not_cut_short(
    engine: docker.DockerClient, running: dict[str, dict[str, Any]]
) -> None:
    assert running
    for service in ("broker", "splunk", "connect", "ksqldb-server", "nginx", "ksqldb-cli"):
        name = f"{PREFIX}-{service}"
        began = time.monotonic()
        engine.containers.get(name).stop(timeout=20)
        assert time.monotonic() - began < 15, service
        state = engine.api.inspect_container(name)["State"]
        assert state["ExitCode"] == 0, (service, state)


def _output(container: Container, command: list[str]) -> str:
    _, output = container.exec_run(command)
    assert isinstance(output, bytes)
    return output.decode()
