"""The Splunk sink's archive is used only when its checksum is right; a real HTTP server stands for GitHub."""

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.errors import LabError, UnreachableError
from infra.logging_server.docker.splunk_sink import SplunkSinkInputs, SplunkSinkProvider, obtain
from infra.provider import Made

JAR = b"the archive" * 1000
SHA = hashlib.sha256(JAR).hexdigest()
NAME = "splunk-kafka-connect-v2.2.4.jar"


@dataclass
class GitHub:
    """What the release page says and serves, and what was asked for."""

    url: str = ""
    digest: str | None = f"sha256:{SHA}"
    content: bytes = JAR
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def github() -> Iterator[GitHub]:
    state = GitHub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            if self.path == "/tags/v2.2.4":
                asset = {"name": NAME, "browser_download_url": f"{state.url}/{NAME}", "digest": state.digest}
                self._send(200, json.dumps({"assets": [asset]}).encode())
            elif self.path == f"/{NAME}":
                self._send(200, state.content)
            else:
                self._send(404, b"{}")

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def wanted(github: GitHub, folder: Path, version: str = "2.2.4", sha256: str = "") -> SplunkSinkInputs:
    return SplunkSinkInputs(
        version=version, folder=str(folder), pinned_sha256=sha256, releases=f"{github.url}/tags"
    )


def test_the_archive_is_fetched_and_verified(github: GitHub, tmp_path: Path) -> None:
    made = obtain(wanted(github, tmp_path))
    assert Path(made["path"]).read_bytes() == JAR
    assert made["sha256"] == SHA


@pytest.mark.parametrize("pinned", ["", "0" * 64])
def test_an_archive_with_another_checksum_is_not_used_and_not_kept(
    github: GitHub, tmp_path: Path, pinned: str
) -> None:
    github.content = JAR if pinned else b"something else"
    with pytest.raises(LabError, match="it was not used"):
        obtain(wanted(github, tmp_path, sha256=pinned))
    assert list(tmp_path.iterdir()) == []


def test_a_release_without_a_checksum_needs_a_pinned_one(github: GitHub, tmp_path: Path) -> None:
    github.digest = None
    with pytest.raises(LabError, match="no published checksum") as error:
        obtain(wanted(github, tmp_path))
    assert "docker.splunk_connect_sha256" in error.value.remedy
    assert obtain(wanted(github, tmp_path, sha256=SHA))["sha256"] == SHA


def test_an_archive_that_is_there_is_not_fetched_again(github: GitHub, tmp_path: Path) -> None:
    obtain(wanted(github, tmp_path, sha256=SHA))
    github.asked.clear()
    assert obtain(wanted(github, tmp_path, sha256=SHA))["sha256"] == SHA
    assert github.asked == []


def test_an_archive_that_was_put_there_by_hand_outlives_the_stack(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(JAR)
    nowhere = SplunkSinkInputs(
        version="2.2.4", folder=str(tmp_path), pinned_sha256=SHA, releases="http://127.0.0.1:9/tags"
    )
    provider = SplunkSinkProvider()
    provider.remove(provider.make(nowhere), nowhere)
    assert provider.make(nowhere).facts["sha256"] == SHA


def test_no_way_to_github_is_said_with_what_to_do(tmp_path: Path) -> None:
    nowhere = SplunkSinkInputs(version="2.2.4", folder=str(tmp_path), releases="http://127.0.0.1:9/tags")
    with pytest.raises(UnreachableError, match="could not be fetched") as error:
        obtain(nowhere)
    assert NAME in error.value.remedy


def test_an_unknown_release_is_said(github: GitHub, tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=r"2\.9\.9 could not be fetched"):
        obtain(wanted(github, tmp_path, version="2.9.9"))


def test_the_same_release_must_stay_the_same(github: GitHub, tmp_path: Path) -> None:
    provider = SplunkSinkProvider()
    first = wanted(github, tmp_path)
    made = provider.make(first)
    Path(made.facts["path"]).unlink()
    assert provider.find(made, first) is None
    assert provider.outdated(made.facts)
    github.content = b"replaced under the same name"
    github.digest = f"sha256:{hashlib.sha256(github.content).hexdigest()}"
    with pytest.raises(LabError, match="it was not used"):
        provider.change(Made(made.id, made.facts), first, first)
