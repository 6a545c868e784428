"""What every container of the logging server is given to be made from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.logging_server.docker.container import Site
from infra.logging_server.docker.limits import Limits, heap
from infra.logging_server.docker.networks import Networks
from infra.logging_server.docker.versions import Versions


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What stands before the first container: site, versions, limits, networks, volumes."""

    site: Site
    versions: Versions
    limits: Mapping[str, Limits]
    networks: Networks
    volumes: Mapping[str, pulumi.Output[str]]

    def image(self, container: str) -> str:
        """The image of a container."""
        return self.versions.image(container)

    def heap(self, container: str) -> str:
        """The JVM options of a container's heap."""
        return heap(container, self.limits[container])


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A service's certificate and private key (a secret), and the CA that signed it; all PEM."""

    certificate: pulumi.Input[str]
    private_key: pulumi.Input[str]
    authority: pulumi.Input[str]
