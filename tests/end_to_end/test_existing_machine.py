"""An existing machine as its user meets it: the real Pulumi tool puts the Zeek role on a Debian server, over SSH.

The server finds the vendors' names at the tests' package repository, and believes its certificate; all else is as it
would be elsewhere. There is no logging server: its endpoints are made up. The checks also ask a Windows client, which
is a model of one behind a real listener.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import config
from infra.logging_server.docker import engine as infra_engine
from infra.tls.certificates import make_authority, make_leaf
from roles.linux.distribution import Distribution
from roles.zeek import package
from tests.debian_host.container import DebianHost, debian_host
from tests.debian_host.image import image
from tests.debian_host.packages import Repository, serve
from tests.end_to_end.conftest import Clone, make_clone
from tests.lab import machines
from tests.windows_host.listening import PASSWORD, USER, listening
from tests.windows_host.model import Service, WindowsHost

PROGRAM = '''
"""A stack of one machine, whose logging server is elsewhere."""

from pathlib import Path

import pulumi
from pulumi.runtime.config import CONFIG

from infra import config
from infra.logging_server.endpoints import BeatsInput, Endpoints
from infra.machines import existing
from infra.outputs import StackOutputs

said = pulumi.Output.from_input("x")
at = Endpoints(
    kafka_bootstrap=said, ksqldb_url=said, connect_url=said, splunk_management_url=said, splunk_hec_url=said,
    splunk_user=said, splunk_password=said, ca_certificate=said, instance=said,
    beats=BeatsInput(
        address=pulumi.Output.from_input("logs.lab.example:5044"), certificate=said, private_key=said
    ),
)
machine = existing.zeek_server(config.parse(CONFIG.get()), at, Path(".lab/run/sensor/known_hosts"), config.is_secret)
for name, field in StackOutputs.model_fields.items():
    if field.is_required():
        pulumi.export(name, "x")
pulumi.export("run_directory", ".lab/run/sensor")
pulumi.export("zeek_server", machine.source)
pulumi.export("windows_client", "existing")
pulumi.export("windows_host", pulumi.Output.secret(Path("windows_host.json").read_text()))
pulumi.export("zeek_host", pulumi.Output.secret(machine.host))
'''
VENDORS = ("download.opensuse.org", "artifacts.elastic.co")
UP = "pulumi up --yes --skip-preview --stack sensor"
ZEEK_RUNS = "Zeek, running now and after every reboot"


@dataclass(frozen=True)
class Site:
    """The clone, and the server that its stack is about."""

    clone: Clone
    debian: DebianHost

    def inside(self) -> Any:
        """The server, as the stack's outputs say how to reach it."""
        told = self.clone.types("pulumi stack output zeek_host --show-secrets --stack sensor")
        return machines.over_ssh(told, self.clone.folder / ".lab" / "run" / "sensor")


@pytest.fixture(scope="module")
def site(engine_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("sensor")
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    zeek = package.zeek_repository(Distribution.DEBIAN_12)
    stored = Repository(folder / "packages", folder / "gnupg", user_id=zeek.key)
    stored.make()
    for path in ("repositories/security:/zeek/Debian_12", "packages/8.x/apt"):
        place = folder / "served" / path
        place.parent.mkdir(parents=True)
        place.symlink_to(stored.folder)
    with (
        infra_engine.connect(engine_address) as client,
        debian_host(client, image(client), key) as debian,
    ):
        authority = make_authority("tests", days=1)
        leaf = make_leaf(authority, "packages", VENDORS, days=1)
        (folder / "leaf.crt").write_text(leaf.certificate)
        (folder / "leaf.key").write_text(leaf.private_key)
        server = serve(folder / "served", debian.gateway, folder / "leaf.crt", folder / "leaf.key", 443)
        _prepare(debian, authority.certificate, zeek.key_url)
        with listening(_endpoint(), folder) as listener:
            clone = _clone(folder / "a clone of the lab", debian, key)
            (clone.folder / "windows_host.json").write_text(_windows_host(listener.port))
            yield Site(clone, debian)
        server.shutdown()


def _endpoint() -> WindowsHost:
    """A client on which the Windows role was installed."""
    up = Service(running=True, automatic=True)
    return WindowsHost(services=dict.fromkeys(("w32time", "Sysmon64", "winlogbeat"), up))


def _windows_host(port: int) -> str:
    """What the output `windows_host` says of a client."""
    said = {"host": "127.0.0.1", "port": port, "user": USER, "password": PASSWORD, "transport": "ntlm"}
    return json.dumps(said)


def _prepare(debian: DebianHost, authority: str, key_url: str) -> None:
    """Have the vendors' names lead to the tests' repository; Elastic's key, whose sum is known, is there already."""
    elastic = package.ELASTIC
    script = f"""set -e
echo '{debian.gateway} {" ".join(VENDORS)}' >>/etc/hosts
cat >/usr/local/share/ca-certificates/tests.crt <<'END'
{authority}END
update-ca-certificates --fresh >/dev/null
curl --fail --silent {key_url} | gpg --batch --dearmor >{elastic.keyring}
printf %s '{elastic.sources_list.content.decode()}' >{elastic.sources_list.path}
# this machine of the tests' is smaller than a sensor shall be
printf '#!/bin/sh\\necho 4\\n' >/usr/local/bin/nproc && chmod 755 /usr/local/bin/nproc
"""
    debian.read("sh", "-c", script)


def _clone(folder: Path, debian: DebianHost, key: Path) -> Clone:
    clone = make_clone(folder)
    (folder / "__main__.py").write_text(PROGRAM)
    values = {
        "zeek_server": "existing",
        "zeek.address": debian.address.host,
        "zeek.user": debian.address.user,
        "zeek.key_file": str(key),
    }
    content = {"config": {f"{config.PROJECT}:{name}": value for name, value in values.items()}}
    (folder / "Pulumi.sensor.yaml").write_text(yaml.safe_dump(content))
    clone.types("./lab setup")
    clone.types("pulumi stack init sensor")
    return clone


def test_a_machine_becomes_a_sensor_stays_one_and_is_given_back(site: Site) -> None:
    clone, debian = site.clone, site.debian
    printed = clone.types(UP)
    assert "first contact; its host key SHA256:" in printed
    inside = site.inside()
    assert inside.service("zeek").is_running
    assert inside.package("zeek-lts-core").is_installed
    clone.types(f"{UP} --expect-no-changes")
    # no time server can be reached from there
    checks = "python -m pytest tests/lab/test_zeek_server.py tests/lab/test_windows_client.py -k 'not clock'"
    printed = clone.types(f"env LAB_STACK=sensor {checks}")
    assert "left out" not in printed

    debian.read("systemctl", "stop", "zeek")
    assert ZEEK_RUNS in clone.types("pulumi refresh --yes --diff --stack sensor")
    printed = clone.types(UP)
    assert f"{ZEEK_RUNS}: changed" in printed
    assert inside.service("zeek").is_running
    clone.types(f"{UP} --expect-no-changes")

    clone.types("pulumi destroy --yes --skip-preview --stack sensor")
    for path in ("/opt/zeek/bin", "/etc/lab/zeek", "/etc/apt/sources.list.d/zeek.list"):
        assert not inside.file(path).exists, path
    assert not inside.package("filebeat").is_installed
