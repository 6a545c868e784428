"""Bring a host to what a role describes, look whether it still is, and take the role off again."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from infra.provision.command import Action, Upload
from infra.provision.host import Host, HostError
from infra.provision.step import Check, Role, Step


class Outcome(StrEnum):
    """What became of one step."""

    UNCHANGED = "unchanged"
    BEGUN = "begun"
    CHANGED = "changed"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """Where one step is, as it begins to change something and as it ends: its number, outcome and time."""

    host: str
    role: str
    step: str
    number: int
    of: int
    outcome: Outcome
    seconds: float

    def __str__(self) -> str:
        what = f"{self.host}: {self.role} {self.number}/{self.of} {self.step}: {self.outcome}"
        return what if self.outcome is Outcome.BEGUN else f"{what} ({self.seconds:.1f} s)"


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


def _unmet(host: Host, role: Role, step: Step) -> StepFailedError:
    failing = next((str(check.command) for check in step.check if not holds(host, check)), "")
    return StepFailedError(
        f"{host.name}: {role.name}: the step '{step.name}' ran without an error, yet `{failing}` says no",
        "Run that command on the host to see why; then run the same command again.",
    )


class _Steps:
    """A role's steps on their way, and what is reported of them."""

    def __init__(self, host: Host, role: Role, report: Report) -> None:
        self._host = host
        self._role = role
        self._report = report
        self._number = 0
        self._began = 0.0

    @contextmanager
    def timed(self, step: Step) -> Iterator[None]:
        """Count a step and take its time; one that fails is reported before its error goes on."""
        self._number += 1
        self._began = time.monotonic()
        try:
            yield
        except HostError:
            self.say(step, Outcome.FAILED)
            raise

    def say(self, step: Step, outcome: Outcome) -> None:
        """Report where a step is."""
        seconds = time.monotonic() - self._began
        place = self._host.name, self._role.name, step.name, self._number, len(self._role.steps)
        self._report(Progress(*place, outcome, seconds))


def apply(host: Host, role: Role, report: Report) -> Iterator[Outcome]:
    """Bring `host` to what `role` describes, a step at a time; yields each step's outcome.

    Raises:
        StepFailedError: a command failed, or a step's checks do not hold after it ran.
        HostError: the host was lost, for longer than the transport's limits.
    """
    steps = _Steps(host, role, report)
    for step in role.steps:
        outcome = Outcome.UNCHANGED
        with steps.timed(step):
            if not is_met(host, step):
                steps.say(step, Outcome.BEGUN)
                for action in step.apply:
                    _do(host, role, step, action)
                if step.check and not is_met(host, step):
                    raise _unmet(host, role, step)
                outcome = Outcome.CHANGED
        steps.say(step, outcome)
        yield outcome


def remove(host: Host, role: Role, report: Report) -> None:
    """Take `role` off `host`, its last step first.

    Raises:
        StepFailedError: a removal failed.
        HostError: the host was lost, for longer than the transport's limits.
    """
    steps = _Steps(host, role, report)
    for step in reversed(role.steps):
        with steps.timed(step):
            for action in step.remove:
                _do(host, role, step, action)
        steps.say(step, Outcome.REMOVED)
