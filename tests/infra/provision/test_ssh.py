"""SSH against a real sshd: commands, files, trust and lost connections."""

import hashlib
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra.provision import retry
from infra.provision.command import Command, Upload
from infra.provision.host import AuthenticationError, CommandTimeoutError, ConnectionLostError, TransferError
from infra.provision.ssh import SshHost
from tests.infra.provision.conftest import Sshd


def _command(*arguments: str, stdin: bytes | None = None, timeout: float = 30) -> Command:
    return Command(arguments=arguments, stdin=stdin, timeout=timeout, as_root=False)


def _upload(path: Path, content: bytes, mode: int = 0o640) -> Upload:
    owner = f"{path.parent.parent.owner()}:{path.parent.parent.group()}"
    return Upload(path=str(path), content=content, mode=mode, owner=owner, as_root=False)


def test_a_command_gives_its_exit_code_and_both_its_outputs(sshd: Sshd) -> None:
    result = sshd.host().run(_command("sh", "-c", "echo out; echo err >&2; exit 7"))
    assert (result.exit_code, result.stdout, result.stderr) == (7, "out\n", "err\n")


@pytest.mark.parametrize(
    "argument", ["two words", "it's", '"quoted"', "$HOME", "`id`", "a;b", "", "*", "ü\n"]
)
def test_an_argument_arrives_as_it_was_written(sshd: Sshd, argument: str) -> None:
    assert sshd.host().run(_command("printf", "%s", argument)).stdout == argument


def test_standard_input_reaches_the_command_and_ends(sshd: Sshd) -> None:
    secret = b"secret\n" * 20_000
    result = sshd.host().run(_command("sha256sum", stdin=secret))
    assert result.stdout.split()[0] == hashlib.sha256(secret).hexdigest()


def test_a_command_that_writes_much_on_both_outputs_does_not_hang(sshd: Sshd) -> None:
    result = sshd.host().run(_command("sh", "-c", "head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero"))
    assert (len(result.stdout), len(result.stderr)) == (3_000_000, 3_000_000)


def test_a_hanging_command_is_given_up_and_named(sshd: Sshd) -> None:
    hanging = _command("sh", "-c", "sleep 60", timeout=1)
    for command, name in ((hanging, "sh -c sleep 60"), (replace(hanging, label="wait"), "wait")):
        with pytest.raises(CommandTimeoutError, match=f"`{name}` did not end within 1 s"):
            sshd.host().run(command)


def test_a_file_arrives_whole_with_its_mode_and_replaces_the_old_one(sshd: Sshd, tmp_path: Path) -> None:
    path, host = tmp_path / "new folder" / "zeek's.conf", sshd.host()
    for content in (b"first" * 100_000, b"second"):
        host.put(_upload(path, content))
        assert path.read_bytes() == content
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_file_that_cannot_be_placed_is_said_and_leaves_nothing(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    before = set(Path("/tmp").glob(".lab-*"))
    with pytest.raises(TransferError, match="could not be put in its place"):
        sshd.host().put(replace(_upload(tmp_path / "a" / "b", b"x"), path=str(tmp_path / "file" / "below")))
    assert set(Path("/tmp").glob(".lab-*")) == before


def test_the_first_contact_is_told_with_its_fingerprint_and_the_second_is_silent(sshd: Sshd) -> None:
    sshd.host().run(_command("true"))
    shown = subprocess.run(
        ["ssh-keygen", "-lf", str(sshd.folder / "host_key.pub")], check=True, capture_output=True, text=True
    ).stdout.split()[1]
    assert len(sshd.told) == 1
    assert shown in sshd.told[0]
    assert stat.S_IMODE(sshd.pins.stat().st_mode) == 0o600
    sshd.host().run(_command("true"))
    assert len(sshd.told) == 1


def test_another_host_key_than_the_pinned_one_is_refused(sshd: Sshd) -> None:
    sshd.host().run(_command("true"))
    sshd.stop()
    sshd.make_key("host_key")
    sshd.start()
    with pytest.raises(AuthenticationError, match=r"another host key.*\n.*remove its line"):
        sshd.host().run(_command("true"))


def test_a_host_key_that_is_not_the_configured_one_is_refused_and_not_pinned(sshd: Sshd) -> None:
    with pytest.raises(AuthenticationError, match="the configuration demands SHA256:other"):
        sshd.host(replace(sshd.address, host_key="SHA256:other")).run(_command("true"))
    assert not sshd.pins.exists()


def test_a_key_that_the_host_does_not_know_is_refused_with_what_to_do(sshd: Sshd) -> None:
    stranger = sshd.make_key("stranger")
    with pytest.raises(AuthenticationError, match="authorized_keys"):
        sshd.host(replace(sshd.address, key_file=stranger)).run(_command("true"))


def test_a_key_file_that_is_not_there_is_said_at_once(sshd: Sshd) -> None:
    with pytest.raises(AuthenticationError, match=r"nothing is not there\n.*zeek\.key_file"):
        sshd.host(replace(sshd.address, key_file=sshd.folder / "nothing")).run(_command("true"))
    assert sshd.told == []


def test_without_a_key_file_the_agent_s_keys_are_tried(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = sshd.folder / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        while not socket.exists():
            assert agent.poll() is None
        subprocess.run(["ssh-add", "-q", str(sshd.address.key_file)], check=True)
        assert sshd.host(replace(sshd.address, key_file=None)).run(_command("true")).exit_code == 0
    finally:
        agent.terminate()
        agent.wait()


def test_a_lost_connection_is_made_again(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "REBOOT", (0.2, 0.2))
    host = sshd.host()
    host.run(_command("true"))
    sshd.stop()
    sshd.start()
    assert host.run(_command("echo", "back")).stdout == "back\n"
    assert any("connection lost" in told for told in sshd.told)


def test_a_host_that_has_answered_before_is_waited_for_as_long_as_a_reboot_takes(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "UNANSWERED", (0.1,))
    monkeypatch.setattr(retry, "REBOOT", (0.1,) * 4)
    failed: list[str] = []

    def tell(told: str) -> None:
        failed.append(told)
        if len(failed) == len(retry.REBOOT):
            sshd.start()

    sshd.host().run(_command("true"))
    host = SshHost(sshd.address, sshd.pins, tell)
    host.run(_command("true"))
    sshd.stop()
    assert host.run(_command("echo", "back")).stdout == "back\n"
    assert len(failed) == len(retry.REBOOT)


def test_a_host_that_stays_away_is_an_error_that_says_so(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "REBOOT", (0.1, 0.1))
    host = sshd.host()
    host.run(_command("true"))
    sshd.stop()
    with pytest.raises(ConnectionLostError, match=r"cannot be reached after 3 attempts"):
        host.run(_command("true"))
    sshd.start()


def test_a_host_that_hangs_up_at_once_is_told_in_one_line_for_each_attempt() -> None:
    program = """
import socket, threading
from pathlib import Path
from infra.provision import host, retry, ssh
from infra.provision.command import Command
retry.UNANSWERED = (0.0,)
listening = socket.create_server(("127.0.0.1", 0))
def hang_up():
    while True:
        listening.accept()[0].close()
threading.Thread(target=hang_up, daemon=True).start()
address = ssh.SshAddress(host="127.0.0.1", user="root", port=listening.getsockname()[1])
try:
    ssh.SshHost(address, Path("pins"), print).run(Command(arguments=("true",)))
except host.ConnectionLostError:
    print("given up")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 2


def test_a_host_is_reached_through_a_jump_host(sshd: Sshd) -> None:
    through = replace(sshd.address, jump=replace(sshd.address, user=sshd.address.user))
    target = replace(through, host="localhost")
    assert sshd.host(target).run(_command("echo", "there")).stdout == "there\n"
    assert len(sshd.told) == 2
