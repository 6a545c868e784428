"""What a client does all day without anyone's asking: names, pages, mail, synchronisation, updates, time."""

from typing import Final

from recordings.synthesis.cast import (
    CHROME,
    CLIENT,
    DEFENDER,
    DELIVERY,
    DNS_CLIENT,
    DOMAIN_CONTROLLER,
    HOUR,
    LAPTOP,
    ONEDRIVE,
    OUTLOOK,
    TEAMS,
    TIME,
    UPDATE,
    Host,
    Process,
)
from recordings.synthesis.flow import Flow, Plan

_SITES: Final = {
    "www.weather.example": ("104.18.32.47", "104.18.33.47"),
    "news.example": ("151.101.1.140", "151.101.65.140"),
    "static.news.example": ("151.101.1.91", "151.101.129.91"),
    "cdn.webfonts.example": ("142.250.183.67", "142.250.195.3"),
    "shop.example": ("23.55.161.12", "23.55.161.44"),
    "images.shop.example": ("23.55.163.70", "23.55.163.84"),
    "metrics.example": ("35.186.224.25", "34.120.195.249"),
    "docs.example": ("13.35.210.18", "13.35.210.77"),
    "www.search.example": ("142.250.77.228", "142.250.182.4"),
    "video.example": ("172.217.160.142", "142.250.196.14"),
}
_PAGES: Final = (
    ("www.search.example", "cdn.webfonts.example"),
    ("news.example", "static.news.example", "metrics.example", "cdn.webfonts.example"),
    ("shop.example", "images.shop.example", "metrics.example"),
    ("docs.example", "metrics.example"),
    ("www.weather.example", "metrics.example"),
    ("video.example", "metrics.example"),
)
_CIPHERS: Final = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")


def ask(plan: Plan, at: float, name: str, addresses: tuple[str, ...], host: Host = CLIENT) -> None:
    """A question to the domain controller's DNS, and its answer."""
    client = DNS_CLIENT if host is CLIENT else None
    took = plan.chance.between(0.0007, 0.031)
    answer = 16 * len(addresses) + len(name) + 18
    plan.add(
        Flow(
            start=at,
            duration=took,
            proto="udp",
            source=host.address,
            source_port=plan.udp_port(),
            destination=DOMAIN_CONTROLLER.address,
            destination_port=53,
            service="dns",
            sent=len(name) + 18,
            received=answer,
            history="Dd",
            originator=client,
            seen_by=plan.noticed() if client else frozenset(),
            details={
                "dns": {
                    "trans_id": plan.chance.whole(1, 65_535),
                    "rtt": took,
                    "query": name,
                    "answers": list(addresses),
                    "TTLs": [float(plan.chance.whole(20, 300))] * len(addresses),
                }
            },
        )
    )


def secure(
    plan: Plan,
    at: float,
    process: Process | None,
    name: str,
    address: str,
    *,
    host: Host = CLIENT,
    **rest: object,
) -> Flow:
    """A TLS connection to a name."""
    details = {
        "version": "TLSv13" if plan.chance.happens(0.85) else "TLSv12",
        "cipher": plan.chance.one_of(_CIPHERS),
        "curve": "x25519",
        "server_name": name,
        "resumed": plan.chance.happens(0.3),
        "established": True,
        "ssl_history": "CsiI",
    }
    settled: dict[str, object] = {
        "duration": plan.chance.between(0.4, 75.0),
        "sent": plan.chance.whole(650, 9_000),
        "received": plan.chance.whole(3_200, 240_000),
        "service": "ssl",
        "history": plan.chance.one_of(("ShADadFf", "ShADadfF", "ShADadFfR", "ShADadfFr")),
        "details": {"ssl": details},
        "host": host,
    }
    if process is None:
        settled["seen_by"] = frozenset()
    return plan.tcp(at, process, address, 443, **(settled | rest))


def browsing(plan: Plan, process: Process | None, pages: int, host: Host = CLIENT) -> None:
    """Pages that somebody reads, each with what it pulls in."""
    for number in range(pages):
        opened = HOUR * (number + plan.chance.between(0.05, 0.95)) / pages
        for name in plan.chance.one_of(_PAGES):
            addresses = _SITES[name]
            if plan.chance.happens(0.55):
                ask(plan, opened, name, addresses, host)
            opened += plan.chance.between(0.02, 0.4)
            secure(plan, opened, process, name, plan.chance.one_of(addresses), host=host)


def _every(plan: Plan, seconds: float) -> list[float]:
    times, at = [], plan.chance.between(5.0, seconds)
    while at < HOUR:
        times.append(at)
        at += seconds * plan.chance.between(0.93, 1.07)
    return times


def background(plan: Plan) -> None:
    """Mail, synchronisation, telephony, protection and updates."""
    services: tuple[tuple[Process, str, tuple[str, ...], float], ...] = (
        (ONEDRIVE, "files.storage.example", ("13.107.136.8", "13.107.138.8"), 210.0),
        (TEAMS, "meet.telephony.example", ("52.113.194.132", "52.113.205.18"), 165.0),
        (OUTLOOK, "mail.office.example", ("52.98.58.2", "40.99.4.34"), 120.0),
        (DEFENDER, "signatures.protection.example", ("20.190.148.9", "20.190.148.162"), 900.0),
        (UPDATE, "catalogue.update.example", ("20.72.205.209", "20.54.24.148"), 1100.0),
        (DELIVERY, "delivery.update.example", ("23.211.61.107", "23.211.61.115"), 700.0),
    )
    for process, name, addresses, seconds in services:
        for at in _every(plan, seconds):
            ask(plan, at, name, addresses)
            secure(plan, at + plan.chance.between(0.01, 0.09), process, name, plan.chance.one_of(addresses))
    for at in _every(plan, 800.0):
        _plain(plan, at, UPDATE, "23.211.61.98", name="ctl.update.example", path="/roots/authrootstl.cab")
    _plain(plan, 12.4, CHROME, "142.250.77.163", name="connectivity.check.example", path="/generate_204")
    for at in (91.0, 1115.0, 2139.0, 3163.0):
        plan.add(
            Flow(
                start=at + plan.chance.between(0.0, 0.9),
                duration=plan.chance.between(0.0004, 0.002),
                proto="udp",
                source=CLIENT.address,
                source_port=123,
                destination=DOMAIN_CONTROLLER.address,
                destination_port=123,
                service="ntp",
                sent=48,
                received=48,
                history="Dd",
                originator=TIME,
            )
        )


def _plain(plan: Plan, at: float, process: Process, address: str, *, name: str, path: str) -> None:
    size = plan.chance.whole(180, 61_000)
    plan.tcp(
        at,
        process,
        address,
        80,
        duration=plan.chance.between(0.05, 2.0),
        service="http",
        sent=230,
        received=size + 310,
        details={
            "http": {
                "trans_depth": 1,
                "method": "GET",
                "host": name,
                "uri": path,
                "version": "1.1",
                "user_agent": "Microsoft-CryptoAPI/10.0",
                "request_body_len": 0,
                "response_body_len": size,
                "status_code": 200,
                "status_msg": "OK",
            }
        },
    )


def of_the_laptop(plan: Plan) -> None:
    """The machine without an agent does much the same, and nobody knows which of its programs did."""
    browsing(plan, None, 18, LAPTOP)
