"""A certificate that is no longer good, or soon will not be."""

from collections.abc import Iterator
from typing import Final

from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "expired certificate"
UNTRUSTED: Final = "untrusted certificate"
NOT_YET: Final = "certificate of the future"
_EXPIRED: Final = 10
_NOT_YET_VALID: Final = 9
"""X509_V_ERR_CERT_HAS_EXPIRED and X509_V_ERR_CERT_NOT_YET_VALID (OpenSSL, "X509_STORE_CTX_get_error")."""
SOON_DAYS: Final = 14
_DAY: Final = 86_400.0
_RENEW: Final = "Embedded and docker: ./lab up makes a new one; external: renew it where the service is."


def find(survey: Survey) -> Iterator[Finding]:
    """Each service whose certificate a client refuses, or which ends within days."""
    for service in survey.services.values():
        where = f"{hop.service(service.kind)} at {service.address}"
        at, log = hop.service(service.kind), hop.log_of(service.kind)
        if service.is_certificate and service.code == _EXPIRED:
            yield finding(f"the certificate of {where} has expired", at, log)
        elif service.is_certificate and service.code == _NOT_YET_VALID:
            yield Finding(
                fault=NOT_YET,
                hop=at,
                what=f"the certificate of {where} is not valid yet",
                causes="This machine's clock is behind the one that made the certificate.",
                remedy="Set the clock: date -u shows it, timedatectl set-ntp true keeps it right.",
                program=log,
            )
        elif service.is_certificate:
            yield Finding(
                fault=UNTRUSTED,
                hop=at,
                what=f"the certificate of {where} is not one of the lab's CA: {service.refusal}",
                causes="Something else listens there, or the certificate was replaced.",
                remedy="See who listens (ss -ltnp); ./lab up puts the stack's own files back.",
                program=log,
            )
        elif service.certificate_ends is not None and service.certificate_ends < survey.at + SOON_DAYS * _DAY:
            days = (service.certificate_ends - survey.at) / _DAY
            yield Finding(
                fault=NAME,
                hop=at,
                what=f"the certificate of {where} expires in {days:.0f} days",
                causes="It comes of age.",
                remedy=_RENEW,
                severity="warning",
            )


def finding(what: str, at: str = hop.HEC, program: str = "splunk") -> Finding:
    """An expired certificate, told in these words."""
    return Finding(
        fault=NAME,
        hop=at,
        what=what,
        causes="It is older than it was made for, or this machine's clock is ahead.",
        remedy=f"Look at the clock (date -u). {_RENEW}",
        program=program,
    )
