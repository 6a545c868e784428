"""The Windows client's role over real WinRM, on a model of a host: run, repeated, repaired, taken off."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from infra.provision import retry
from infra.provision.run import Outcome, Progress, StepFailedError, apply, drifted, remove
from infra.provision.step import Role
from infra.provision.winrm import WinrmAddress, WinrmHost
from roles.windows.beats import steps as beats
from roles.windows.beats.steps import Shipping
from roles.windows.osquery.steps import Osquery
from roles.windows.role import WindowsSettings, windows_client
from roles.windows.sysmon import steps as sysmon
from tests.windows_host.listening import PASSWORD, USER, listening
from tests.windows_host.model import WindowsHost
from tests.windows_host.server import Server

KEY = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"
OSQUERY = Osquery(extension_url="https://vendor.example/socket.ext.exe", extension_sha256="AB" * 32)
SHIPPING = Shipping(
    version="8.19.0",
    logging_server="logs.lab.example",
    ca_certificate="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    client_certificate="-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n",
    client_key=SecretStr(KEY),
)


@dataclass
class Client:
    """A Windows host and the way to it."""

    model: WindowsHost
    server: Server
    host: WinrmHost
    told: list[str]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(retry, "REBOOT", (0.1, 0.2, 0.2))
    model = WindowsHost(
        vendors={
            sysmon.URL: "Microsoft Corporation",
            OSQUERY.url: "OSQUERY A Series of LF Projects, LLC",
            beats.url("winlogbeat", "8.19.0"): "Elasticsearch, Inc.",
            beats.url("filebeat", "8.19.0"): "Elasticsearch, Inc.",
        }
    )
    told: list[str] = []
    with listening(model, tmp_path) as server:
        address = WinrmAddress(
            host="127.0.0.1", user=USER, password=PASSWORD, transport="ntlm", port=server.port
        )
        yield Client(model, server, WinrmHost(address, told.append), told)


@pytest.fixture
def role() -> Role:
    return windows_client(WindowsSettings(shipping=SHIPPING, osquery=OSQUERY))


def _ignore(progress: Progress) -> None:
    del progress


def test_a_fresh_machine_becomes_an_endpoint_and_the_second_run_changes_nothing(
    client: Client, role: Role
) -> None:
    first = list(apply(client.host, role, _ignore))
    assert Outcome.CHANGED in first
    for name in ("Sysmon64", "winlogbeat", "osqueryd", "filebeat", "w32time"):
        service = client.model.services[name]
        assert service.running, name
        assert service.automatic, name
    assert set(apply(client.host, role, _ignore)) == {Outcome.UNCHANGED}


def test_a_stopped_service_and_a_changed_configuration_are_seen_and_repaired(
    client: Client, role: Role
) -> None:
    list(apply(client.host, role, _ignore))
    client.model.services["winlogbeat"].running = False
    client.model.files[r"C:\sysmon.xml"] = b"<Sysmon/>"
    assert drifted(client.host, role) == [
        "Sysmon logs every connection and every process",
        "winlogbeat's service runs, now and after every failure",
    ]
    outcomes = list(apply(client.host, role, _ignore))
    assert outcomes.count(Outcome.CHANGED) == 2
    assert drifted(client.host, role) == []


def test_the_role_is_taken_off_and_leaves_what_was_there_before(client: Client, role: Role) -> None:
    list(apply(client.host, role, _ignore))
    remove(client.host, role, _ignore)
    assert set(client.model.services) == {"w32time"}
    assert client.model.files == {}
    assert client.model.authorities == set()
    assert client.model.osquery_version == ""
    remove(client.host, role, _ignore)


def test_a_program_of_another_publisher_is_not_run(client: Client, role: Role) -> None:
    client.model.vendors[sysmon.URL] = "Somebody Else"
    with pytest.raises(StepFailedError, match=r"Sysmon logs every.*\n?.*signed by 'O=Somebody Else'"):
        list(apply(client.host, role, _ignore))
    assert "Sysmon64" not in client.model.services


def test_a_run_that_lost_its_vendor_goes_on_at_the_failed_step(client: Client, role: Role) -> None:
    url = beats.url("winlogbeat", "8.19.0")
    publisher = client.model.vendors.pop(url)
    with pytest.raises(StepFailedError, match="could not be resolved"):
        list(apply(client.host, role, _ignore))
    client.model.vendors[url] = publisher
    outcomes = list(apply(client.host, role, _ignore))
    assert outcomes[:5] == [Outcome.UNCHANGED] * 5
    assert Outcome.CHANGED in outcomes


def test_drops_and_a_reboot_in_the_middle_do_not_stop_the_role(client: Client, role: Role) -> None:
    outcomes = apply(client.host, role, _ignore)
    next(outcomes)
    client.server.trouble.drop = 2
    next(outcomes)
    client.server.shells.reboot()
    list(outcomes)
    assert drifted(client.host, role) == []


def test_only_what_changed_has_another_digest(role: Role) -> None:
    other = windows_client(
        WindowsSettings(shipping=SHIPPING.model_copy(update={"logging_server": "192.0.2.6"}), osquery=OSQUERY)
    )
    before, after = set(role.digests().items()), set(other.digests().items())
    changed = {name for name, _ in before ^ after}
    assert changed
    assert all("beat" in name for name in changed)


def test_no_step_shows_the_private_key(client: Client, role: Role) -> None:
    assert "hunter2" not in repr(role)
    said: list[str] = []
    for _ in apply(client.host, role, lambda progress: said.append(str(progress))):
        pass
    assert "hunter2" not in "\n".join((*said, *client.told))
