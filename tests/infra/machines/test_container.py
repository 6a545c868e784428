"""A Zeek server in a container: what is asked of Docker, and a real engine that makes such a machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.logging_server.docker import engine as infra_engine
from infra.logging_server.docker.limits import Limits
from infra.machines import container
from infra.machines.address import SshMachine
from infra.machines.container import ContainerZeek, MachineArgs
from infra.provision.command import Command
from infra.provision.host import AuthenticationError
from infra.provision.run import Outcome, Progress, apply
from infra.provision.ssh import SshHost
from infra.provision.step import Role
from infra.sizes import ZEEK_SERVER
from roles.linux import distribution, sshd
from roles.zeek import capture, firewall
from tests.conf.nginx.door import free_port
from tests.debian_host.container import await_ssh
from tests.debian_host.image import image
from tests.infra.logging_server.docker.recorded import SSH_KEY, Plan, run
from tests.infra.machines import container_on_engine

SETTINGS: dict[str, Any] = {
    "interface": "eth0",
    "zeek_version": "lts",
    "logging_server": "logs.lab.example",
    "ca_certificate": "",
    "client_certificate": "",
    "client_key": "hunter2",
}


def _plan(cpus: float, port: int) -> Plan:
    args = MachineArgs(
        engine="unix:///var/run/docker.sock",
        prefix="lab-test",
        image="debian:12",
        port=port,
        limits=Limits(cpus=cpus, memory_mb=ZEEK_SERVER.memory_gb * 10**9 // 2**20),
    )
    return run(lambda: ContainerZeek("zeek-server", args, SETTINGS, Path("pins")))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(4, 2222)


def test_it_is_as_large_as_the_lab_says(plan: Plan) -> None:
    (asked,) = plan.of("Container")
    assert float(asked.inputs["cpus"]) == ZEEK_SERVER.cpus
    assert asked.inputs["memory"] * 2**20 == pytest.approx(ZEEK_SERVER.memory_gb * 10**9, rel=0.001)
    assert asked.inputs["memory"] == asked.inputs["memorySwap"]


def test_only_this_machine_reaches_its_ssh(plan: Plan) -> None:
    (asked,) = plan.of("Container")
    assert [(port["ip"], port["internal"]) for port in asked.inputs["ports"]] == [("127.0.0.1", 22)]


def test_it_is_not_privileged(plan: Plan) -> None:
    (asked,) = plan.of("Container")
    assert not asked.inputs.get("privileged")
    assert len(asked.inputs["capabilities"]["adds"]) == 4


def test_private_keys_are_kept_as_secrets(plan: Plan) -> None:
    (asked,) = plan.of("Container")
    assert asked.upload["/etc/ssh/ssh_host_ed25519_key"]["content"] == SSH_KEY.private_key
    assert any("uploads" in path for path in asked.secret)
    (role,) = (each for each in plan.resources if each.inputs.get("role") == "zeek")
    assert {"ssh", "settings"} <= role.secret


@pytest.fixture(scope="module")
def machine(
    engine_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, Any], SshHost]]:
    """What the engine says of the container, and the way into it."""
    port = free_port()
    with infra_engine.connect(engine_address) as client:
        plan = _plan(min(ZEEK_SERVER.cpus, infra_engine.cpus(client)), port)
        container_on_engine.build(client, plan, image(client))
        with container_on_engine.running(client, plan) as made:
            (role,) = (each for each in plan.resources if each.inputs.get("role") == "zeek")
            address = SshMachine.model_validate(role.inputs["ssh"]).address()
            await_ssh(address)
            ssh = SshHost(address, tmp_path_factory.mktemp("machine") / "pins", print)
            made.reload()
            yield made.attrs, ssh
            ssh.close()


def test_the_lab_logs_in_with_the_keys_that_it_made(machine: tuple[dict[str, Any], SshHost]) -> None:
    _, ssh = machine
    assert distribution.read(ssh) is distribution.Distribution.DEBIAN_12
    assert ssh.run(Command(arguments=("cat", "/proc/1/comm"))).stdout == "systemd\n"


def test_the_firewall_leaves_the_port_open_that_its_published_port_leads_to(
    machine: tuple[dict[str, Any], SshHost],
) -> None:
    _, ssh = machine
    assert sshd.port(ssh) == container.SSH


def test_another_host_at_its_address_is_refused(
    machine: tuple[dict[str, Any], SshHost], tmp_path: Path
) -> None:
    _, ssh = machine
    other = replace(ssh._address, host_key="SHA256:" + "A" * 43)
    with pytest.raises(AuthenticationError, match="the configuration demands"):
        SshHost(other, tmp_path / "pins", print).run(Command(arguments=("true",)))


def test_its_limits_are_the_engine_s(machine: tuple[dict[str, Any], SshHost]) -> None:
    said, _ = machine
    assert said["HostConfig"]["Memory"] == ZEEK_SERVER.memory_gb * 10**9 // 2**20 * 2**20
    assert said["HostConfig"]["NanoCpus"] > 0
    assert not said["HostConfig"]["Privileged"]


def test_capture_and_firewall_work_in_it_as_on_any_machine(
    machine: tuple[dict[str, Any], SshHost],
) -> None:
    _, ssh = machine
    role = Role("capture and firewall", (*capture.steps("eth0"), *firewall.steps(22)))
    assert Outcome.CHANGED in list(apply(ssh, role, _ignore))
    assert set(apply(ssh, role, _ignore)) == {Outcome.UNCHANGED}


def _ignore(progress: Progress) -> None:
    del progress
