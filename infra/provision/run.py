"""Bring a host to what a role describes, look whether it still is, and take the role off again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from infra.provision.command import Action, Upload
from infra.provision.host import Host, HostError
from infra.provision.step import Check, Role, Step


class Outcome(StrEnum):
    """What became of one step."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Progress:
    """One step done: which, of how many, with what outcome, in how many seconds."""

    host: str
    role: str
    step: str
    number: int
    of: int
    outcome: Outcome
    seconds: float

    def __str__(self) -> str:
        place = f"{self.host}: {self.role} {self.number}/{self.of}"
        return f"{place} {self.step}: {self.outcome} ({self.seconds:.1f} s)"


Report = Callable[[Progress], None]


class StepFailedError(HostError):
    """A step that did not reach what it describes; the next run goes on there."""


def holds(host: Host, check: Check) -> bool:
    """Whether a check holds on a host."""
    result = host.run(check.command)
    return result.exit_code == 0 and (check.stdout is None or result.stdout.strip() == check.stdout.strip())


def is_met(host: Host, step: Step) -> bool:
    """Whether nothing needs to be done for a step. A step without checks is never met."""
    return bool(step.check) and all(holds(host, check) for check in step.check)


def drifted(host: Host, role: Role) -> list[str]:
    """The names of the steps that no longer hold on a host, in order."""
    return [step.name for step in role.steps if not is_met(host, step)]


def _do(host: Host, role: Role, step: Step, action: Action) -> None:
    if isinstance(action, Upload):
        host.put(action)
        return
    result = host.run(action)
    if result.exit_code not in action.ok_exit_codes:
        raise StepFailedError(
            f"{host.name}: {role.name}: the step '{step.name}' failed: "
            f"`{action}` ended with exit code {result.exit_code}:\n{result.last_lines()}",
            "Mend what it says and run the same command again: it goes on at this step.",
        )
    if action.reboots:
        host.await_reboot()


def _unmet(host: Host, role: Role, step: Step) -> StepFailedError:
    failing = next((str(check.command) for check in step.check if not holds(host, check)), "")
    return StepFailedError(
        f"{host.name}: {role.name}: the step '{step.name}' ran without an error, yet `{failing}` says no",
        "Run that command on the host to see why; then run the same command again.",
    )


def apply(host: Host, role: Role, report: Report) -> Iterator[Outcome]:
    """Bring `host` to what `role` describes, a step at a time; yields each step's outcome.

    Raises:
        StepFailedError: a command failed, or a step's checks do not hold after it ran.
        HostError: the host was lost, for longer than the transport's limits.
    """
    for number, step in enumerate(role.steps, 1):
        began = time.monotonic()
        outcome = Outcome.UNCHANGED
        if not is_met(host, step):
            for action in step.apply:
                _do(host, role, step, action)
            if step.check and not is_met(host, step):
                raise _unmet(host, role, step)
            outcome = Outcome.CHANGED
        seconds = time.monotonic() - began
        report(Progress(host.name, role.name, step.name, number, len(role.steps), outcome, seconds))
        yield outcome


def remove(host: Host, role: Role, report: Report) -> None:
    """Take `role` off `host`, its last step first.

    Raises:
        StepFailedError: a removal failed.
        HostError: the host was lost, for longer than the transport's limits.
    """
    for number, step in enumerate(reversed(role.steps), 1):
        began = time.monotonic()
        for action in step.remove:
            _do(host, role, step, action)
        seconds = time.monotonic() - began
        report(Progress(host.name, role.name, step.name, number, len(role.steps), Outcome.REMOVED, seconds))
