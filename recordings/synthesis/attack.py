"""The attack: a document, a launcher, a thread in explorer.exe, and then a beacon a minute to Bangalore."""

from dataclasses import dataclass
from typing import Final

from recordings.synthesis.cast import EXPLORER, HOUR, POWERSHELL, Process
from recordings.synthesis.everyday import ask, secure
from recordings.synthesis.flow import BOTH, Flow, Plan

SERVER: Final = "139.59.80.1"
"""In a cloud provider's Bangalore region. Made up as the rest: nothing was ever sent there."""
SERVER_NAME: Final = "updates.blr-edge.example"
INJECTED_AT: Final = 441.75
"""When the launcher started a thread in explorer.exe, in seconds from START."""
_PERIOD: Final = 60.0
_JITTER: Final = 0.2


@dataclass(frozen=True, kw_only=True)
class Attack:
    """Its connections, in their order."""

    staging: tuple[Flow, ...]
    beacons: tuple[Flow, ...]

    @property
    def injected(self) -> Flow:
        """The first connection of the agent in explorer.exe."""
        return self.beacons[0]


def attack(plan: Plan) -> Attack:
    """Add it all."""
    ask(plan, 434.2, SERVER_NAME, (SERVER,))
    staging = tuple(
        _to_server(plan, at, POWERSHELL, sent, received)
        for at, sent, received in ((434.31, 540, 5_912), (436.02, 1_320, 41_804))
    )
    beacons, at = [], INJECTED_AT + 1.9
    while at < HOUR - 2:
        task = plan.chance.happens(0.12)
        beacons.append(
            _to_server(
                plan,
                at,
                EXPLORER,
                plan.chance.whole(610, 660),
                plan.chance.whole(9_000, 48_000) if task else plan.chance.whole(1_180, 1_240),
            )
        )
        at = round(at + _PERIOD * plan.chance.between(1 - _JITTER, 1 + _JITTER), 6)
    return Attack(staging=staging, beacons=tuple(beacons))


def _to_server(plan: Plan, at: float, process: Process, sent: int, received: int) -> Flow:
    return secure(
        plan,
        at,
        process,
        SERVER_NAME,
        SERVER,
        seen_by=BOTH,
        duration=plan.chance.between(0.35, 1.4),
        sent=sent,
        received=received,
        history="ShADadFf",
        details={
            "ssl": {
                "version": "TLSv12",
                "cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                "curve": "x25519",
                "server_name": SERVER_NAME,
                "resumed": False,
                "established": True,
                "ssl_history": "CsxknGIti",
                "validation_status": "self signed certificate",
            }
        },
    )
