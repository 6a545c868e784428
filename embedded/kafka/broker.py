"""One broker: its storage formatted, its process started, awaited and stopped."""

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from embedded.kafka import java
from embedded.kafka.settings import Settings
from infra.errors import UnreachableError

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.05


def new_cluster_id() -> str:
    """Return a random KRaft cluster id: 16 bytes in URL-safe base64, which never begins with `-`."""
    return "L" + secrets.token_urlsafe(16)[1:]


def write_properties(settings: Settings) -> None:
    """Write `broker.properties` as the settings say."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = (f"{key}={value}" for key, value in settings.properties().items())
    settings.properties_file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def is_formatted(settings: Settings) -> bool:
    """Whether the storage was formatted before; what it holds is then kept."""
    return (settings.data_dir / "logs" / "meta.properties").exists()


def format_storage(settings: Settings, jvm: tuple[str, ...] = ()) -> None:
    """Format the broker's storage for its cluster id.

    Raises:
        UnreachableError: the format command failed; its last lines are in the message.
    """
    command = java.command(
        *(java.STORAGE_TOOL, "format", "--standalone"),
        *("-t", settings.cluster_id, "-c", str(settings.properties_file)),
        jvm=jvm,
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
        raise UnreachableError(
            f"Kafka's storage in {settings.data_dir} could not be formatted (exit {done.returncode}): {said}",
            "Remove that folder, or give the lab a disk that it can write to, and start again.",
        )


def prepare(settings: Settings) -> list[str]:
    """Make the storage ready and return the command line that runs the broker in the foreground.

    Raises:
        UnreachableError: its port is taken, or the storage cannot be formatted.
    """
    if _listens(settings):
        raise UnreachableError(
            f"Kafka cannot start: something listens on port {settings.port} already",
            "Stop that process, or choose another port: pulumi config set kafka.port PORT",
        )
    write_properties(settings)
    if not is_formatted(settings):
        format_storage(settings)
    return java.command(java.BROKER, str(settings.properties_file), heap_mb=settings.heap_mb)


def _listens(settings: Settings) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((settings.host, settings.port)) == 0


def answers(bootstrap: str, timeout: float = 5.0) -> bool:
    """Whether the broker at `bootstrap` answers a metadata request within `timeout` seconds."""
    try:
        return bool(
            AdminClient({"bootstrap.servers": bootstrap, "log_level": 0}).list_topics(timeout=timeout).brokers
        )
    except KafkaException:
        return False


def await_ready(settings: Settings, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait until the broker answers a metadata request.

    The port is awaited first: librdkafka's first failed call costs seconds of back-off.

    Raises:
        UnreachableError: it ended, or did not answer within a minute.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            break
        if _listens(settings) and answers(settings.bootstrap):
            return
        time.sleep(POLL_SECONDS)
    raise UnreachableError(
        f"Kafka does not answer on {settings.bootstrap}",
        f"Read its log ({settings.data_dir / 'broker.log'}); the port may be taken, or memory short.",
    )


@contextmanager
def running(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a broker as this process's child, ready when entered, stopped when left."""
    command = prepare(settings)
    with (settings.data_dir / "broker.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            await_ready(settings, process)
            yield process
        finally:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a broker that this process started; kill it when it does not stop in time."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a TCP port of the loopback interface that nothing listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
