"""nginx: the one door for people. TLS, passwords and an allow-list before everything behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import bcrypt
import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import health
from infra.logging_server.docker.args import Ground, Identity
from infra.logging_server.docker.container import PlacedFile, Port, Service, run

USER: Final = "101:101"
CONF: Final = "conf/nginx/nginx.conf"
WEB_INSIDE: Final = 8443
REDIRECT_INSIDE: Final = 8080
HEALTH_INSIDE: Final = 8081
CONSOLE_INSIDE: Final = 9443
BCRYPT_COST: Final = 5
"""The lowest that is common: the password is 256 random bits, and nginx computes this at every request."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who may come in, where, and how they identify themselves."""

    address: str
    """The address of the engine's machine that the ports are published on."""
    hosts: Sequence[str]
    """The names and addresses by which people reach it; any other is refused."""
    allowed: Sequence[str]
    """The networks (CIDR) that people come from; any other is refused."""
    user: str
    password: pulumi.Input[str]
    identity: Identity


PUBLISHED: Final = {
    REDIRECT_INSIDE: 80,
    WEB_INSIDE: 443,
    CONSOLE_INSIDE: ports.CONSOLE,
    ports.SPLUNK_MANAGEMENT: ports.SPLUNK_MANAGEMENT,
    ports.CONNECT: ports.CONNECT,
    ports.CONTROL_CENTER: ports.CONTROL_CENTER,
    ports.REST_PROXY: ports.REST_PROXY,
    ports.KSQLDB: ports.KSQLDB,
}
"""The ports of the machine by the ports of the container, which, not being root's, has none below 1024."""


def nginx(ground: Ground, door: Door, opts: pulumi.ResourceOptions) -> docker.Container:
    """Make nginx, healthy when it answers a request."""
    identity = door.identity
    chain = pulumi.Output.concat(identity.certificate, identity.authority)
    return run(
        Service(
            name="nginx",
            image=ground.image("nginx"),
            limits=ground.limits["nginx"],
            user=USER,
            networks=[ground.networks.front, ground.networks.kafka_backend, ground.networks.splunk_backend],
            configuration={"/etc/nginx/nginx.conf": CONF},
            files=[
                PlacedFile(path="/etc/lab/ca.crt", content=identity.authority),
                PlacedFile(path="/etc/lab/nginx.crt", content=chain),
                PlacedFile(path="/etc/lab/nginx.key", content=pulumi.Output.secret(identity.private_key)),
                PlacedFile(path="/etc/lab/users", content=users(door.user, door.password)),
                PlacedFile(path="/etc/lab/hosts.conf", content=hosts(door.hosts)),
                PlacedFile(path="/etc/lab/allowed.conf", content=allow_list(door.allowed)),
            ],
            scratch={"/tmp": "rw,noexec,nosuid,size=16m"},  # noqa: S108  # the container's own, in memory
            # the image's own entry point rewrites files below /etc/nginx, which are not this user's
            entrypoint=["/usr/sbin/nginx"],
            command=["-g", "daemon off;"],
            ports=[
                Port(inside=inside, outside=outside, address=door.address)
                for inside, outside in PUBLISHED.items()
            ],
            health=health.Health(
                command=f"wget -q -O /dev/null http://127.0.0.1:{HEALTH_INSIDE}/", start=10, program="/bin/sh"
            ),
            stop_signal="SIGQUIT",  # serves what it is serving to the end; SIGTERM cuts it off
            stop_seconds=20,
        ),
        ground.site,
        opts,
    )


def users(user: str, password: pulumi.Input[str]) -> pulumi.Output[str]:
    """The file of users and password hashes (bcrypt), a secret; the same password gives the same file."""
    return pulumi.Output.secret(password).apply(lambda text: f"{user}:{_hash(text)}\n")


def hosts(names: Sequence[str]) -> str:
    """The names that nginx answers to."""
    written = [f"[{name}]" if ":" in name else name for name in names]
    return f"server_name {' '.join(written)};\n"


def allow_list(networks: Sequence[str]) -> str:
    """Who may come in, as nginx's access module reads it."""
    return "".join(f"allow {network};\n" for network in networks) + "deny all;\n"


def _hash(password: str) -> str:
    # The salt only has to differ from password to password, and hides nothing: it may follow from the
    # password.
    seed = bcrypt.kdf(
        password.encode(), b"lab nginx users", desired_key_bytes=16, rounds=1, ignore_few_rounds=True
    )
    salt = b"$2b$%02d$" % BCRYPT_COST + _bcrypt_base64(seed)
    return bcrypt.hashpw(password.encode(), salt).decode()


def _bcrypt_base64(raw: bytes) -> bytes:
    alphabet = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    bits = int.from_bytes(raw, "big") << 4  # 128 bits fill 22 digits of 6 bits, with 4 left over
    return bytes(alphabet[bits >> shift & 63] for shift in range(126, -1, -6))
