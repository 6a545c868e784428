"""A Windows host behind a real WinRM listener, and the inputs of resources that are about it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.machines.installed_role import content_digest
from infra.provision import retry
from roles.windows.beats import steps as beats
from roles.windows.sysmon import steps as sysmon
from tests.windows_host.listening import PASSWORD, USER, listening
from tests.windows_host.model import WindowsHost
from tests.windows_host.server import Server

SHIPPING = {
    "version": "8.19.0",
    "logging_server": "logs.lab.example",
    "ca_certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "client_certificate": "BBBB",
    "client_key": "hunter2",
}


@pytest.fixture
def model() -> WindowsHost:
    return WindowsHost(
        vendors={
            sysmon.URL: "Microsoft Corporation",
            beats.url("winlogbeat", "8.19.0"): "Elasticsearch, Inc.",
        }
    )


@pytest.fixture
def listener(model: WindowsHost, tmp_path: Path) -> Iterator[Server]:
    with listening(model, tmp_path) as server:
        yield server


@pytest.fixture
def props(listener: Server, tmp_path: Path) -> dict[str, Any]:
    return {
        "role": "windows",
        "ssh": None,
        "winrm": {
            "host": "127.0.0.1",
            "user": USER,
            "password": PASSWORD,
            "transport": "ntlm",
            "port": listener.port,
        },
        "pins": str(tmp_path / "pins"),
        "settings": {"shipping": SHIPPING, "osquery": None},
        "content": content_digest("windows"),
        "drift": [],
        "steps": None,
    }


@pytest.fixture
def away(props: dict[str, Any], free_port: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The inputs of resources on a machine that nobody answers at."""
    monkeypatch.setattr(retry, "UNANSWERED", (0.1,))
    return {**props, "winrm": None, "ssh": {"host": "127.0.0.1", "user": "root", "port": free_port}}
