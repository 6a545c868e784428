"""Kafka Connect's REST API, as its clients see it."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLASS = "com.splunk.kafka.connect.SplunkSinkConnector"
VALIDATE = f"/connector-plugins/{CLASS}/config/validate"


def test_the_worker_and_its_plugin(connect: Any) -> None:
    root = connect.call("GET", "/").json()
    assert root.keys() == {"version", "commit", "kafka_cluster_id"}
    (plugin,) = connect.call("GET", "/connector-plugins").json()
    assert (plugin["class"], plugin["type"]) == (CLASS, "sink")
    assert connect.call("GET", "/health").json()["status"] == "healthy"


def test_a_connector_is_made_read_changed_and_removed(hop: Any) -> None:
    config = hop.config()
    made = hop.connect.call("POST", "/connectors", json={"name": hop.name, "config": config})
    assert made.status_code == 201
    assert made.headers["location"].endswith(f"/connectors/{hop.name}")
    whole = {"name": hop.name, **config}
    tasks = [{"connector": hop.name, "task": 0}]
    information = {"name": hop.name, "config": whole, "tasks": tasks, "type": "sink"}
    assert made.json() == information
    assert hop.connect.call("GET", f"/connectors/{hop.name}").json() == information
    assert hop.connect.call("GET", f"/connectors/{hop.name}/config").json() == whole
    assert hop.name in hop.connect.call("GET", "/connectors").json()
    expanded = hop.connect.call("GET", "/connectors?expand=status&expand=info").json()[hop.name]
    assert expanded["info"] == information
    assert expanded["status"]["connector"]["state"] == "RUNNING"
    again = hop.connect.call("POST", "/connectors", json={"name": hop.name, "config": config})
    assert (again.status_code, again.json()) == (
        409,
        {"error_code": 409, "message": f"Connector {hop.name} already exists"},
    )
    changed = hop.put({**config, "tasks.max": "2"})
    assert (changed.status_code, len(changed.json()["tasks"])) == (200, 2)
    assert hop.connect.call("GET", f"/connectors/{hop.name}/tasks").json()[1]["id"] == {
        "connector": hop.name,
        "task": 1,
    }
    assert hop.connect.call("GET", f"/connectors/{hop.name}/tasks/1/status").json()["state"] == "RUNNING"
    assert hop.connect.call("DELETE", f"/connectors/{hop.name}").status_code == 204
    assert hop.connect.call("GET", f"/connectors/{hop.name}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("GET", "/config"), ("GET", "/status"), ("GET", "/tasks"), ("GET", "/offsets"), ("DELETE", ""),
        ("PUT", "/pause"), ("PUT", "/resume"), ("PUT", "/stop"), ("POST", "/restart"),
    ],
)  # fmt: skip
def test_a_connector_that_is_not_there(connect: Any, method: str, path: str) -> None:
    answer = connect.call(method, f"/connectors/nobody{path}")
    assert (answer.status_code, answer.json()) == (
        404,
        {"error_code": 404, "message": "Connector nobody not found"},
    )


def test_restarts(hop: Any) -> None:
    hop.start()
    one = f"/connectors/{hop.name}"
    assert hop.connect.call("POST", f"{one}/restart").status_code == 204
    answer = hop.connect.call("POST", f"{one}/restart?includeTasks=true&onlyFailed=false")
    assert (answer.status_code, answer.json()["name"]) == (202, hop.name)
    assert hop.connect.call("POST", f"{one}/tasks/0/restart").status_code == 204
    assert hop.connect.call("POST", f"{one}/tasks/7/restart").status_code == 404
    assert hop.connect.states(hop.name) == ["RUNNING", "RUNNING"]


def test_offsets_are_forgotten_only_of_a_stopped_connector(hop: Any, eventually: Callable[..., None]) -> None:
    hop.produce(b"x")
    hop.start()
    eventually(lambda: hop.committed() == 1)
    path = f"/connectors/{hop.name}/offsets"
    assert hop.connect.call("DELETE", path).status_code == 400
    hop.connect.call("PUT", f"/connectors/{hop.name}/stop")
    eventually(lambda: hop.connect.call("DELETE", path).status_code == 200)
    assert hop.connect.call("GET", path).json() == {"offsets": []}
    hop.connect.call("PUT", f"/connectors/{hop.name}/resume")
    eventually(lambda: hop.indexed() == ["x", "x"])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"name":1}', b'{"name":"n","config":{"a":[]}}', b'{"config":{}}']
)
def test_a_malformed_request(connect: Any, body: bytes) -> None:
    answer = connect.call("POST", "/connectors", content=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, 400)


def test_names_that_disagree(hop: Any) -> None:
    config = {**hop.config(), "name": "another"}
    assert hop.put(config).status_code == 400
    assert (
        hop.connect.call("POST", "/connectors", json={"name": hop.name, "config": config}).status_code == 400
    )


def test_an_invalid_configuration_is_not_taken(hop: Any) -> None:
    config = hop.config(splunk__hec__max__batch__size="many", splunk__hec__colour="red")
    answer = hop.put(config)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "Connector configuration is invalid and contains the following 2 error(s):\n"
        "Invalid value many for configuration splunk.hec.max.batch.size: Not a number of type INT\n"
        "Unknown configuration 'splunk.hec.colour'\n"
        "You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`"
    )
    assert hop.connect.call("GET", f"/connectors/{hop.name}").status_code == 404
    report = hop.connect.call("PUT", VALIDATE, json={"name": hop.name, **config}).json()
    assert (report["name"], report["error_count"]) == (CLASS, 2)
    faulty = {
        entry["value"]["name"]: entry["value"]["errors"]
        for entry in report["configs"]
        if entry["value"]["errors"]
    }
    assert faulty.keys() == {"splunk.hec.max.batch.size", "splunk.hec.colour"}


def test_a_good_configuration_is_proved_against_hec(hop: Any) -> None:
    report = hop.connect.call("PUT", VALIDATE, json={"name": hop.name, **hop.config()}).json()
    assert report["error_count"] == 0
    events = hop.splunk.search(f"search index={hop.name} sourcetype=kafka-connect source=kafka-connect")
    assert [event["_raw"] for event in events] == ["Splunk HEC Configuration Check"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("splunk.hec.token", str(uuid.uuid4()), "status code:403"),
        ("splunk.indexes", "nowhere", "Incorrect index"),
        ("splunk.hec.uri", "https://127.0.0.1:9", "Invalid Splunk Configurations: ConnectError"),
        ("splunk.hec.ssl.trust.store.password", "wrong", "The trust store"),
        ("splunk.hec.token", "${file:/nowhere/secrets.properties:token}", "cannot be read"),
        ("splunk.hec.token", "${vault:/a:b}", "The configuration provider 'vault' is not there"),
    ],
)
def test_a_configuration_that_does_not_work_is_not_taken(
    hop: Any, option: str, value: str, said: str
) -> None:
    answer = hop.put({**hop.config(), option: value})
    assert answer.status_code == 500
    assert said in answer.json()["message"]
    assert hop.token not in answer.text or option != "splunk.hec.token"
    assert hop.connect.call("GET", f"/connectors/{hop.name}").status_code == 404


def test_another_ca_than_the_trusted_one_is_refused(hop: Any, other_trust_store: Path) -> None:
    answer = hop.put(hop.config(splunk__hec__ssl__trust__store__path=str(other_trust_store)))
    assert answer.status_code == 500
    assert "CERTIFICATE_VERIFY_FAILED" in answer.json()["message"]


def test_a_secret_in_a_file_is_shown_to_nobody(
    hop: Any, tmp_path: Path, eventually: Callable[..., None]
) -> None:
    secrets = tmp_path / "secrets.properties"
    secrets.touch(0o600)
    secrets.write_text(f"# of the lab\ntoken = {hop.token}\n")
    reference = f"${{file:{secrets}:token}}"
    answer = hop.put({**hop.config(), "splunk.hec.token": reference})
    assert answer.status_code == 201
    assert answer.json()["config"]["splunk.hec.token"] == reference
    hop.produce(b"x")
    eventually(lambda: hop.indexed() == ["x"])
    for path in ("", "/config", "/status", "/tasks"):
        assert hop.token not in hop.connect.call("GET", f"/connectors/{hop.name}{path}").text
    assert hop.token not in hop.connect.log()
    secrets.unlink()
    hop.connect.call("POST", f"/connectors/{hop.name}/restart?includeTasks=true")
    status = hop.connect.call("GET", f"/connectors/{hop.name}/status").json()
    assert status["connector"]["state"] == "FAILED"
    assert "cannot be read" in status["connector"]["trace"]


def test_unknown_paths_and_methods(connect: Any) -> None:
    assert connect.call("GET", "/nowhere").json() == {"error_code": 404, "message": "HTTP 404 Not Found"}
    assert connect.call("PATCH", "/connectors").json()["error_code"] == 405


@pytest.mark.parametrize(
    ("change", "said"),
    [({"port": "taken"}, "cannot be used"), ({"colour": "red"}, "colour"), ({"port": 70000}, "port")],
)
def test_it_does_not_start_with_what_cannot_work(
    make_connect: Callable[[Path], Any], connect: Any, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    other = make_connect(tmp_path)
    other.settings |= {
        key: connect.settings["port"] if value == "taken" else value for key, value in change.items()
    }
    config = tmp_path / "connect.json"
    config.write_text(json.dumps(other.settings))
    command = [sys.executable, "-m", "embedded.connect", "--config", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode != 0
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
