"""The process: one consumer of Kafka, one TLS port."""

import asyncio
import logging
import os

from console.application import application
from console.feed import Feed
from console.pipeline import Pipeline
from console.settings import Settings
from console.state import State
from console.stream import Stream
from embedded import serving

log = logging.getLogger("console")


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly.

    Raises:
        ListenError: the port, the certificate or the key cannot be used.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.umask(0o077)
    listening = serving.listen(settings.host, settings.port)
    state = State(keep=settings.keep, keep_dead_letters=settings.keep_dead_letters)
    feed = Feed(settings, state)
    pages = application(state, Stream(state, feed), Pipeline(settings), settings.hosts)
    tls = serving.Tls(certificate=settings.certificate, private_key=settings.private_key)
    server = serving.server(pages, tls)
    log.info("serving https://%s:%d", *listening.getsockname()[:2])
    feed.start()
    try:
        asyncio.run(serving.serve([(server, listening)]))
    finally:
        feed.stop()
