"""A stack that is ready to be worked on: the clone is set up, the tool is there, the state is sound."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from cli.environment import install, passphrase, shell
from cli.environment.locations import ROOT, STATE
from cli.stack import process, repair, salt
from cli.stack.selection import select
from cli.tool.provide import provide
from infra.errors import LabError
from infra.outputs import StackOutputs, parse


@dataclass(frozen=True, kw_only=True)
class Session:
    """The stack `name`, and the environment in which the Pulumi tool acts on it."""

    name: str
    environment: Mapping[str, str]

    def run(self, verb: str, *arguments: str) -> None:
        """Let the tool act on the stack, its output for the user to see.

        Raises:
            PulumiFailedError: it failed.
            InterruptedByUserError: it was stopped by Ctrl-C.
        """
        with salt.kept_out(ROOT / f"Pulumi.{self.name}.yaml"):
            process.run([verb, "--stack", self.name, *arguments], self.environment)

    def outputs(self) -> StackOutputs:
        """The endpoints of the running stack.

        Raises:
            LabError: the stack is not up.
        """
        asked = ["stack", "output", "--json", "--show-secrets", "--stack", self.name]
        told = process.ask(asked, self.environment)
        if told.strip() == "{}":
            raise LabError(f"the stack {self.name} is not up.", "Bring it up: ./lab up")
        return parse(told)


def set_up() -> Mapping[str, str]:
    """Set this clone up as far as it is not, and return the environment of the lab's programs.

    Raises:
        LabError: a step failed; says which, why and what to do.
    """
    install.ensure()
    tool = provide()
    passphrase.ensure()
    STATE.mkdir(parents=True, exist_ok=True)
    shell.write(tool.bin)
    return shell.environment(tool.bin, os.environ)


def open_stack(wanted: str | None = None) -> Session:
    """Set the clone up and select the stack `wanted`, or the one that is selected, or the default.

    What a killed command left behind, a stale lock or a half-recorded operation, is put right.

    Raises:
        LabError: the set-up failed, there is no such stack, or another command is at work on it.
    """
    environment = set_up()
    session = Session(name=select(wanted, environment), environment=environment)
    repair.stale_lock(session.name, environment)
    return session


def outputs(wanted: str | None = None) -> StackOutputs:
    """The endpoints of the stack `wanted`, or the selected one, for a verb that only uses what runs.

    Raises:
        LabError: as `open_stack`; or the stack is not up.
    """
    environment = set_up()
    return Session(name=select(wanted, environment), environment=environment).outputs()
