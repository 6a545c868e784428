"""Logstash: takes what Beats send, chooses a topic for each event, and writes it on to Kafka unchanged."""

from typing import Final

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import health
from infra.logging_server.docker.args import Ground, Identity
from infra.logging_server.docker.container import PlacedFile, Port, Service, run
from infra.logging_server.docker.versions import release
from infra.topics import SYSMON_EVENTS

USER: Final = "1000:1000"
DATA: Final = "logstash-data"
CONF: Final = "conf/logstash"
PIPELINE: Final = "/usr/share/logstash/lab"
API_PORT: Final = 9600


def logstash(
    ground: Ground, identity: Identity, address: str, opts: pulumi.ResourceOptions
) -> docker.Container:
    """Make Logstash, healthy when its pipeline runs. What it has not delivered survives it in its queue.

    Args:
        ground: what stands before the first container.
        identity: its certificate; clients have to show one of the same CA.
        address: the address of the engine's machine on which Beats find it.
        opts: options of the resource.
    """
    return run(
        Service(
            name="logstash",
            image=ground.image("logstash"),
            limits=ground.limits["logstash"],
            user=USER,
            networks=[ground.networks.front, ground.networks.kafka_backend],
            environment={"LS_JAVA_OPTS": ground.heap("logstash")},
            configuration=configuration(ground.versions.logstash),
            data={"/usr/share/logstash/data": ground.volumes[DATA]},
            files=[
                PlacedFile(path="/etc/lab/sysmon_event_names.yml", content=sysmon_event_names()),
                PlacedFile(path="/etc/lab/ca.crt", content=identity.authority),
                PlacedFile(path="/etc/lab/logstash.crt", content=identity.certificate),
                PlacedFile(path="/etc/lab/logstash.p8", content=pulumi.Output.secret(identity.private_key)),
            ],
            ports=[Port(inside=ports.BEATS, outside=ports.BEATS, address=address)],
            health=health.Health(command=health.http_ok(API_PORT, "/_node/pipelines/main"), start=180),
            stop_seconds=60,  # it stops taking events and writes its queue's last page
        ),
        ground.site,
        opts,
    )


def configuration(version: str) -> dict[str, str]:
    """The files of conf/ that a release reads. Before 8, two plug-ins call their options otherwise."""
    old = release(version) < (8, 0)
    differing = {name: f"{CONF}/{'seed' if old else 'pipeline'}/{name}" for name in VERSIONED}
    alike = {name: f"{CONF}/pipeline/{name}" for name in COMMON}
    return {
        "/usr/share/logstash/config/logstash.yml": f"{CONF}/logstash.yml",
        "/usr/share/logstash/config/pipelines.yml": f"{CONF}/pipelines.yml",
        **{f"{PIPELINE}/{name}": source for name, source in {**differing, **alike}.items()},
    }


def sysmon_event_names() -> str:
    """The names of Sysmon's events by number, as the filter `translate` reads them: text to text."""
    return "".join(f'"{number}": "{name}"\n' for number, name in SYSMON_EVENTS.items())


VERSIONED: Final = ("10_beats.conf", "30_sysmon.conf")
COMMON: Final = ("20_zeek_osquery.conf", "40_dead_letters.conf", "90_kafka.conf")
