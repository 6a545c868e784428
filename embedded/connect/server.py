"""The worker process: the REST API on the loopback interface, over the herder and its tasks."""

import asyncio
import logging
import socket
import time
from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from embedded import serving
from embedded.connect.errors import StartError
from embedded.connect.herder import Herder
from embedded.connect.rest import Api
from embedded.connect.settings import Settings

KAFKA_SECONDS: Final = 60.0
"""How long a worker waits for Kafka when it starts: both may have been started together."""
log = logging.getLogger("connect")


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then let every task commit and stop.

    Raises:
        ListenError: the port is taken.
        StartError: Kafka does not answer.
        TaskError: the configuration topic cannot be used.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # httpx logs every request at this level, twenty a second.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    listening = serving.listen(settings.host, settings.port)
    cluster_id = _cluster_id(settings.bootstrap)
    herder = Herder(settings)
    try:
        host, port = listening.getsockname()[:2]
        api = Api(herder, worker_id=f"{host}:{port}", cluster_id=cluster_id)
        log.info("serving on port %d", port)
        asyncio.run(serving.serve([(serving.server(api.application()), listening)]))
    finally:
        herder.close()


def _cluster_id(bootstrap: str) -> str:
    """Kafka's cluster id, once it answers."""
    host, _, port = bootstrap.partition(",")[0].rpartition(":")
    deadline = time.monotonic() + KAFKA_SECONDS
    while True:
        try:
            # librdkafka backs off for seconds from a broker that is not there yet: knock before it is asked.
            socket.create_connection((host, int(port)), timeout=1).close()
            return str(AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10).cluster_id)
        except (OSError, KafkaException) as error:
            if time.monotonic() > deadline:
                message = f"Kafka at {bootstrap} does not answer: {error}."
                raise StartError(message, "Start it, or correct `bootstrap`.") from error
            time.sleep(0.1)
