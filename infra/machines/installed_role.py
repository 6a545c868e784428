"""A role on a machine as a resource: applied, looked at, updated by content.

To take it off again is the machine's: `lent_machine` gives one back without it, a container takes it along.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

import pulumi
from pulumi.dynamic import Resource

from infra.machines.placed_role import SECRETS, PlacedRole, reached, role_of, tell
from infra.provider import LabProvider, Made
from infra.provision.host import ConnectionLostError
from infra.provision.run import apply, drifted, remove
from infra.provision.step import given_up

REPOSITORY: Final = Path(__file__).resolve().parent.parent.parent
SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "zeek": ("roles/linux", "roles/zeek", "conf/zeek", "conf/filebeat"),
    "windows": ("roles/windows", "conf/sysmon", "conf/osquery", "conf/winlogbeat", "conf/filebeat"),
}
"""The folders whose content decides what a role does."""


class RoleInputs(PlacedRole):
    """A role on a machine; `content` is a digest of all files that make the role."""

    machine: str = ""
    """Which machine this is, where we made it: a new one at the same address needs the role anew."""
    content: str
    drift: tuple[str, ...] = ()
    """What someone changed by hand, as the last look found it; nothing is what is wanted."""


class RoleProvider(LabProvider[RoleInputs]):
    """Installs roles."""

    inputs = RoleInputs
    replace_on = frozenset({"role", "ssh", "winrm"})

    def make(self, wanted: RoleInputs) -> Made:
        """Apply the role."""
        with reached(wanted) as (host, role):
            for _ in apply(host, role, tell):
                pass
            return Made(f"{role.name} on {host.name}", {"steps": role.digests()})

    def find(self, made: Made, wanted: RoleInputs) -> Made | None:
        """Look which steps no longer hold; one of our making that is away took its role with it."""
        try:
            with reached(wanted) as (host, role):
                return Made(made.id, {"drift": drifted(host, role)})
        except ConnectionLostError:
            if not wanted.machine:
                raise
            return None

    def change(self, made: Made, had: RoleInputs, wanted: RoleInputs) -> dict[str, Any]:
        """Take off what is no longer asked for, and apply the role anew: only what differs is done."""
        del made
        if had.settings != wanted.settings and had.machine == wanted.machine:
            with reached(wanted) as (host, role):
                remove(host, given_up(role_of(host, had), role), tell)
        return self.make(wanted).facts

    def remove(self, made: Made, had: RoleInputs) -> None:
        """Leave it to the machine."""


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
        secret = pulumi.ResourceOptions(additional_secret_outputs=SECRETS)
        super().__init__(
            RoleProvider(),
            name,
            {"drift": [], "steps": None, **inputs},
            pulumi.ResourceOptions.merge(opts, secret),
        )
