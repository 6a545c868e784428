"""Connections that are there to be hard: each once, each with its name in the manifest."""

from typing import Final

from recordings.synthesis.cast import (
    BOOT,
    CHROME,
    CLIENT,
    DOMAIN_CONTROLLER,
    EDGE,
    ONEDRIVE,
    OUTLOOK,
    SHORT_LIVED,
    TEAMS,
)
from recordings.synthesis.everyday import secure
from recordings.synthesis.flow import BOTH, Flow, Plan

_REUSED_PORT: Final = 61_802


def hard_cases(plan: Plan) -> dict[str, list[Flow]]:
    """Add them all; by name, which flows are meant."""
    cases = {
        "a long connection, logged more than two hours after it began": [
            secure(
                plan,
                BOOT + 96.0,
                TEAMS,
                "trouter.telephony.example",
                "52.113.199.30",
                duration=7_910.4,
                seen_by=BOTH,
                sent=218_400,
                received=402_775,
            )
        ],
        "a connection that began before the agents": [
            secure(plan, BOOT - 2_400.0, None, "push.update.example", "20.197.103.14", duration=7_502.0)
        ],
        "one five-tuple, used twice by two programs": [
            secure(
                plan, at, process, name, "23.55.161.12", source_port=_REUSED_PORT, seen_by=BOTH, duration=2.5
            )
            for at, process, name in ((660.5, CHROME, "shop.example"), (2_640.25, EDGE, "outlet.example"))
        ],
        "a socket that Sysmon alone saw": [
            secure(
                plan,
                1_210.0,
                ONEDRIVE,
                "files.storage.example",
                "13.107.136.8",
                seen_by=frozenset({"sysmon"}),
            )
        ],
        "a socket that Osquery alone saw": [
            secure(
                plan, 1_284.0, OUTLOOK, "mail.office.example", "52.98.58.2", seen_by=frozenset({"osquery"})
            )
        ],
        "a socket that neither saw": [
            secure(plan, 1_390.0, CHROME, "metrics.example", "35.186.224.25", seen_by=frozenset())
        ],
        "a process that was gone before Sysmon looked": [
            secure(
                plan, 1_500.2, SHORT_LIVED, "metrics.example", "34.120.195.249", seen_by=frozenset({"sysmon"})
            )
        ],
    }
    cases["two processes on one socket"] = [
        plan.add(
            Flow(
                start=1_777.0,
                duration=4.1,
                proto="udp",
                source=CLIENT.address,
                source_port=5353,
                destination="224.0.0.251",
                destination_port=5353,
                service="dns",
                sent=410,
                state="S0",
                history="D",
                originator=CHROME,
                also=(TEAMS,),
            )
        )
    ]
    cases["no sockets, so no process"] = [_ping(plan, 1_001.0), _ping(plan, 2_801.5)]
    cases["IPv6 to the internet"] = [
        secure(
            plan,
            950.0 + number * 700,
            CHROME,
            "news.example",
            "2a04:4e42:200::396",
            source="2001:df0:3c:20::42",
            seen_by=BOTH,
        )
        for number in range(3)
    ]
    return cases


def _ping(plan: Plan, at: float) -> Flow:
    return plan.add(
        Flow(
            start=at,
            duration=3.021,
            proto="icmp",
            source=CLIENT.address,
            source_port=8,
            destination=DOMAIN_CONTROLLER.address,
            destination_port=0,
            sent=128,
            received=128,
            state="OTH",
            history="",
            seen_by=frozenset(),
        )
    )
