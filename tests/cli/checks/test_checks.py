"""What a stack needs is looked at before it is brought up, and what is missing is told with its remedy."""

import socket
from pathlib import Path

import pytest

from cli.checks import embedded_stack, external_services
from cli.checks.check import Check
from cli.checks.configured import Configured, read
from infra import config, ports
from infra.config import LabConfiguration
from infra.errors import LabError
from infra.logging_server.embedded.run_directory import RunDirectory

NO_TOOL = "there is none on PATH"


def stack(folder: Path, **values: object) -> Path:
    lines = [f"  {config.PROJECT}:{key}: {value}" for key, value in values.items()]
    (folder / "Pulumi.mine.yaml").write_text("\n".join(["config:", *lines, ""]) if lines else "{}\n")
    return folder


def problems(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks if check.problem}


def test_a_configuration_is_read_without_the_tool(tmp_path: Path) -> None:
    chosen = read("mine", NO_TOOL, stack(tmp_path, **{"kafka.port": "19092"}))
    assert chosen.values.kafka_port == 19092
    assert chosen.values.ksqldb_port == ports.KSQLDB


def test_what_cannot_work_is_told_with_the_key(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"kafka\.port is '70000'"):
        read("mine", NO_TOOL, stack(tmp_path, **{"kafka.port": "70000"}))


def test_a_stack_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="There are: mine"):
        read("other", NO_TOOL, stack(tmp_path))


def test_passwords_need_the_tool(tmp_path: Path) -> None:
    folder = stack(tmp_path, **{"external.splunk_password": "{secure: v1:abc}"})
    with pytest.raises(LabError, match="without the Pulumi tool"):
        read("mine", NO_TOOL, folder)


def test_a_taken_port_is_told_with_its_holder_and_another_port(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        configuration = LabConfiguration.model_validate({"kafka.port": port})
        found = problems(embedded_stack.checks(configuration, RunDirectory(tmp_path), tmp_path))
    assert f"port {port} (kafka.port) is taken" in found["ports"].said
    assert "pulumi config set kafka.port" in found["ports"].remedy


def test_too_little_disk_is_told(tmp_path: Path) -> None:
    assert "MB are free" in embedded_stack.disk(tmp_path, 1)
    with pytest.raises(LabError, match="MB left of the 999999999"):
        embedded_stack.disk(tmp_path, 999_999_999)


def external(**values: str) -> Configured:
    settings = {f"external.{name}": value for name, value in values.items()}
    encrypted = frozenset(f"{config.PROJECT}:{key}" for key in settings if key.endswith("password"))
    configuration = LabConfiguration.model_validate({"logging_server": "external", **settings})
    return Configured(stack="mine", values=configuration, encrypted=encrypted)


def test_an_external_stack_that_says_too_little_is_told_what_is_missing() -> None:
    found = problems(external_services.checks(external()))
    assert "external.kafka_bootstrap" in found["external services"].said


def test_each_external_service_that_does_not_answer_is_told(free_port: int) -> None:
    url = f"http://127.0.0.1:{free_port}"
    chosen = external(
        kafka_bootstrap=f"127.0.0.1:{free_port}",
        kafka_protocol="PLAINTEXT",
        ksqldb_url=url,
        connect_url=url,
        splunk_management_url=url,
        splunk_hec_url=url,
        splunk_user="admin",
        splunk_password="not known here",
    )
    found = problems(external_services.checks(chosen))
    assert set(found) == {"Kafka", "ksqlDB", "Connect", "Splunk", "HEC"}
    assert "external.splunk_hec_" in found["HEC"].remedy
    assert "not known here" not in "".join(check.said + check.remedy for check in found.values())
