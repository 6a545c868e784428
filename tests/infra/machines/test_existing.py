"""Existing machines are refused with the key to set, before anything is started."""

from functools import partial
from pathlib import Path

import pulumi
import pytest

from infra.config import LabConfiguration, parse
from infra.errors import ConfigurationError
from infra.logging_server.endpoints import Endpoints
from infra.machines import choice, existing

ENCRYPTED = {"windows.password", "zeek.sudo_password"}


class _Nothing(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
        del args
        return {}, None


@pytest.fixture
def embedded() -> Endpoints:
    """The endpoints of a logging server that takes no Beats."""
    pulumi.runtime.set_mocks(_Nothing())
    said = pulumi.Output.from_input("x")
    return Endpoints(
        kafka_bootstrap=said,
        ksqldb_url=said,
        connect_url=said,
        splunk_management_url=said,
        splunk_hec_url=said,
        splunk_user=said,
        splunk_password=said,
        ca_certificate=said,
        instance=said,
    )


def _configuration(**values: str) -> LabConfiguration:
    return parse({f"flow-attribution-lab:{key}": value for key, value in values.items()})


ZEEK = {"zeek_server": "existing", "zeek.address": "192.0.2.7"}
WINDOWS = {
    "windows_client": "existing",
    "windows.address": "192.0.2.8",
    "windows.user": "CLIENT\\analyst",
    "windows.password": "correct horse",
}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"zeek_server": "existing"}, ["zeek.address", "pulumi config set zeek.address VALUE"]),
        (
            {"windows_client": "existing"},
            [
                "windows.address, windows.user, windows.password",
                "pulumi config set --secret windows.password VALUE",
            ],
        ),
        ({"zeek_server": "container"}, ["zeek_server is container", "takes no Beats"]),
        (
            {"zeek_server": "container", "docker.host": "ssh://analyst@192.0.2.9"},
            ["another machine", "zeek_server existing"],
        ),
        (ZEEK, ["takes no Beats", "replays recordings", "pulumi config set logging_server docker"]),
        (WINDOWS, ["takes no Beats"]),
    ],
)
def test_what_is_missing_is_said_with_what_to_type(
    embedded: Endpoints, values: dict[str, str], told: list[str]
) -> None:
    configuration = _configuration(**values)
    machine = partial(choice.zeek_server, stack="test") if "zeek_server" in values else choice.windows_client
    with pytest.raises(ConfigurationError) as error:
        machine(configuration, embedded, Path("pins"), ENCRYPTED.__contains__)
    for part in told:
        assert part in str(error.value)


def test_a_password_in_the_clear_is_refused_without_showing_it(embedded: Endpoints) -> None:
    with pytest.raises(ConfigurationError, match=r"in the clear.*\n.*--secret windows.password") as error:
        choice.windows_client(_configuration(**WINDOWS), embedded, Path("pins"), lambda _key: False)
    assert "correct horse" not in str(error.value)


def test_an_unknown_transport_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="https, ntlm or kerberos"):
        _configuration(**{"windows.transport": "basic"})


@pytest.mark.parametrize(
    ("values", "endpoint"),
    [
        ({}, "https://192.0.2.8:5986/wsman"),
        ({"windows.transport": "ntlm"}, "http://192.0.2.8:5985/wsman"),
        ({"windows.port": "15986"}, "https://192.0.2.8:15986/wsman"),
        ({"windows.transport": "kerberos", "windows.port": "80"}, "http://192.0.2.8:80/wsman"),
    ],
)
def test_winrm_is_reached_on_its_usual_port_or_on_the_one_that_is_set(
    values: dict[str, str], endpoint: str
) -> None:
    machine = existing.windows_machine(_configuration(**WINDOWS, **values), ENCRYPTED.__contains__)
    assert machine.address().endpoint == endpoint
