"""What a stack on somebody else's services needs: each reachable, with these credentials, on time."""

from collections.abc import Callable
from functools import partial
from typing import Final

from cli.checks.check import Check, passes
from cli.checks.configured import Configured
from infra.errors import LabError
from infra.logging_server import external
from infra.observation.faults import wrong_clock
from infra.observation.survey import asking, broker, hop
from infra.observation.survey.seen import Service, Survey

_REFUSED: Final = frozenset({401, 403})
_KEYS: Final = {"hec": "splunk_hec"}
"""How configuration keys begin, where it is not with the service's kind."""


def checks(chosen: Configured) -> list[Check]:
    """All of them; the services are asked only when the configuration says enough."""
    said = passes("external services", lambda: _said(chosen))
    if said.problem:
        return [said]
    return [passes(name, partial(_answer, ask)) for name, ask in _questions(chosen).items()]


def _said(chosen: Configured) -> str:
    external.check(chosen.values, chosen.is_secret)
    external.pem(chosen.values, "external_ca_file")
    return "configured"


def _questions(chosen: Configured) -> dict[str, Callable[[], Service]]:
    values = chosen.values
    ca = external.pem(values, "external_ca_file") or None
    ksqldb = (values.external_ksqldb_user, values.external_ksqldb_password)
    connect = (values.external_connect_user, values.external_connect_password)
    splunk = (values.external_splunk_user, values.external_splunk_password)
    management = "/services/server/info?output_mode=json"
    health = "/services/collector/health"
    return {
        "Kafka": lambda: _kafka(chosen, ca or ""),
        "ksqlDB": lambda: asking.web("ksqldb", values.external_ksqldb_url, "/info", ca, _login(ksqldb)),
        "Connect": lambda: asking.web(
            "connect", values.external_connect_url, "/connectors", ca, _login(connect)
        ),
        "Splunk": lambda: asking.web("splunk", values.external_splunk_management_url, management, ca, splunk),
        "HEC": lambda: asking.web("hec", values.external_splunk_hec_url, health, ca),
    }


def _login(login: tuple[str, str]) -> tuple[str, str] | None:
    return login if login[0] else None


def _kafka(chosen: Configured, ca: str) -> Service:
    """Its port first; then its metadata, which it tells only those whom it lets in."""
    bootstrap = chosen.values.external_kafka_bootstrap
    reached = asking.kafka(bootstrap)
    if not reached.refusal:
        broker.topics(broker.client(bootstrap, external.kafka_client(chosen.values, ca)), [])
    return reached


def _answer(ask: Callable[[], Service]) -> str:
    service = ask()
    name = hop.service(service.kind)
    if service.refusal:
        keys = f"the keys external.{_KEYS.get(service.kind, service.kind)}_… (pulumi config)"
        remedy = f"Check {keys}: address, CA, and that the service runs and may be reached from here."
        if service.code in _REFUSED:
            remedy = f"Check user and password, {keys}."
        raise LabError(f"{name} at {service.address} does not let this stack in: {service.refusal}", remedy)
    survey = Survey(at=0.0, logging_server="external", services={service.kind: service})
    for finding in wrong_clock.find(survey):
        raise LabError(finding.what, finding.remedy)
    return f"{service.address} answers"
