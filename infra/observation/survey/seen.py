"""What one look at a stack has seen: facts alone, no judgement. All times are seconds since 1970."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["kafka", "ksqldb", "connect", "splunk", "hec", "console"]
SERVICES: Final[tuple[Kind, ...]] = ("kafka", "ksqldb", "connect", "splunk", "hec")
"""What every stack consists of, as far as the data's way is concerned: a console only looks on."""


_RECENT_SECONDS: Final = 900.0


@dataclass(frozen=True, kw_only=True)
class Service:
    """Whether one service answered. `refusal` is what it said or what went wrong, empty when it is well."""

    kind: Kind
    address: str
    refusal: str = ""
    code: int = 0
    """HTTP's status where it answered and said no; OpenSSL's verify code where its certificate is no good."""
    is_certificate: bool = False
    """Whether it is the certificate that is no good."""
    certificate_ends: float | None = None
    clock_ahead: float | None = None
    """By how many seconds its clock is ahead of this machine's, where it tells the time (HTTP's Date)."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A supervised process of an embedded stack. `state` is supervisord's word for it."""

    name: str
    state: str
    said: str = ""
    """supervisord's description: since when it runs, or how it ended."""
    uptime: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic. `written` counts offsets, to which each transaction adds one; `latest` is its newest time."""

    name: str
    exists: bool = True
    written: int = 0
    latest: float | None = None


@dataclass(frozen=True, kw_only=True)
class Query:
    """A persistent query, of one that the statements ask for; `id` is empty where it does not run."""

    id: str
    sink: str
    place: str = ""
    state: str = "RUNNING"
    error: str = ""
    lag: int | None = None
    """Records that it has not worked off; None where it has not begun."""


@dataclass(frozen=True, kw_only=True)
class Sink:
    """The connector to Splunk. `failure` is what connector and tasks say, empty when they run."""

    name: str
    failure: str = ""
    lag: int | None = None


@dataclass(frozen=True, kw_only=True)
class Index:
    """What Splunk has of the lab's events."""

    name: str
    events: int
    latest: float | None = None


@dataclass(frozen=True, kw_only=True)
class DeadLetters:
    """Records of one topic that could not be read, for one reason, among the latest of the dead letters."""

    topic: str
    reason: str
    count: int
    latest: float
    record: str = ""
    """The last of them, as far as it is text."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A host or sensor that sends into a topic: when its last record came."""

    name: str
    topic: str
    latest: float
    late: int = 0
    """How many of its last records in a live stack came later than the grace allows."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How far a host's clock is ahead of the sensor's, from matches, or else from near misses."""

    host: str
    matches: int
    near_misses: int
    offset_seconds: float
    smallest: float
    largest: float


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How many enriched events each host has, and unattributed flows each reason."""

    attributed: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Enriched events among all that was concluded, 0 to 1; None before anything was."""
        explained, rest = sum(self.attributed.values()), sum(self.reasons.values())
        return explained / (explained + rest) if explained + rest else None


@dataclass(frozen=True, kw_only=True)
class Survey:
    """All of it. What could not be looked at is empty, and the service that did not answer says why."""

    at: float
    logging_server: str
    is_live: bool = False
    """Whether a sensor or an endpoint sends by itself; a stack of recordings is quiet between replays."""
    services: Mapping[Kind, Service] = field(default_factory=dict)
    programs: Sequence[Program] = ()
    topics: Mapping[str, Topic] = field(default_factory=dict)
    topics_at: float = 0.0
    """When the topics were looked at."""
    queries: Sequence[Query] = ()
    sink: Sink | None = None
    index: Index | None = None
    dead_letters: Sequence[DeadLetters] = ()
    sources: Sequence[Source] = ()
    clocks: Sequence[Clock] = ()
    coverage: Coverage = field(default_factory=Coverage)
    free_mb: int | None = None
    """Free space where the stack's data are, in 10^6 bytes; None where that is another machine."""
    needed_mb: int = 0
    """What Splunk wants free before it takes events."""
    window_seconds: float = 60.0
    """The attribution window: a clock that is off by more finds no match."""
    grace_seconds: float = 86_400.0
    """How late a record may be and still be joined."""

    @property
    def recent_dead_letters(self) -> list[DeadLetters]:
        """Those of the last quarter of an hour: one that is older is history, and no fault of now."""
        return [letters for letters in self.dead_letters if letters.latest >= self.at - _RECENT_SECONDS]

    def answers(self, kind: Kind) -> bool:
        """Whether a service was asked and answered."""
        service = self.services.get(kind)
        return service is not None and not service.refusal
