"""The volumes of the logging server: what must survive its containers."""

from typing import Final

import pulumi
import pulumi_docker as docker

from infra.logging_server.docker import broker, logstash, splunk, zookeeper
from infra.logging_server.docker.versions import Versions

_ALWAYS: Final = (broker.DATA, logstash.DATA, splunk.ETC, splunk.VAR)
_WITH_ZOOKEEPER: Final = (zookeeper.DATA, zookeeper.LOG)


def create(
    prefix: str, versions: Versions, *, keep: bool, opts: pulumi.ResourceOptions
) -> dict[str, pulumi.Output[str]]:
    """Make the volumes, or take over those of the same name that an earlier stack kept.

    They bear no labels: changing one replaces the volume, and its data is gone.

    Args:
        prefix: what their names begin with.
        versions: which services there are.
        keep: whether `pulumi destroy` leaves them.
        opts: options of the resources.
    """
    names = [*_ALWAYS, *(_WITH_ZOOKEEPER if versions.has_zookeeper else ())]
    kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=keep))
    return {
        name: docker.Volume(f"{prefix}-{name}", name=f"{prefix}-{name}", opts=kept).name for name in names
    }
