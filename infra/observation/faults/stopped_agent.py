"""A sensor or an endpoint's agent that sends no more."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from infra import topics
from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "stopped agent"
QUIET_SECONDS: Final = 900.0
"""A host that is up makes a connection within this time: Windows alone looks for updates, time and names."""
_KINDS: Final = {
    topics.ZEEK_CONN: "the Zeek sensor",
    topics.SYSMON_NETWORK: "Sysmon's events (Winlogbeat)",
    topics.OSQUERY_SOCKETS: "Osquery's events (Filebeat)",
}
_CAUSES: Final = "The service or its Beat has stopped, the machine is off, or its way to Logstash is cut."
_REMEDY: Final = (
    "On the machine: Get-Service Sysmon64, osqueryd, winlogbeat, filebeat (Windows); zeekctl status, "
    "systemctl status filebeat (Linux). Start what has stopped."
)


def find(survey: Survey) -> Iterator[Finding]:
    """Each source that is quiet while others send; in a live stack, everybody's silence too.

    A stack of recordings is quiet between replays, and no agent of it is to blame. A host of one that is
    quiet while others send is only warned of: its recording may have ended before theirs.
    """
    if not survey.sources:
        return
    newest = max(source.latest for source in survey.sources)
    if newest < survey.at - QUIET_SECONDS:
        if survey.is_live:
            told = _minutes(survey.at - newest)
            yield _finding("sensor and agents", f"nothing has sent a record for {told}", is_live=True)
        return
    quiet = defaultdict(list)
    for source in survey.sources:
        if source.latest < newest - QUIET_SECONDS:
            quiet[source.name].append(source)
    for host, silent in quiet.items():
        what = " and ".join(_KINDS.get(source.topic, source.topic) for source in silent)
        since = survey.at - max(source.latest for source in silent)
        said = f"{what} of {host}: no new record for {_minutes(since)}, while others send"
        yield _finding(host, said, is_live=survey.is_live)


def _finding(host: str, what: str, *, is_live: bool) -> Finding:
    return Finding(
        fault=NAME,
        hop=hop.source(host),
        what=what,
        causes=_CAUSES if is_live else f"Its recording has ended. Of a machine that is there: {_CAUSES}",
        remedy=_REMEDY if is_live else "None, if its recording has ended; ./lab replay sends another.",
        severity="broken" if is_live else "warning",
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes"
