"""The process: two TLS ports over one store, and the clock that enforces retention."""

import asyncio
import logging
import os
import socket
import stat
from typing import Final

from embedded import serving
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
log = logging.getLogger("splunk")


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly.

    Raises:
        StartError: the password's file or the database cannot be used.
        ListenError: a port, the certificate or the key cannot be used.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.umask(0o077)
    password = _password(settings)
    sockets = [serving.listen(settings.host, port) for port in (settings.hec_port, settings.management_port)]
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = settings.minimum_free_mb * 1_000_000
    store = Store(settings.data_dir / "splunk.sqlite", minimum_free_bytes=free)
    try:
        asyncio.run(_serve(settings, store, password, sockets))
    finally:
        store.close()


async def _serve(settings: Settings, store: Store, password: str, sockets: list[socket.socket]) -> None:
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
    tls = serving.Tls(certificate=settings.certificate, private_key=settings.private_key)
    servers = [serving.server(part.application(), tls) for part in (collector, management)]
    ports = [listening.getsockname()[1] for listening in sockets]
    log.info("serving HEC on port %d and management on port %d", *ports)
    await serving.serve(list(zip(servers, sockets, strict=True)), _keep_limits(store, indexes))


def _password(settings: Settings) -> str:
    path = settings.admin_password_file
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        password = path.read_text().strip()
    except OSError as error:
        message = f"The administrator's password cannot be read: {error}."
        raise StartError(message, "Write it to that file.") from error
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
