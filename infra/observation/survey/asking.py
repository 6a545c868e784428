"""Does a service answer, and with which certificate and clock? One question, which changes nothing."""

import socket
import ssl
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from infra.observation.survey.seen import Kind, Service
from infra.pipeline import http

_PATIENCE: Final = 5.0
_DATE_STEP: Final = 1.5
_NO_DATA: Final = 400
"""HEC's answer to a known token that sends nothing (Splunk, "Troubleshoot HTTP Event Collector", code 5)."""


def kafka(bootstrap: str) -> Service:
    """Whether a broker's port takes connections: librdkafka itself would try for a long time."""
    refusal = ""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE):
                return Service(kind="kafka", address=bootstrap)
        except (OSError, ValueError) as error:
            refusal = f"{address.strip()}: {error}"
    return Service(kind="kafka", address=bootstrap, refusal=refusal)


def web(
    kind: Kind,
    url: str,
    path: str,
    ca: str | None = None,
    auth: tuple[str, str] | None = None,
) -> Service:
    """Ask a service `GET path`."""
    return _ask(kind, url, ca, lambda client: client.build_request("GET", path), auth=auth)


def collector(url: str, ca: str | None, token: str) -> Service:
    """Ask HEC whether it takes events, and whether it knows the token; nothing is sent to be indexed."""
    health = _ask("hec", url, ca, lambda client: client.build_request("GET", "/services/collector/health"))
    if health.refusal:
        return health
    login = {"Authorization": f"Splunk {token}"}
    known = _ask(
        "hec",
        url,
        ca,
        lambda client: client.build_request("POST", "/services/collector/event", headers=login, content=b""),
        well=frozenset({_NO_DATA}),
    )
    return known if known.refusal else health


def _ask(
    kind: Kind,
    url: str,
    ca: str | None,
    question: Callable[[httpx.Client], httpx.Request],
    *,
    auth: tuple[str, str] | None = None,
    well: frozenset[int] = frozenset(),
) -> Service:
    address = http.public(url)
    try:
        with http.client(url, ca, auth) as client:
            client.timeout = httpx.Timeout(_PATIENCE)
            # as a stream, for the certificate is at hand only until a server has hung up
            answer = client.send(question(client), stream=True)
            ends = _certificate_ends(answer)
            answer.read()
    except httpx.TransportError as error:
        broken = _certificate_error(error)
        return Service(
            kind=kind,
            address=address,
            refusal=broken.verify_message if broken else str(error) or type(error).__name__,
            code=broken.verify_code if broken else 0,
            is_certificate=broken is not None,
        )
    is_well = answer.is_success or answer.status_code in well
    return Service(
        kind=kind,
        address=address,
        refusal="" if is_well else f"HTTP {answer.status_code}: {_said(answer)}",
        code=0 if is_well else answer.status_code,
        certificate_ends=ends,
        clock_ahead=_clock_ahead(answer.headers.get("date", "")),
    )


def _said(answer: httpx.Response) -> str:
    told = http.json_object(answer)
    return str(told.get("text") or told.get("message") or answer.text[:200]).strip()


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """What OpenSSL found wrong with the certificate, beneath what httpx made of it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _certificate_ends(answer: httpx.Response) -> float | None:
    stream = answer.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    shown = tls.getpeercert() if tls is not None else None
    return float(ssl.cert_time_to_seconds(shown["notAfter"])) if shown else None


def _clock_ahead(date: str) -> float | None:
    """From HTTP's Date, whose step is a second: less than that is no difference."""
    try:
        ahead = parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return None
    return 0.0 if abs(ahead) <= _DATE_STEP else ahead
