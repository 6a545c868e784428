"""What the machines of the network say to each other: logon, policy, shares, discovery."""

from typing import Any, Final

from recordings.synthesis.cast import (
    CHROME,
    CLIENT,
    DC_DNS,
    DC_KERNEL,
    DC_LSASS,
    DC_RPC,
    DISCOVERY,
    DNS_CLIENT,
    DOMAIN_CONTROLLER,
    HOUR,
    KERNEL,
    LAPTOP,
    LSASS,
    POLICY,
    PRINTER,
    Host,
    Process,
)
from recordings.synthesis.flow import BOTH, Flow, Plan

_BROADCAST: Final = "10.20.0.255"
_POLICY_SECONDS: Final = 1700.0


def logon(plan: Plan, at: float) -> None:
    """Tickets, then policy from directory and share: both ends have agents."""
    controller = DOMAIN_CONTROLLER.address
    for offset, process, port, service, answers in (
        (0.0, LSASS, 88, "krb_tcp", DC_LSASS),
        (0.006, LSASS, 88, "krb_tcp", DC_LSASS),
        (0.041, POLICY, 389, "ldap", DC_LSASS),
        (0.160, POLICY, 135, "dce_rpc", DC_RPC),
        (0.171, POLICY, 49_668, "dce_rpc", DC_LSASS),
        (0.220, KERNEL, 445, "gssapi,smb,krb", DC_KERNEL),
    ):
        plan.tcp(
            at + offset + plan.chance.between(0.0, 0.004),
            process,
            controller,
            port,
            duration=plan.chance.between(0.004, 11.0),
            service=service,
            sent=plan.chance.whole(260, 4_200),
            received=plan.chance.whole(300, 9_100),
            state=plan.chance.one_of(("SF", "RSTO")),
            history="ShADdaR",
            responder=answers,
            seen_by=BOTH,
        )


def policy_refreshes(plan: Plan) -> None:
    """Group policy looks again every now and then, and a share is used in between."""
    at = 140.0
    while at < HOUR:
        logon(plan, at)
        at += _POLICY_SECONDS
    for share in range(6):
        plan.tcp(
            300.0 + share * 540 + plan.chance.between(0, 200.0),
            KERNEL,
            DOMAIN_CONTROLLER.address,
            445,
            duration=plan.chance.between(8.0, 190.0),
            service="gssapi,smb",
            sent=plan.chance.whole(2_000, 60_000),
            received=plan.chance.whole(4_000, 900_000),
            responder=DC_KERNEL,
        )
    plan.tcp(
        1_333.7,
        None,
        CLIENT.address,
        445,
        host=LAPTOP,
        duration=31.4,
        service="gssapi,smb",
        sent=3_120,
        received=18_430,
        responder=KERNEL,
        seen_by=BOTH,
    )


def discovery(plan: Plan) -> None:
    """Multicast and broadcast: the same few five-tuples again and again."""
    for at in (31.0, 751.0, 1_471.0, 2_191.0, 2_911.0):
        _shout(plan, at, CLIENT, KERNEL, port=137, to=f"{_BROADCAST}:137", service="dns", sent=150)
        _shout(plan, at + 11.3, LAPTOP, None, port=137, to=f"{_BROADCAST}:137", service="dns", sent=150)
        _shout(plan, at + 40.0, CLIENT, KERNEL, port=138, to=f"{_BROADCAST}:138", sent=201)
        _shout(plan, at + 66.0, CLIENT, DISCOVERY, port=plan.udp_port(), to="239.255.255.250:1900", sent=716)
        _shout(plan, at + 90.0, PRINTER, None, port=5353, to="224.0.0.251:5353", service="dns", sent=312)
        _shout(
            plan,
            at + 93.0,
            CLIENT,
            DNS_CLIENT,
            port=plan.udp_port(),
            to="224.0.0.252:5355",
            service="dns",
            sent=48,
        )
        _shout(plan, at + 121.0, CLIENT, CHROME, port=plan.udp_port(), to="239.255.255.250:1900", sent=696)
    for at in (402.0, 1_910.0, 3_002.0):
        _shout(
            plan, at, CLIENT, DNS_CLIENT, port=plan.udp_port(), to="ff02::1:3:5355", service="dns", sent=48
        )
        _shout(plan, at + 7.0, CLIENT, None, port=546, to="ff02::1:2:547", sent=98)


def names_over_ipv6(plan: Plan) -> None:
    """Some questions reach the controller by its IPv6 address; its agent sees them too."""
    for number in range(8):
        plan.add(
            Flow(
                start=200.0 + 410 * number + plan.chance.between(0, 30.0),
                duration=plan.chance.between(0.0006, 0.02),
                proto="udp",
                source=CLIENT.address_v6,
                source_port=plan.udp_port(),
                destination=DOMAIN_CONTROLLER.address_v6,
                destination_port=53,
                service="dns",
                sent=41,
                received=102,
                history="Dd",
                originator=DNS_CLIENT,
                responder=DC_DNS,
                details={
                    "dns": {
                        "trans_id": plan.chance.whole(1, 65_535),
                        "rtt": 0.0006,
                        "query": "dc01.corp.example",
                        "answers": [DOMAIN_CONTROLLER.address],
                        "TTLs": [1200.0],
                    }
                },
            )
        )


def _shout(
    plan: Plan,
    at: float,
    host: Host,
    process: Process | None,
    *,
    port: int,
    to: str,
    **rest: Any,
) -> None:
    group, _, group_port = to.rpartition(":")
    plan.add(
        Flow(
            start=round(at + plan.chance.between(0.0, 2.0), 6),
            duration=plan.chance.between(0.0, 3.1),
            proto="udp",
            source=host.address_v6 if ":" in group else host.address,
            source_port=port,
            destination=group,
            destination_port=int(group_port),
            state="S0",
            history="D",
            originator=process,
            seen_by=plan.noticed() if process else frozenset(),
            **rest,
        )
    )
