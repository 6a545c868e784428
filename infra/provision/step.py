"""One step of a role: what shall be true of a host, and how it is made so and undone."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from infra.provision.command import Action, Command, Upload


@dataclass(frozen=True, kw_only=True)
class Check:
    """A question to a host, answered by a command that changes nothing.

    It holds when the command exits with 0 and, where `stdout` is given, wrote exactly that (blanks at the
    ends aside).
    """

    command: Command
    stdout: str | None = None


@dataclass(frozen=True)
class Step:
    """What shall be true of a host.

    Args:
        name: the sentence a user reads while it runs.
        check: all hold when nothing needs to be done. Reading and changing are kept apart.
        apply: makes the checks hold; run in order.
        remove: undoes it; run in order, the last step of a role first. Empty: nothing to undo.
        wants: further content that decides whether this is still the same step, for instance a version.
        subject: what it is about, where the name also tells a version or an address; else the name is.
    """

    name: str
    check: tuple[Check, ...]
    apply: tuple[Action, ...]
    remove: tuple[Action, ...] = ()
    wants: tuple[str, ...] = field(default=())
    subject: str = ""

    @property
    def digest(self) -> str:
        """A SHA-256 sum of all that this step does; secrets are in it only as sums."""
        total = hashlib.sha256(self.name.encode())
        for part in (*self.wants, *_described(self.apply), *_described(self.remove)):
            total.update(b"\0" + part.encode())
        for check in self.check:
            total.update(f"\0{check.command}\0{check.stdout}".encode())
        return total.hexdigest()


@dataclass(frozen=True)
class Role:
    """What is installed on one machine: ordered steps with one name."""

    name: str
    steps: tuple[Step, ...]

    def digests(self) -> dict[str, str]:
        """The digest of each step by its name, in order."""
        return {step.name: step.digest for step in self.steps}


def given_up(had: Role, wanted: Role) -> Role:
    """The part of a role that another one for the same machine no longer speaks of."""
    kept = {step.subject or step.name for step in wanted.steps}
    return Role(had.name, tuple(step for step in had.steps if (step.subject or step.name) not in kept))


def _described(actions: Iterable[Action]) -> Iterable[str]:
    for action in actions:
        if isinstance(action, Upload):
            yield f"{action.path} {action.sha256} {action.mode:o} {action.owner}"
        else:
            secret = hashlib.sha256(action.stdin).hexdigest() if action.stdin else ""
            yield f"{action} {secret}"
