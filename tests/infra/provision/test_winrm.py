"""WinRM against a listener over real HTTPS and NTLM: commands, files, trust, faults."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from infra.machines.size import WINDOWS as SIZE
from infra.provision import retry
from infra.provision.command import Upload
from infra.provision.host import AuthenticationError, CommandTimeoutError, ConnectionLostError, TransferError
from infra.provision.powershell import run_script
from infra.provision.winrm import WinrmAddress, WinrmHost
from infra.tls.certificates import make_authority, make_leaf
from roles.windows.script import FOLDER, PRELUDE
from tests.windows_host.model import WindowsHost
from tests.windows_host.server import Server
from tests.windows_host.shells import Shells

TIME = FOLDER / "time.ps1"


@dataclass
class Listener:
    """A running listener, the host behind it, and how to log in."""

    server: Server
    model: WindowsHost
    address: WinrmAddress
    told: list[str] = field(default_factory=list)

    def host(self, address: WinrmAddress | None = None) -> WinrmHost:
        return WinrmHost(address or self.address, self.told.append)


@pytest.fixture(params=["https", "ntlm"])
def listener(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Listener]:
    users = tmp_path / "users"
    users.write_text("LAB:analyst:correct horse\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    for pauses in ("UNANSWERED", "REBOOT"):
        monkeypatch.setattr(retry, pauses, (0.1, 0.2))
    authority = make_authority("tests", days=1)
    leaf = make_leaf(authority, "windows", ["127.0.0.1"], days=1)
    for name, text in (
        ("ca.crt", authority.certificate),
        ("host.crt", leaf.certificate),
        ("host.key", leaf.private_key),
    ):
        (tmp_path / name).write_text(text)
    model = WindowsHost()
    certificate = (tmp_path / "host.crt", tmp_path / "host.key") if request.param == "https" else None
    server = Server(Shells(model), certificate)
    address = WinrmAddress(
        host="127.0.0.1",
        user=r"LAB\analyst",
        password="correct horse",
        transport=request.param,
        port=server.port,
        ca_file=tmp_path / "ca.crt",
    )
    yield Listener(server, model, address)
    server.stop()


def _time(action: str) -> dict[str, str | int | bool]:
    return {"Action": action, "Servers": "0.pool.ntp.org"}


def test_a_script_runs_with_its_parameters_and_gives_its_exit_code_and_output(listener: Listener) -> None:
    host = listener.host()
    unmet = host.run(run_script(TIME, _time("Check"), prelude=PRELUDE))
    assert (unmet.exit_code, unmet.stdout) == (1, "the clock is not kept as described\n")
    assert host.run(run_script(TIME, _time("Apply"), prelude=PRELUDE)).exit_code == 0
    assert host.run(run_script(TIME, _time("Check"), prelude=PRELUDE)).exit_code == 0
    assert listener.model.ran[-1] == ("time.ps1", _time("Check"))


def test_a_large_file_arrives_in_pieces_and_whole(listener: Listener) -> None:
    content = bytes(range(256)) * 5000
    listener.host().put(Upload(path=r"C:\lab\large.bin", content=content))
    assert listener.model.files == {r"C:\lab\large.bin": content}


def test_a_piece_that_is_sent_twice_does_no_harm(listener: Listener) -> None:
    host = listener.host()
    host.run(run_script(SIZE))
    listener.server.trouble.drop = 1
    host.put(Upload(path=r"C:\lab\file", content=b"x" * 700_000))
    assert listener.server.trouble.dropped == 1
    assert listener.model.files == {r"C:\lab\file": b"x" * 700_000}


def test_a_file_that_arrives_damaged_is_refused_and_removed(listener: Listener) -> None:
    host, upload = listener.host(), Upload(path=r"C:\lab\file", content=b"whole")
    listener.model.files[r"C:\lab\file.lab-partial"] = b"left by someone"
    with pytest.raises(TransferError, match="arrived with SHA-256"):
        host._placed(upload, {"Path": upload.path, "Offset": 0, "Sha256": upload.sha256})
    assert listener.model.files == {}


def test_a_lost_connection_is_made_again_and_told(listener: Listener) -> None:
    host = listener.host()
    host.run(run_script(SIZE))
    listener.server.trouble.drop = 2
    assert host.run(run_script(TIME, _time("Apply"), prelude=PRELUDE)).exit_code == 0
    assert any("connection lost" in told for told in listener.told)


def test_a_host_that_stays_away_is_an_error_that_says_so(listener: Listener) -> None:
    listener.server.trouble.drop = 1000
    with pytest.raises(ConnectionLostError, match="cannot be reached after 3 attempts"):
        listener.host().run(run_script(SIZE))


def test_a_wrong_password_is_refused_with_what_to_do(listener: Listener) -> None:
    with pytest.raises(AuthenticationError, match="local administrator"):
        listener.host(replace(listener.address, password="wrong")).run(run_script(SIZE))


def test_a_slow_command_is_waited_for(listener: Listener) -> None:
    listener.server.shells.slow = 1.2
    assert listener.host().run(run_script(TIME, _time("Apply"), prelude=PRELUDE)).exit_code == 0


def test_a_hanging_command_is_given_up_and_named_without_its_parameters(listener: Listener) -> None:
    host = listener.host()
    host.run(run_script(SIZE))
    listener.server.shells.slow = 30
    with pytest.raises(CommandTimeoutError, match=r"`time.ps1 -Action Apply` did not end within 1 s"):
        host.run(run_script(TIME, _time("Apply"), prelude=PRELUDE, timeout=1))


def test_no_secret_reaches_a_command_line_or_a_message() -> None:
    command = run_script(TIME, {"Action": "Apply", "Servers": "hunter2"})
    assert "hunter2" not in " ".join(command.arguments)
    assert "hunter2" not in str(command) + repr(command)


@pytest.mark.parametrize("listener", ["ntlm"], indirect=True)
def test_kerberos_without_its_library_says_what_to_install(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(AuthenticationError, match=r"pywinrm\[kerberos\]"):
        listener.host(replace(listener.address, transport="kerberos")).run(run_script(SIZE))
    assert listener.told == []


@pytest.mark.parametrize("listener", ["https"], indirect=True)
def test_a_certificate_that_is_not_there_is_said_at_once(listener: Listener, tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError, match=r"missing.crt is not there\n.*windows.ca_file"):
        listener.host(replace(listener.address, ca_file=tmp_path / "missing.crt")).run(run_script(SIZE))
    assert listener.told == []


@pytest.mark.parametrize("listener", ["https"], indirect=True)
def test_a_certificate_that_cannot_be_verified_is_refused(listener: Listener, tmp_path: Path) -> None:
    (tmp_path / "other.crt").write_text(make_authority("others", days=1).certificate)
    with pytest.raises(AuthenticationError, match="certificate that cannot be verified"):
        listener.host(replace(listener.address, ca_file=tmp_path / "other.crt")).run(run_script(SIZE))
