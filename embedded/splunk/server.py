"""The process: two TLS ports over one store, and the clock that enforces retention."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import ssl
import stat
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.applications import Starlette

from embedded.splunk.errors import StartError, StorageFullError
from embedded.splunk.events import Acknowledgements
from embedded.splunk.hec import Collector
from embedded.splunk.indexes import Indexes
from embedded.splunk.management.application import Management
from embedded.splunk.management.authentication import Authentication
from embedded.splunk.management.jobs import Jobs
from embedded.splunk.retention import CHUNK, enforcing
from embedded.splunk.settings import Settings
from embedded.splunk.store import Store
from embedded.splunk.tokens import Tokens

RETENTION_SECONDS: Final = 5
"""How often each index is held to its limits."""
STOP_SECONDS: Final = 3
"""How long open connections may take to end when the process is told to stop."""
log = logging.getLogger("splunk")


class _Server(uvicorn.Server):
    """A server whose signals the process handles, for there are two of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly.

    Raises:
        StartError: a file, the database or a port cannot be used.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.umask(0o077)
    password = _password(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(
        settings.data_dir / "splunk.sqlite", minimum_free_bytes=settings.minimum_free_mb * 1_000_000
    )
    try:
        asyncio.run(_serve(settings, store, password))
    finally:
        store.close()


async def _serve(settings: Settings, store: Store, password: str) -> None:
    indexes, tokens = Indexes(store), Tokens(store)
    collector = Collector(
        store,
        indexes,
        tokens,
        Acknowledgements(store),
        host=socket.gethostname(),
        max_content_bytes=settings.max_content_mb * 1_000_000,
    )
    jobs = Jobs(store, indexes, ttl_seconds=settings.job_ttl_seconds)
    management = Management(store, indexes, tokens, Authentication(password), jobs)
    servers = [
        (_server(settings, collector.application()), _listen(settings.host, settings.hec_port)),
        (_server(settings, management.application()), _listen(settings.host, settings.management_port)),
    ]
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, [server for server, _ in servers])
    retention = asyncio.create_task(_keep_limits(store, indexes))
    log.info(
        "serving HEC on port %d and management on port %d", *(sock.getsockname()[1] for _, sock in servers)
    )
    await asyncio.gather(*(server.serve(sockets=[sock]) for server, sock in servers))
    retention.cancel()
    await asyncio.gather(retention, return_exceptions=True)


def _server(settings: Settings, application: Starlette) -> _Server:
    config = uvicorn.Config(
        application,
        lifespan="off",
        log_config=None,
        access_log=False,
        log_level="warning",
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.private_key,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=60,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        message = f"The certificate {settings.certificate} or its key cannot be used: {error}."
        raise StartError(message, "Both must be PEM files that belong together.") from error
    return _Server(config)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise StartError(
            f"Port {port} on {host} cannot be used: {error.strerror}.", "Choose another."
        ) from error
    listening.set_inheritable(False)
    return listening


def _stop(servers: list[_Server]) -> None:
    for server in servers:
        server.should_exit = True


def _password(settings: Settings) -> str:
    path = settings.admin_password_file
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        password = path.read_text().strip()
    except OSError as error:
        raise StartError(
            f"The administrator's password cannot be read: {error}.", "Write it to that file."
        ) from error
    if mode & 0o077:
        raise StartError(f"{path} can be read by others (mode {mode:o}).", f"chmod 600 {path}")
    if not password:
        raise StartError(f"{path} is empty.", "Write the administrator's password to it.")
    return password


async def _keep_limits(store: Store, indexes: Indexes) -> None:
    while True:
        for index in indexes.all():
            try:
                removed = CHUNK
                while removed == CHUNK:
                    removed = await asyncio.wrap_future(store.write(enforcing(index)))
            except StorageFullError as error:
                log.warning("index %s cannot be trimmed: %s", index.name, error)
        await asyncio.sleep(RETENTION_SECONDS)
