"""A role as a resource: its life on a Windows host behind a real WinRM listener."""

from typing import Any

import pytest

from infra.machines.installed_role import RoleProvider
from roles.windows.beats import steps as beats
from roles.windows.osquery.steps import Osquery
from tests.infra.machines.conftest import SHIPPING
from tests.windows_host.listening import PASSWORD
from tests.windows_host.model import WindowsHost


def test_a_role_is_installed_seen_drifting_and_repaired(model: WindowsHost, props: dict[str, Any]) -> None:
    provider = RoleProvider()
    made = provider.create(props)
    assert "Sysmon64" in model.services
    assert made.outs is not None
    assert not provider.diff(made.id, made.outs, props).changes

    model.services["Sysmon64"].running = False
    found = provider.read(made.id, made.outs)
    assert found.outs is not None
    assert found.outs["drift"] == ["Sysmon's service runs, now and after every failure"]
    assert provider.diff(made.id, found.outs, props).changes

    repaired = provider.update(made.id, found.outs, props)
    assert model.services["Sysmon64"].running
    assert repaired.outs is not None
    assert not provider.diff(made.id, repaired.outs, props).changes


def test_what_is_no_longer_asked_for_is_taken_off_and_the_rest_stays(
    model: WindowsHost, props: dict[str, Any]
) -> None:
    osquery = Osquery(extension_url="https://vendor.example/socket.ext.exe", extension_sha256="AB" * 32)
    model.vendors[osquery.url] = "OSQUERY A Series of LF Projects, LLC"
    model.vendors[beats.url("filebeat", "8.19.0")] = "Elasticsearch, Inc."
    asked = {"extension_url": osquery.extension_url, "extension_sha256": osquery.extension_sha256}
    provider = RoleProvider()
    made = provider.create({**props, "settings": {**props["settings"], "osquery": asked}})
    assert {"osqueryd", "filebeat"} <= set(model.services)
    assert made.outs is not None
    elsewhere = {"shipping": {**SHIPPING, "logging_server": "other"}, "osquery": None}
    provider.update(made.id, made.outs, {**props, "settings": elsewhere})
    assert set(model.services) == {"w32time", "Sysmon64", "winlogbeat"}
    removed = [given.get("Beat") for _, given in model.ran if given.get("Action") == "Remove"]
    assert "winlogbeat" not in removed


def test_another_logging_server_is_an_update_and_another_machine_a_replacement(props: dict[str, Any]) -> None:
    elsewhere = {**props, "settings": {"shipping": {**SHIPPING, "logging_server": "other"}, "osquery": None}}
    provider = RoleProvider()
    changed = provider.diff("id", props, elsewhere)
    assert changed.changes
    assert changed.replaces == []
    moved = provider.diff("id", props, {**props, "winrm": {**props["winrm"], "host": "192.0.2.9"}})
    assert moved.replaces == ["winrm"]


def test_the_role_of_a_container_that_is_away_is_gone_and_that_of_an_existing_machine_is_not_known(
    away: dict[str, Any],
) -> None:
    provider = RoleProvider()
    container = {**away, "machine": "a container's id"}
    assert provider.read("id", container).id == ""
    provider.delete("id", container)
    with pytest.raises(Exception, match="cannot be reached after 2 attempts"):
        provider.read("id", away)


def test_no_fact_of_the_resource_tells_a_secret(model: WindowsHost, props: dict[str, Any]) -> None:
    del model
    made = RoleProvider().create(props)
    assert made.outs is not None
    facts = {key: value for key, value in made.outs.items() if key not in ("settings", "winrm")}
    assert "hunter2" not in str(facts)
    assert PASSWORD not in str(facts)
