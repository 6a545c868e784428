"""What is looked at before anything is started: ports that are taken, by whom, and memory."""

import errno
import socket
from collections.abc import Callable, Mapping
from typing import Final

import psutil

from infra import sizes
from infra.config import LabConfiguration
from infra.errors import ConfigurationError
from infra.logging_server.embedded.run_directory import RunDirectory

MIB: Final = 1024 * 1024
LOOPBACK: Final = "127.0.0.1"
_CLASHING: Final = frozenset({LOOPBACK, f"::ffff:{LOOPBACK}", "0.0.0.0", "::"})  # noqa: S104 - nothing is bound
"""Where somebody who listens keeps the lab from it; at another loopback address, as Docker's, nobody does."""


def check(configuration: LabConfiguration, run: RunDirectory) -> None:
    """Refuse what cannot work on this machine, before anything is started.

    Raises:
        ConfigurationError: a port is taken by somebody else, or memory is short.
    """
    check_ports(configuration.ports, run.owns)
    check_memory(sizes.EMBEDDED_WITHOUT_KAFKA_MB + configuration.kafka_heap_mb, run.resident_mb)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a service could listen on a port now."""
    with socket.socket() as caller:
        # macOS lets a socket be bound beside one that listens on every address
        if caller.connect_ex((host, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # a connection in TIME_WAIT is no listener
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def holders(ports: frozenset[int]) -> dict[int, psutil.Process]:
    """The processes that hold these ports, as far as this user may see them; who listens goes first."""
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        try:
            connections = process.net_connections(kind="tcp")
        except psutil.Error:
            continue  # another user's
        for connection in connections:
            if not connection.laddr or connection.laddr.ip not in _CLASHING:
                continue
            port = connection.laddr.port
            if port in ports and (port not in found or connection.status == psutil.CONN_LISTEN):
                found[port] = process
    return found


def check_ports(wanted: Mapping[str, int], is_own: Callable[[psutil.Process], bool]) -> None:
    """Refuse ports that somebody else holds.

    Args:
        wanted: ports by configuration key.
        is_own: whether a process belongs to the very stack that is being built.

    Raises:
        ConfigurationError: naming every such key, its port, and who holds it.
    """
    taken = {key: port for key, port in wanted.items() if not is_free(port)}
    if not taken:
        return
    held_by = holders(frozenset(taken.values()))
    problems: list[tuple[str, str]] = []
    for key, port in taken.items():
        holder = held_by.get(port)
        if holder is not None and is_own(holder):
            continue
        who = "another user's process" if holder is None else f"process {holder.pid} ({_name(holder)})"
        if port < 1024 and holder is None:  # noqa: PLR2004  # the privileged ports of RFC 6335
            who = f"{who}, or needs more rights than you have"
        other = _free_port_above(port, frozenset(wanted.values()))
        problems.append(
            (f"port {port} ({key}) is taken by {who}.", f"pulumi config set {key} {other}"),
        )
    if problems:
        raise ConfigurationError(
            "\n".join(what for what, _ in problems),
            "Stop what holds it, or choose another port:\n"
            + "\n".join(f"  {remedy}" for _, remedy in problems),
        )


def check_memory(needed_mb: int, held_mb: Callable[[], int]) -> None:
    """Refuse to start on a machine with too little free memory.

    Args:
        needed_mb: what the stack needs, in MiB.
        held_mb: tells what this very stack's processes hold already, in MiB.

    Raises:
        ConfigurationError: naming what there is, what is needed, and the key that can be lowered.
    """
    available = psutil.virtual_memory().available // MIB
    if available < needed_mb and available + held_mb() < needed_mb:
        raise ConfigurationError(
            f"the stack needs {needed_mb} MB of memory and this machine has {available} MB available",
            "Stop other programs, or give Kafka less (at least 128): pulumi config set kafka.heap_mb 128",
        )


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return "ended meanwhile"


def _free_port_above(port: int, avoid: frozenset[int]) -> int:
    base = port + 10000 if port + 10000 <= 65535 else 20000  # noqa: PLR2004  # the last TCP port
    return next(other for other in range(base, 65536) if other not in avoid and is_free(other))
