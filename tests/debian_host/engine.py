"""A Docker engine: the one that is running, or one of the tests' own that is stopped again."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.errors import DockerException


def _answers(url: str | None) -> docker.DockerClient | None:
    try:
        client = docker.DockerClient(base_url=url) if url else docker.from_env()
        client.ping()
    except DockerException:
        return None
    return client


@contextmanager
def engine() -> Iterator[docker.DockerClient]:
    """Give an engine to test with.

    Where none answers and this process is root, a dockerd is started with a data folder and a socket of
    its own. It touches no firewall rules.
    """
    running = _answers(None)
    if running is not None:
        yield running
        return
    program = shutil.which("dockerd")
    assert program is not None, "these tests need a Docker engine: start one, or install docker.io"
    assert os.geteuid() == 0, "these tests need a Docker engine: start one, or run them as root"
    with tempfile.TemporaryDirectory(prefix="lab-docker-") as folder:
        url = f"unix://{folder}/socket"
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(program, "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"),
                    *("--pidfile", f"{folder}/pid", "--host", url),
                    # the default bridge has one name on a machine, and another engine may own it
                    *("--bridge=none", "--iptables=false", "--ip6tables=false"),
                ],
                stdout=log,
                stderr=log,
            )
            try:
                yield _await(url, process, Path(folder) / "log")
            finally:
                process.terminate()
                process.wait(60)


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> docker.DockerClient:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        client = _answers(url)
        if client is not None:
            return client
        time.sleep(0.1)
    raise AssertionError(f"dockerd does not answer:\n{log.read_text()[-2000:]}")
