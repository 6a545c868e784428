"""Machines that are there already: the lab's roles are installed on them, and taken off again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
from pydantic import SecretStr

from infra.errors import ConfigurationError
from infra.logging_server.endpoints import BeatsInput, Endpoints
from infra.machines.address import SshMachine, WinrmMachine
from infra.machines.configuration import SECRETS, MachineConfiguration
from infra.machines.installed_role import InstalledRole, content_digest
from infra.machines.lent_machine import LentMachine

DEFAULT_SSH_PORT = 22


class ExistingMachine(pulumi.ComponentResource):
    """A machine that somebody else made, with a role of ours on it.

    `source` says so, for people who look at the stack's outputs; `host` is how it is reached, a secret.
    """

    source: pulumi.Output[str]
    host: pulumi.Output[str]

    def __init__(self, name: str, inputs: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lab:machines:Existing", name, {}, opts)
        lent = LentMachine(f"{name}-machine", inputs, pulumi.ResourceOptions(parent=self))
        role = InstalledRole(f"{name}-role", inputs, pulumi.ResourceOptions(parent=self, depends_on=[lent]))
        self.source = role.id.apply(lambda _: "existing")
        self.host = pulumi.Output.json_dumps(inputs["ssh"] or inputs["winrm"])
        self.register_outputs({"role": role.id})


def zeek_server(
    configuration: MachineConfiguration, at: Endpoints, pins: Path, is_secret: Callable[[str], bool]
) -> ExistingMachine:
    """The sensor on an existing machine.

    Raises:
        ConfigurationError: its address is missing, a password is in the clear, or nothing takes its logs.
    """
    ssh = zeek_machine(configuration, is_secret)
    settings = zeek_settings(configuration, at)
    return ExistingMachine("zeek-server", role_inputs("zeek", pins, settings, ssh=_plain(ssh)))


def zeek_machine(configuration: MachineConfiguration, is_secret: Callable[[str], bool]) -> SshMachine:
    """How the Zeek server is reached.

    Raises:
        ConfigurationError: its address is missing, or a password is in the clear.
    """
    _demand("zeek", {"zeek.address": configuration.zeek_address})
    _demand_secret("zeek.sudo_password", configuration.zeek_sudo_password, is_secret)
    password = configuration.zeek_sudo_password
    return SshMachine(
        host=configuration.zeek_address,
        user=configuration.zeek_user,
        port=configuration.zeek_ssh,
        key_file=configuration.zeek_key_file or None,
        host_key=configuration.zeek_host_key or None,
        sudo_password=SecretStr(password) if password else None,
        jump=_jump(configuration),
    )


def zeek_settings(configuration: MachineConfiguration, at: Endpoints) -> dict[str, Any]:
    """The settings of the Zeek role, whatever it is installed on.

    Raises:
        ConfigurationError: nothing takes its logs.
    """
    return {
        "interface": configuration.zeek_interface,
        "zeek_version": configuration.zeek_version,
        **_shipping(at, _beats(f"zeek_server is {configuration.zeek_server}", "zeek_server", at)),
    }


def windows_client(
    configuration: MachineConfiguration, at: Endpoints, pins: Path, is_secret: Callable[[str], bool]
) -> ExistingMachine:
    """The endpoint on an existing machine.

    Raises:
        ConfigurationError: as `zeek_server`, or osquery's extension has an address and no digest.
    """
    winrm = windows_machine(configuration, is_secret)
    beats = _beats("windows_client is existing", "windows_client", at)
    extension = configuration.windows_osquery_extension_url
    if extension:
        _demand(
            "osquery", {"windows.osquery_extension_sha256": configuration.windows_osquery_extension_sha256}
        )
    osquery = {
        "extension_url": extension,
        "extension_sha256": configuration.windows_osquery_extension_sha256,
    }
    settings = {
        "shipping": {"version": configuration.windows_beats_version, **_shipping(at, beats)},
        "osquery": osquery if extension else None,
    }
    return ExistingMachine("windows-client", role_inputs("windows", pins, settings, winrm=_plain(winrm)))


def windows_machine(configuration: MachineConfiguration, is_secret: Callable[[str], bool]) -> WinrmMachine:
    """How the Windows client is reached.

    Raises:
        ConfigurationError: address, user or password are missing, or the password is in the clear.
    """
    wanted = {
        "windows.address": configuration.windows_address,
        "windows.user": configuration.windows_user,
        "windows.password": configuration.windows_password,
    }
    _demand("windows", wanted)
    _demand_secret("windows.password", configuration.windows_password, is_secret)
    return WinrmMachine(
        host=configuration.windows_address,
        user=configuration.windows_user,
        password=SecretStr(configuration.windows_password),
        transport=configuration.windows_transport,
        port=configuration.windows_port or None,
        ca_file=configuration.windows_ca_file or None,
    )


def _plain(machine: SshMachine | WinrmMachine) -> dict[str, Any]:
    """A machine as a resource's input, its secrets readable: the input as a whole is one."""
    plain: dict[str, Any] = _readable(machine.model_dump(exclude_none=True))
    return plain


def _readable(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return {key: _readable(item) for key, item in value.items()} if isinstance(value, dict) else value


def role_inputs(role: Any, pins: Path, settings: dict[str, Any], **machine: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a role's resource, those that hold a secret as secrets."""
    secret = {name: pulumi.Output.secret(value) for name, value in machine.items()}
    return {
        "role": role,
        "pins": str(pins),
        "settings": pulumi.Output.secret(settings),
        "content": content_digest(role),
        "ssh": None,
        "winrm": None,
        **secret,
    }


def _shipping(at: Endpoints, beats: BeatsInput) -> dict[str, pulumi.Output[str]]:
    return {
        "logging_server": beats.address.apply(lambda address: address.rpartition(":")[0]),
        "ca_certificate": at.ca_certificate,
        "client_certificate": beats.certificate,
        "client_key": beats.private_key,
    }


def _jump(configuration: MachineConfiguration) -> SshMachine | None:
    if not configuration.zeek_jump:
        return None
    user, _, place = configuration.zeek_jump.partition("@")
    host, _, port = place.partition(":")
    key_file = configuration.zeek_key_file or None
    return SshMachine(user=user, host=host, port=int(port or DEFAULT_SSH_PORT), key_file=key_file)


def _demand(what: str, values: dict[str, str]) -> None:
    missing = [key for key, value in values.items() if not value]
    if missing:
        raise ConfigurationError(
            f"an existing machine ({what}) needs {', '.join(missing)}",
            "\n".join(
                f"pulumi config set {'--secret ' if key in SECRETS else ''}{key} VALUE" for key in missing
            ),
        )


def _demand_secret(key: str, value: str, is_secret: Callable[[str], bool]) -> None:
    if value and not is_secret(key):
        raise ConfigurationError(
            f"{key} stands in the clear in the stack's configuration",
            f"pulumi config set --secret {key}   (and give it another value: the old one may be in git)",
        )


def _beats(chosen: str, key: str, at: Endpoints) -> BeatsInput:
    if at.beats is None:
        raise ConfigurationError(
            f"{chosen}, and this stack's logging server takes no Beats: the embedded one replays recordings, "
            "and an external one does not say where its Logstash is",
            "pulumi config set logging_server docker, or external.beats_address (docs/logging-server.md), "
            f"or pulumi config set {key} recorded",
        )
    return at.beats
