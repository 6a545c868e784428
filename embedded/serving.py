"""Serving ASGI applications from one process until SIGTERM or SIGINT, each on a socket of its own."""

import argparse
import asyncio
import contextlib
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import uvicorn
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp

from infra.errors import LabError

STOP_SECONDS: Final = 1
"""How long open connections may take to end when the process is told to stop."""

Settings = TypeVar("Settings", bound=BaseModel)


class ListenError(LabError):
    """A port, a certificate or a key cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Tls:
    """PEM files of a server's certificate and its key."""

    certificate: Path
    private_key: Path


class _Server(uvicorn.Server):
    """A server that leaves signals to the process, which uvicorn would end before it has tidied up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a port that is taken is found before anything else is started.

    Raises:
        ListenError: the port cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named: else every answer waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        message = f"Port {port} on {host} cannot be used: {error.strerror}."
        raise ListenError(message, "Stop what listens there, or choose another port.") from error
    return listening


def server(application: ASGIApp, tls: Tls | None = None) -> uvicorn.Server:
    """A server for one application, over TLS where a certificate is given.

    Raises:
        ListenError: the certificate or the key cannot be used.
    """
    config = uvicorn.Config(
        application,
        lifespan="off",
        log_config=None,
        access_log=False,
        log_level="warning",
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.private_key if tls else None,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=60,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        message = f"The certificate {tls.certificate if tls else ''} or its key cannot be used: {error}."
        raise ListenError(message, "Both must be PEM files that belong together.") from error
    return _Server(config)


async def serve(
    servers: Sequence[tuple[uvicorn.Server, socket.socket]], *beside: Coroutine[Any, Any, None]
) -> None:
    """Serve until SIGTERM or SIGINT; what runs beside the servers is cancelled then."""

    def stop() -> None:
        for one, _ in servers:
            one.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    tasks = [asyncio.create_task(coroutine) for coroutine in beside]
    try:
        await asyncio.gather(*(one.serve(sockets=[listening]) for one, listening in servers))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def run(module: str, model: type[Settings], start: Callable[[Settings], None]) -> int:
    """Run `python -m MODULE --config FILE`; return its exit code, 2 for a useless file and 1 for a failure.

    Args:
        module: what is run, for the usage and for messages.
        model: what the JSON file has to hold.
        start: serves with these settings until SIGTERM or SIGINT.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--config", required=True, type=Path, help="a JSON file with the settings")
    path: Path = parser.parse_args().config
    name = module.rpartition(".")[2]
    try:
        start(model.model_validate_json(path.read_bytes()))
    except (OSError, ValidationError) as error:
        print(f"{name}: {path} cannot be used: {error}", file=sys.stderr)
        return 2
    except LabError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    return 0
