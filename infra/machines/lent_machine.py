"""A machine that somebody lends to the lab, as a resource: looked at, and given back without the lab's role.

Pulumi keeps nothing of a resource whose making failed. A role that stopped half-way would stay on the machine
when the stack is destroyed, so it is not the role that takes itself off, but this resource, which was made
before the first step.
"""

from typing import Any

import pulumi
from pulumi.dynamic import Resource

from infra.errors import LabError
from infra.machines.placed_role import SECRETS, PlacedRole, reached, tell
from infra.machines.size import shortage
from infra.provider import LabProvider, Made
from infra.provision.run import remove
from infra.sizes import WINDOWS_CLIENT, ZEEK_SERVER


class LentProvider(LabProvider[PlacedRole]):
    """Takes machines and gives them back."""

    inputs = PlacedRole
    replace_on = frozenset({"role", "ssh", "winrm"})

    def make(self, wanted: PlacedRole) -> Made:
        """Take the machine, if it can be reached and is large enough; nothing on it is changed.

        Raises:
            LabError: it is not.
        """
        size = ZEEK_SERVER if wanted.role == "zeek" else WINDOWS_CLIENT
        with reached(wanted) as (host, _):
            missing = shortage(host, size, windows=wanted.winrm is not None)
            if missing:
                raise LabError(
                    f"{host.name} is too small for its role: {'; '.join(missing)}",
                    "Give the machine what is missing and run the same command again.",
                )
            return Made(host.name, {})

    def find(self, made: Made, wanted: PlacedRole) -> Made:
        """It stays lent, whatever becomes of it; its role is looked at by itself."""
        del wanted
        return Made(made.id, {})

    def change(self, made: Made, had: PlacedRole, wanted: PlacedRole) -> dict[str, Any]:
        """Know what to take off: the machine itself is not asked."""
        del made, had, wanted
        return {}

    def remove(self, made: Made, had: PlacedRole) -> None:
        """Give the machine back: what there is of the role is taken off."""
        del made
        with reached(had) as (host, role):
            remove(host, role, tell)


class LentMachine(Resource, module="lab", name="LentMachine"):
    """A machine that the lab may install a role on. What is installed there depends on it."""

    def __init__(
        self, name: str, inputs: dict[str, pulumi.Input[Any]], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        known = {key: inputs[key] for key in PlacedRole.model_fields}
        secret = pulumi.ResourceOptions(additional_secret_outputs=SECRETS)
        super().__init__(LentProvider(), name, known, pulumi.ResourceOptions.merge(opts, secret))
