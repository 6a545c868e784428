"""A Docker engine for the tests that need a real one."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.errors import DockerException

from infra.logging_server.docker.configuration import LOCAL_ENGINE

START_SECONDS = 60


@contextmanager
def engine_host() -> Iterator[str]:
    """Give an engine's address: one of the tests' own as root on Linux, else the user's.

    Their own has a folder of its own, no default bridge (its name is one for the whole machine, and another
    engine may own it), and touches no firewall rules. It is stopped again.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        yield os.environ.get("DOCKER_HOST", LOCAL_ENGINE)
        return
    dockerd = shutil.which("dockerd", path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin")
    if dockerd is None:
        raise FileNotFoundError(
            "dockerd is not installed, and these tests need an engine: apt-get install docker.io"
        )
    with tempfile.TemporaryDirectory(prefix="lab-docker-") as folder:
        host = f"unix://{folder}/socket"
        arguments = [
            *(dockerd, f"--host={host}", f"--data-root={folder}/data", f"--exec-root={folder}/exec"),
            *(f"--pidfile={folder}/pid", "--bridge=none", "--iptables=false", "--ip6tables=false"),
        ]
        log = Path(folder) / "log"
        with log.open("wb") as written:
            process = subprocess.Popen(arguments, stdout=written, stderr=subprocess.STDOUT)
        try:
            _await(host, process, log)
            yield host
        finally:
            process.terminate()
            process.wait(timeout=60)


def _await(host: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client = docker.DockerClient(base_url=host)
            client.ping()
            client.close()
        except DockerException:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8")[-3000:])
