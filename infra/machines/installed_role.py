"""A role on a machine as a resource: applied, looked at, updated by content, taken off."""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal, assert_never

import pulumi
from pulumi.dynamic import Resource

from infra.errors import LabError
from infra.machines.address import SshMachine, WinrmMachine
from infra.machines.size import shortage
from infra.provider import Inputs, LabProvider, Made
from infra.provision.host import ConnectionLostError, Host
from infra.provision.run import Progress, apply, drifted, remove
from infra.provision.ssh import SshHost
from infra.provision.step import Role, given_up
from infra.provision.winrm import WinrmHost
from infra.sizes import WINDOWS_CLIENT, ZEEK_SERVER
from roles.linux import distribution, sshd
from roles.windows.role import WindowsSettings, windows_client
from roles.zeek.role import zeek_server
from roles.zeek.settings import ZeekSettings

REPOSITORY: Final = Path(__file__).resolve().parent.parent.parent
SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "zeek": ("roles/linux", "roles/zeek", "conf/zeek", "conf/filebeat"),
    "windows": ("roles/windows", "conf/sysmon", "conf/osquery", "conf/winlogbeat", "conf/filebeat"),
}
"""The folders whose content decides what a role does."""


class RoleInputs(Inputs):
    """Which role, where, and with what settings; `content` is a digest of all files that make the role."""

    role: Literal["zeek", "windows"]
    ssh: SshMachine | None = None
    winrm: WinrmMachine | None = None
    pins: str
    machine: str = ""
    """Which machine this is, where we made it: a new one at the same address needs the role anew."""
    settings: dict[str, Any]
    content: str
    drift: tuple[str, ...] = ()
    """What someone changed by hand, as the last look found it; nothing is what is wanted."""


class RoleProvider(LabProvider[RoleInputs]):
    """Installs roles."""

    inputs = RoleInputs
    replace_on = frozenset({"role", "ssh", "winrm"})

    def make(self, wanted: RoleInputs) -> Made:
        """Apply the role; a machine that is not of our making has to be large enough for it."""
        with _Reached(wanted) as (host, role):
            if not wanted.machine:
                _demand_size(host, wanted)
            for _ in apply(host, role, _tell):
                pass
            return Made(f"{role.name} on {host.name}", {"steps": role.digests()})

    def find(self, made: Made, wanted: RoleInputs) -> Made | None:
        """Look which steps no longer hold; one of our making that is away took its role with it."""
        try:
            with _Reached(wanted) as (host, role):
                return Made(made.id, {"drift": drifted(host, role)})
        except ConnectionLostError:
            if not wanted.machine:
                raise
            return None

    def change(self, made: Made, had: RoleInputs, wanted: RoleInputs) -> dict[str, Any]:
        """Take off what is no longer asked for, and apply the role anew: only what differs is done."""
        del made
        if had.settings != wanted.settings and had.machine == wanted.machine:
            with _Reached(wanted) as (host, role):
                remove(host, given_up(_role(host, had), role), _tell)
        return self.make(wanted).facts

    def remove(self, made: Made, had: RoleInputs) -> None:
        """Take the role off; there is nothing to be done where a machine of our making is away with it."""
        del made
        try:
            with _Reached(had) as (host, role):
                remove(host, role, _tell)
        except ConnectionLostError:
            if not had.machine:
                raise


class _Reached:
    """A host and its role, for as long as the connection is needed."""

    def __init__(self, inputs: RoleInputs) -> None:
        self._inputs = inputs
        self._host: Host | None = None

    def __enter__(self) -> tuple[Host, Role]:
        self._host = _connect(self._inputs)
        return self._host, _role(self._host, self._inputs)

    def __exit__(self, *_: object) -> None:
        if self._host is not None:
            self._host.close()


def _connect(inputs: RoleInputs) -> Host:
    if inputs.ssh is not None:
        return SshHost(inputs.ssh.address(), Path(inputs.pins), _say)
    if inputs.winrm is not None:
        return WinrmHost(inputs.winrm.address(), _say)
    raise LabError(
        "a role has no machine to go to",
        "Set the machine's address: pulumi config set zeek.address or windows.address",
    )


def _role(host: Host, inputs: RoleInputs) -> Role:
    match inputs.role:
        case "zeek":
            settings = ZeekSettings.model_validate({**inputs.settings, "ssh_port": sshd.port(host)})
            return zeek_server(settings, distribution.read(host))
        case "windows":
            return windows_client(WindowsSettings.model_validate(inputs.settings))
        case unknown:
            assert_never(unknown)


def _demand_size(host: Host, inputs: RoleInputs) -> None:
    wanted = ZEEK_SERVER if inputs.role == "zeek" else WINDOWS_CLIENT
    missing = shortage(host, wanted, windows=inputs.winrm is not None)
    if missing:
        raise LabError(
            f"{host.name} is too small for its role: {'; '.join(missing)}",
            "Give the machine what is missing and run the same command again.",
        )


def _say(text: str) -> None:
    # Pulumi shows what a provider writes to its error output beside the resource it works on
    print(text, file=sys.stderr, flush=True)


def _tell(progress: Progress) -> None:
    _say(str(progress))


def content_digest(role: Literal["zeek", "windows"]) -> str:
    """SHA-256 of every file that makes a role, with its name."""
    total = hashlib.sha256()
    for path in _files(REPOSITORY / folder for folder in SOURCES[role]):
        total.update(f"{path.relative_to(REPOSITORY)}\0".encode() + path.read_bytes())
    return total.hexdigest()


def _files(folders: Iterable[Path]) -> list[Path]:
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in found if "__pycache__" not in path.parts)


class InstalledRole(Resource, module="lab", name="Role"):
    """A role on a machine. `steps` are the digests of what was applied, by step."""

    steps: pulumi.Output[dict[str, str]]

    def __init__(
        self, name: str, inputs: dict[str, pulumi.Input[Any]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        secret = pulumi.ResourceOptions(additional_secret_outputs=["settings", "ssh", "winrm"])
        super().__init__(
            RoleProvider(),
            name,
            {"drift": [], "steps": None, **inputs},
            pulumi.ResourceOptions.merge(opts, secret),
        )
