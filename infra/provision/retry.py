"""A connection that is lost is made again, within limits, and those are wider once a machine has answered."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from infra.provision.host import ConnectionLostError

T = TypeVar("T")

UNANSWERED: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between the attempts at a machine that has not answered yet: they outlast a restart of its service,
and a wrong address is soon told."""
REBOOT: Final = (*UNANSWERED, *(15.0,) * 18)
"""Seconds between the attempts at one that has answered before. In these five minutes it may reboot: WinRM is
among what Windows starts two minutes after all else."""


@dataclass
class Retry:
    """Repeats what a lost connection broke off.

    Args:
        name: how messages call the machine.
        lost: the errors that a lost connection shows as.
        look: what to look at when it stays away.
        tell: is told about every attempt that failed.
    """

    name: str
    lost: tuple[type[Exception], ...]
    look: str
    tell: Callable[[str], None]
    answered: bool = False

    def __call__(self, attempt: Callable[[], T], forget: Callable[[], None]) -> T:
        """Return what an attempt gives; `forget` drops a connection that is lost.

        Raises:
            ConnectionLostError: the machine stayed away.
        """
        failed = 0
        while True:
            try:
                given = attempt()
            except self.lost as error:
                forget()
                failed += 1
                pauses = REBOOT if self.answered else UNANSWERED
                if failed > len(pauses):
                    raise ConnectionLostError(
                        f"{self.name} cannot be reached after {failed} attempts: {error}", self.look
                    ) from error
                pause = pauses[failed - 1]
                self.tell(f"{self.name}: connection lost ({error}); trying again in {pause:.0f} s")
                time.sleep(pause)
            else:
                self.answered = True
                return given
