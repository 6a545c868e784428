"""Stand-ins as real processes, with certificates of a CA of the test session's own."""

import json
import secrets
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from embedded.kafka.broker import free_port
from embedded.kafka.settings import Settings as KafkaSettings
from infra.tls.certificates import KeyPair, make_authority, make_leaf

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 20.0


@dataclass
class Process:
    """A stand-in that can be started, killed and started again over the same state."""

    module: str
    settings: dict[str, Any]
    folder: Path
    ready: Callable[[], bool]
    running: subprocess.Popen[bytes] | None = None

    def start(self, *prefix: str) -> None:
        config = self.folder / f"{self.module}.json"
        config.write_text(json.dumps(self.settings, default=str))
        config.chmod(0o600)
        command = [*prefix, sys.executable, "-m", self.module, "--config", str(config)]
        with (self.folder / f"{self.module}.log").open("ab") as log:
            self.running = subprocess.Popen(command, cwd=REPOSITORY, stderr=log, stdout=log)
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            assert self.running.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def stop(self) -> int:
        assert self.running is not None
        if self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
        return self.running.wait(timeout=START_SECONDS)

    def log(self) -> str:
        return (self.folder / f"{self.module}.log").read_text()


@dataclass
class Splunk(Process):
    """A Splunk with its clients: `hec` and `admin` verify the lab's CA."""

    password: str = ""
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    @property
    def hec_url(self) -> str:
        return f"https://127.0.0.1:{self.settings['hec_port']}"

    def hec(self, method: str, path: str, token: str = "", **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Splunk {token}"} if token else {}
        headers.update(arguments.pop("headers", {}))
        with httpx.Client(verify=self.context, base_url=self.hec_url, timeout=30) as client:
            return client.request(method, path, headers=headers, **arguments)

    def admin(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        base = f"https://127.0.0.1:{self.settings['management_port']}"
        arguments.setdefault("auth", ("admin", self.password))
        arguments.setdefault("params", {"output_mode": "json"})
        with httpx.Client(verify=self.context, base_url=base, timeout=60) as client:
            return client.request(method, path, **arguments)

    def token(self, name: str, index: str, **arguments: str) -> str:
        """A new HEC token for a new index."""
        made = self.admin("POST", "/services/data/indexes", data={"name": index})
        assert made.status_code in {201, 409}, made.text
        data = {"name": name, "index": index, "indexes": index, **arguments}
        made = self.admin("POST", "/services/data/inputs/http", data=data)
        assert made.status_code == 201, made.text
        token: str = made.json()["entry"][0]["content"]["token"]
        return token

    def search(self, search: str, **arguments: str) -> list[dict[str, Any]]:
        data = {"search": search, "exec_mode": "oneshot", "count": "0", **arguments}
        answer = self.admin("POST", "/services/search/jobs", data=data)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results


def kill_leftovers(processes: Sequence[Process]) -> None:
    """End what a failed test has left behind."""
    for process in processes:
        if process.running is not None and process.running.poll() is None:
            process.kill()


def is_listening(context: ssl.SSLContext, port: int) -> bool:
    try:
        httpx.get(f"https://127.0.0.1:{port}/services/collector/health", verify=context)
    except httpx.TransportError:
        return False
    return True


@pytest.fixture(scope="session")
def authority() -> KeyPair:
    return make_authority("test CA", days=2)


@pytest.fixture(scope="session")
def tls(authority: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """PEM files of a server on the loopback interface: `certificate`, `private_key`, `ca`."""
    folder = tmp_path_factory.mktemp("tls")
    leaf = make_leaf(authority, "test server", ["127.0.0.1", "localhost"], days=1)
    files = {"certificate": leaf.certificate, "private_key": leaf.private_key, "ca": authority.certificate}
    paths = {}
    for name, text in files.items():
        paths[name] = folder / f"{name}.pem"
        paths[name].touch(0o600)
        paths[name].write_text(text)
    return paths


@pytest.fixture(scope="session")
def make_splunk(tls: dict[str, Path], authority: KeyPair) -> Iterator[Callable[[Path], Splunk]]:
    """Describe a Splunk whose state is in a folder; the caller starts and stops it."""
    made: list[Splunk] = []

    def make(folder: Path) -> Splunk:
        password = secrets.token_urlsafe(16)
        password_file = folder / "admin-password"
        password_file.touch(0o600)
        password_file.write_text(password)
        context = ssl.create_default_context(cadata=authority.certificate)
        settings: dict[str, Any] = {
            "certificate": tls["certificate"],
            "private_key": tls["private_key"],
            "hec_port": free_port(),
            "management_port": free_port(),
            "data_dir": folder / "data",
            "admin_password_file": password_file,
        }
        process = Splunk(
            "embedded.splunk",
            settings,
            folder,
            ready=lambda: is_listening(context, settings["hec_port"]),
            password=password,
            context=context,
        )
        made.append(process)
        return process

    yield make
    kill_leftovers(made)


@pytest.fixture(scope="session")
def splunk(
    make_splunk: Callable[[Path], Splunk], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Splunk]:
    """A running Splunk that the whole session shares: each test makes its own index and token."""
    process = make_splunk(tmp_path_factory.mktemp("splunk"))
    process.start()
    yield process
    assert process.stop() == 0, process.log()


TRUST_PASSWORD = "changeit-in-tests"


def java_trust_store(path: Path, certificate: str) -> Path:
    """A CA's certificate as a Java trust store in PKCS #12, with TRUST_PASSWORD."""
    entry = pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(certificate.encode()), b"ca")
    password = BestAvailableEncryption(TRUST_PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_java_truststore([entry], password))
    return path


@pytest.fixture(scope="session")
def trust_store(authority: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java_trust_store(tmp_path_factory.mktemp("trust") / "trust.p12", authority.certificate)


@pytest.fixture(scope="session")
def other_trust_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trust store of a CA that signed nothing here."""
    stranger = make_authority("another CA", days=1)
    return java_trust_store(tmp_path_factory.mktemp("trust") / "other.p12", stranger.certificate)


@dataclass
class Connect(Process):
    """A Connect worker with a client of its REST API."""

    def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        return httpx.request(
            method, f"http://127.0.0.1:{self.settings['port']}{path}", timeout=60, **arguments
        )

    def states(self, name: str) -> list[str]:
        """The states of a connector and of its tasks."""
        status = self.call("GET", f"/connectors/{name}/status").json()
        return [status["connector"]["state"], *(task["state"] for task in status["tasks"])]


@pytest.fixture(scope="session")
def make_connect(kafka: KafkaSettings) -> Iterator[Callable[[Path], Connect]]:
    """Describe a Connect worker with a configuration topic of its own; the caller starts and stops it."""
    made: list[Connect] = []

    def make(folder: Path) -> Connect:
        name = f"configs-{secrets.token_hex(4)}"
        settings = {"bootstrap": kafka.bootstrap, "port": free_port(), "config_topic": name}

        def ready() -> bool:
            try:
                return httpx.get(f"http://127.0.0.1:{settings['port']}/").is_success
            except httpx.TransportError:
                return False

        process = Connect("embedded.connect", settings, folder, ready=ready)
        made.append(process)
        return process

    yield make
    kill_leftovers(made)


@pytest.fixture(scope="session")
def connect(
    make_connect: Callable[[Path], Connect], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connect]:
    """A running worker that the whole session shares: each test makes its own connector."""
    process = make_connect(tmp_path_factory.mktemp("connect"))
    process.start()
    yield process
    assert process.stop() == 0, process.log()


@pytest.fixture(scope="session")
def sink(trust_store: Path) -> Callable[..., dict[str, str]]:
    """Make the configuration of a sink connector for a Splunk; further options override."""

    def make(splunk: Splunk, token: str, topic: str, index: str, /, **options: str) -> dict[str, str]:
        return {
            "connector.class": "com.splunk.kafka.connect.SplunkSinkConnector",
            "topics": topic,
            "splunk.indexes": index,
            "splunk.hec.uri": splunk.hec_url,
            "splunk.hec.token": token,
            "splunk.hec.ack.enabled": "true",
            "splunk.hec.ack.poll.interval": "1",
            "splunk.hec.ssl.trust.store.path": str(trust_store),
            "splunk.hec.ssl.trust.store.type": "PKCS12",
            "splunk.hec.ssl.trust.store.password": TRUST_PASSWORD,
        } | {name.replace("__", "."): value for name, value in options.items()}

    return make


def until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait for a condition that a user would wait for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def eventually() -> Callable[..., None]:
    return until
