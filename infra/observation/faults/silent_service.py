"""A service that cannot be reached, or refuses, though nothing more special is known of it."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "service does not answer"


def find(survey: Survey) -> Iterator[Finding]:
    """Each service that does not answer, if why has no name of its own."""
    named = {401, 403, 503}
    for service in survey.services.values():
        has_name = service.is_certificate or (service.kind == "hec" and service.code in named)
        if has_name or not service.refusal:
            continue
        yield Finding(
            fault=NAME,
            hop=hop.service(service.kind),
            what=f"{hop.service(service.kind)} at {service.address} does not answer as it should: "
            f"{service.refusal}",
            causes="It does not run, hangs, is behind a firewall, or has another address or password.",
            remedy="Look at its log. ./lab up brings back what the stack has made.",
            program=hop.log_of(service.kind),
        )
