"""The names of the hops of the data's way, as tables and findings have them."""

from typing import Final

from infra.observation.survey.seen import Kind, Query

CONNECT: Final = "Connect"
HEC: Final = "HEC"
CONSOLE: Final = "console"
INDEX: Final = "index"
_SERVICES: Final[dict[Kind, str]] = {
    "kafka": "Kafka",
    "ksqldb": "ksqlDB",
    "connect": CONNECT,
    "splunk": "Splunk",
    "hec": HEC,
    "console": CONSOLE,
}
PROGRAMS: Final[dict[str, Kind]] = {
    "kafka": "kafka",
    "ksql": "ksqldb",
    "connect": "connect",
    "splunk": "splunk",
    "console": "console",
}
"""The service that each process of an embedded stack offers."""


def service(kind: Kind) -> str:
    """A service as a hop."""
    return _SERVICES[kind]


def program(name: str) -> str:
    """The hop of a process of an embedded stack."""
    return service(PROGRAMS[name])


def log_of(kind: Kind) -> str:
    """The process whose log tells of a service."""
    return "splunk" if kind == "hec" else next(name for name, offers in PROGRAMS.items() if offers == kind)


def topic(name: str) -> str:
    """A topic as a hop."""
    return f"topic {name}"


def query(found: Query) -> str:
    """A query as a hop: by its id, or by what it writes to where it has none."""
    return f"query {found.id or f'of {found.sink} ({found.place})'}"


def source(host: str) -> str:
    """A sensor or endpoint as a hop."""
    return f"agent on {host}"
