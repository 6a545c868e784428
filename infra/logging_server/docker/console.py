"""The console: the web page that shows what the lab knows, in an image that is built from this clone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pulumi
import pulumi_docker as docker

from console.settings import Settings
from infra import ports
from infra.logging_server.docker import confluent
from infra.logging_server.docker.args import Ground, Identity
from infra.logging_server.docker.container import REPOSITORY, PlacedFile, Service, run
from infra.logging_server.docker.health import Health
from infra.pipeline.pipeline import NAME

USER: Final = "65532:65532"
NAMES: Final = ("console", "localhost")
"""As nginx calls it, and as it calls itself: both verify its certificate."""
DOCKERFILE: Final = "conf/console/Dockerfile"
KEEP: Final = 20_000
"""Connections that it holds: each takes some 3 kB with Zeek's own event, and the rest is Python's."""
_FOLDER: Final = Path("/etc/lab")
_AUTHORITY: Final = _FOLDER / "ca.crt"
_CERTIFICATE: Final = _FOLDER / "console.crt"
_KEY: Final = _FOLDER / "console.key"
_SETTINGS: Final = _FOLDER / "console.json"


def console(
    ground: Ground, identity: Identity, hosts: Sequence[str], opts: pulumi.ResourceOptions
) -> docker.Container:
    """Make the console, healthy when it answers over TLS. It asks for no password: nginx does.

    Args:
        ground: what stands before the first container.
        identity: its certificate.
        hosts: the names by which people reach the logging server; called by another, it refuses.
        opts: options of the resource.
    """
    return run(
        Service(
            name="console",
            image=_image(ground, opts),
            limits=ground.limits["console"],
            user=USER,
            networks=[ground.networks.kafka_backend],
            files=[
                PlacedFile(path=str(_AUTHORITY), content=identity.authority),
                PlacedFile(path=str(_CERTIFICATE), content=identity.certificate),
                PlacedFile(path=str(_KEY), content=pulumi.Output.secret(identity.private_key)),
                PlacedFile(path=str(_SETTINGS), content=settings(hosts).model_dump_json()),
            ],
            command=["--config", str(_SETTINGS)],
            health=Health(command=_ALIVE, start=30, program="/usr/local/bin/python"),
        ),
        ground.site,
        opts,
    )


def settings(hosts: Sequence[str]) -> Settings:
    """What the console in a container is told."""
    return Settings(
        bootstrap=confluent.BOOTSTRAP,
        host="0.0.0.0",  # noqa: S104  # of its container, on a private network
        port=ports.CONSOLE,
        certificate=_CERTIFICATE,
        private_key=_KEY,
        hosts=(*hosts, *NAMES),
        keep=KEEP,
        sink_group=f"connect-{NAME}",
    )


_ALIVE: Final = (
    "import ssl, urllib.request; "
    f"urllib.request.urlopen('https://localhost:{ports.CONSOLE}/health', timeout=5, "
    f"context=ssl.create_default_context(cafile='{_AUTHORITY}'))"
)


def _image(ground: Ground, opts: pulumi.ResourceOptions) -> docker.Image:
    """The image, built on the stack's engine; another one as soon as the code is another."""
    name = ground.site.container("console")
    return docker.Image(
        f"{name}-image",
        image_name=f"{name}:built",
        skip_push=True,
        build=docker.DockerBuildArgs(
            context=str(REPOSITORY),
            dockerfile=str(REPOSITORY / DOCKERFILE),
            args={"BASE": ground.image("console")},
        ),
        opts=pulumi.ResourceOptions(parent=opts.parent, provider=opts.provider),
    )
