"""Whether the containers of a stack serve, and what those say that do not."""

import time
from collections.abc import Mapping
from typing import Any, Final

import docker
import docker.errors
from docker.models.containers import Container

from infra.logging_server.docker.container import GENERATION_LABEL, STACK_LABEL

SERVING: Final = ("healthy", "starting", "none")
"""A container's health that is no reason to replace it: it serves, is about to, or has no check."""

LAST_LINES: Final = 5
"""How much of an ailing container's output is told."""


def generation(client: docker.DockerClient, name: str) -> str:
    """Which attempt at a container is the right one: the one that runs, or else another.

    Without refreshing, Pulumi takes a container that is down or gone for one that is up. A label that differs
    makes it replace the container: so a plain `pulumi up` mends what a crash, a `docker rm` or a
    half-finished `up` left.
    """
    try:
        container = client.containers.get(name)
    except docker.errors.NotFound:
        return _fresh()
    return str(container.labels.get(GENERATION_LABEL, "")) if _serves(container) else _fresh()


def ailing(client: docker.DockerClient, prefix: str) -> list[str]:
    """What is wrong with each container of a stack that does not serve, and what it said last."""
    mine = client.containers.list(all=True, filters={"label": f"{STACK_LABEL}={prefix}"})
    return [_complaint(container) for container in mine if not _serves(container)]


def _serves(container: Container) -> bool:
    state = container.attrs["State"]
    return bool(state["Running"] and not state["Restarting"]) and _health(state) in SERVING


def _health(state: Mapping[str, Any]) -> str:
    return str((state.get("Health") or {}).get("Status", "none"))


def _complaint(container: Container) -> str:
    state = container.attrs["State"]
    checks = (state.get("Health") or {}).get("Log") or []
    how = (
        "is unhealthy" if state["Running"] and not state["Restarting"] else f"ended with {state['ExitCode']}"
    )
    said = container.logs(tail=LAST_LINES).decode(errors="replace").strip()
    return "\n".join(
        [
            f"{container.name} {how}",
            *([f"  its health check said: {checks[-1]['Output'].strip()}"] if checks else []),
            *(f"  {line}" for line in said.splitlines()),
        ]
    )


def _fresh() -> str:
    return f"{time.time_ns():x}"
