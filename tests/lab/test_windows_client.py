"""The Windows client reports every connection: its sensors and shippers run, and nothing was opened for them."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.provision.host import Host
from infra.provision.powershell import run_script

pytestmark = pytest.mark.lives_in("windows_client", "existing")

FRESH = 3600.0
"""Seconds: in an hour, any Windows makes a connection."""


@pytest.fixture(scope="module")
def endpoint(windows_host: Host) -> dict[str, Any]:
    """What the client says of itself, asked once."""
    done = windows_host.run(run_script(Path(__file__).with_name("endpoint.ps1"), timeout=120))
    assert done.exit_code == 0, done.last_lines()
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("name", ["w32time", "Sysmon64", "winlogbeat"])
def test_the_service_runs_and_starts_at_boot(endpoint: dict[str, Any], name: str) -> None:
    assert endpoint["services"].get(name) == {"running": True, "automatic": True}


def test_where_osquery_is_installed_it_runs_and_is_shipped(endpoint: dict[str, Any]) -> None:
    there = endpoint["services"]
    if "osqueryd" in there:
        assert there["osqueryd"] == there.get("filebeat") == {"running": True, "automatic": True}
    else:
        assert "filebeat" not in there


@pytest.mark.parametrize("kind", ["network", "process"])
def test_sysmon_has_events_of_the_last_hour(endpoint: dict[str, Any], kind: str) -> None:
    age = endpoint["sysmon"][kind]
    assert age is not None, f"Sysmon has logged no {kind} event at all"
    assert age < FRESH


def test_defender_is_on(endpoint: dict[str, Any]) -> None:
    assert endpoint["defender"]


def test_winrm_takes_no_password_in_the_clear(endpoint: dict[str, Any]) -> None:
    assert not endpoint["basic"]
    assert not endpoint["unencrypted"]
