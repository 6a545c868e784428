"""Health checks that ask the service itself: a port that accepts proves nothing.

They are written in bash alone, which every image of Confluent, Elastic and Splunk has; curl, nc and grep are
missing from some of them (ubi9-micro).
"""

import re
from dataclasses import dataclass
from typing import Final

import pulumi_docker as docker

MINUTE: Final = 60
_SECONDS_PER: Final = {"h": 60 * MINUTE, "m": MINUTE, "s": 1}


def duration(seconds: int) -> str:
    """A duration as the Docker plug-in reads it back (Go's): 90 is `1m30s`.

    Any other spelling of the same time (`90s`) is a spurious update at every `pulumi up`.
    """
    if seconds < MINUTE:
        return f"{seconds}s"
    minutes, rest = divmod(seconds, MINUTE)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s"


def seconds(text: str) -> int:
    """The seconds of a duration as `duration` writes it."""
    return sum(int(count) * _SECONDS_PER[unit] for count, unit in re.findall(r"(\d+)([hms])", text))


@dataclass(frozen=True, kw_only=True)
class Health:
    """How an engine finds out whether a service serves, and how long it may take to start (seconds)."""

    command: str
    start: int
    interval: int = 10
    timeout: int = 10
    retries: int = 6
    program: str = "/bin/bash"

    def args(self) -> docker.ContainerHealthcheckArgs:
        """The check in the form that the plug-in reads back unchanged."""
        return docker.ContainerHealthcheckArgs(
            tests=["CMD", self.program, "-c", self.command],
            interval=duration(self.interval),
            timeout=duration(self.timeout),
            start_period=duration(self.start),
            retries=self.retries,
        )

    @property
    def patience(self) -> int:
        """How many seconds `pulumi up` waits for the service before it calls the container unhealthy."""
        return self.start + self.interval * (self.retries + 1)


def http_ok(port: int, path: str) -> str:
    """A bash command that succeeds when the service on this port of its host answers `GET path` with 200."""
    request = f"GET {path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n"
    return (
        f"exec 3<>/dev/tcp/127.0.0.1/{port} || exit 1; printf '{request}' >&3; "
        'read -r -t 5 status <&3 || exit 1; [[ $status == HTTP/*" 200"* ]]'
    )


def zookeeper(port: int) -> str:
    """A bash command that succeeds when ZooKeeper says in which mode it serves (its command `srvr`)."""
    return (
        f"exec 3<>/dev/tcp/127.0.0.1/{port} || exit 1; printf srvr >&3; "
        "while read -r -t 5 line <&3; do [[ $line == Mode:* ]] && exit 0; done; exit 1"
    )


def broker(bootstrap: str) -> str:
    """A command that succeeds when the broker answers a metadata request.

    Its own small heap: the container's KAFKA_HEAP_OPTS is the broker's, and a second heap of that size would
    not fit.
    """
    return f"KAFKA_HEAP_OPTS=-Xmx64m kafka-broker-api-versions --bootstrap-server {bootstrap} >/dev/null"
