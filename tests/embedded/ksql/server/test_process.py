"""The process: how it starts, and how it says that it cannot."""

import subprocess
import sys
from pathlib import Path

from embedded.kafka.broker import free_port
from embedded.kafka.settings import Settings as Kafka
from embedded.ksql.settings import Settings
from tests.embedded.ksql.instance_process import InstanceProcess


def run(settings: Settings, folder: Path) -> "subprocess.CompletedProcess[str]":
    config = folder / "other.json"
    config.write_text(settings.model_dump_json(), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "embedded.ksql", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_two_processes_cannot_share_a_folder(ksql: InstanceProcess, kafka: Kafka, tmp_path: Path) -> None:
    settings = Settings(
        bootstrap=kafka.bootstrap, port=free_port(), state_dir=tmp_path / "instance-0" / "state"
    )
    ended = run(settings, tmp_path)
    assert ended.returncode == 1
    assert "another instance runs with the folder" in ended.stderr
    assert ksql.client.get("/info").is_success


def test_a_taken_port_is_named(ksql: InstanceProcess, kafka: Kafka, tmp_path: Path) -> None:
    port = int(ksql.url.rsplit(":", 1)[1])
    settings = Settings(
        bootstrap=kafka.bootstrap, port=port, state_dir=tmp_path / "state", service_id=f"p{port}_"
    )
    ended = run(settings, tmp_path)
    assert ended.returncode == 1
    assert f"port {port} cannot be listened on" in ended.stderr


def test_a_kafka_that_does_not_answer_is_named(tmp_path: Path) -> None:
    bootstrap = f"127.0.0.1:{free_port()}"
    ended = run(Settings(bootstrap=bootstrap, port=free_port(), state_dir=tmp_path / "state"), tmp_path)
    assert ended.returncode == 1
    assert f"Kafka does not answer on {bootstrap}" in ended.stderr
    assert "Traceback" not in ended.stderr
