"""The Zeek server's role over real SSH, on Debian with systemd: run, repeated, repaired, rebooted, taken off."""

import subprocess
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from infra.provision.command import Command
from infra.provision.host import AuthenticationError
from infra.provision.run import Outcome, StepFailedError, apply, drifted, remove
from infra.provision.ssh import SshHost
from infra.provision.step import given_up
from roles.linux import apt, distribution
from roles.linux.distribution import Distribution
from roles.zeek.role import zeek_server
from tests.roles.zeek.conftest import Sensor, ignored, made_sensor, repository, settings_of

DEBIAN_S_OWN = "/etc/apt/sources.list.d/debian.list"
"""Where the packages come from that a machine has by itself: the tests' repository stands in for Debian's too."""


def test_the_distribution_is_read_from_the_machine(sensor: Sensor) -> None:
    assert distribution.read(sensor.ssh) is Distribution.DEBIAN_12


def test_another_release_of_zeek_takes_the_place_of_the_one_before() -> None:
    had, wanted = (zeek_server(settings_of(version), Distribution.DEBIAN_12) for version in ("lts", "8.0"))
    assert [step.name for step in given_up(had, wanted).steps] == ["Zeek lts"]


def test_a_key_that_is_not_the_expected_one_never_reaches_apt(sensor: Sensor) -> None:
    other = repository("other", f"{sensor.url}/zeek", "0" * 40)
    wrong = zeek_server(settings_of(), Distribution.DEBIAN_12, zeek_packages=other)
    with pytest.raises(StepFailedError, match="is not that of 0000"):
        list(apply(sensor.ssh, wrong, ignored))
    assert not sensor.inside.file("/usr/share/keyrings/other.gpg").exists


def test_the_second_run_changes_nothing(applied: Sensor) -> None:
    assert set(apply(applied.ssh, applied.role, ignored)) == {Outcome.UNCHANGED}
    assert drifted(applied.ssh, applied.role) == []


@pytest.mark.parametrize("unit", ["zeek", "filebeat", "lab-capture", "lab-firewall", "zeek-log-limit.timer"])
def test_every_service_runs_and_starts_at_boot(applied: Sensor, unit: str) -> None:
    service = applied.inside.service(unit)
    assert service.is_running
    assert service.is_enabled


def test_zeek_runs_as_its_own_user_and_writes_connections(applied: Sensor) -> None:
    log = applied.inside.file("/opt/zeek/logs/current/conn.log")
    applied.debian.read(
        "sh", "-c", "timeout 20 sh -c 'until test -s /opt/zeek/logs/current/conn.log; do :; done'"
    )
    assert log.user == "zeek"
    assert log.mode & 0o007 == 0 or applied.inside.file("/opt/zeek/logs/current").mode == 0o750


def test_the_capture_interface_is_promiscuous(applied: Sensor) -> None:
    assert "PROMISC" in applied.inside.check_output("ip link show eth0")


def test_secrets_are_readable_by_root_alone(applied: Sensor) -> None:
    key = applied.inside.file("/etc/lab/tls/beats.key")
    assert (key.user, key.mode) == ("root", 0o600)
    assert applied.inside.file("/etc/lab/tls").mode == 0o700


def test_the_firewall_lets_in_ssh_only(applied: Sensor) -> None:
    applied.debian.read("sh", "-c", "nohup python3 -m http.server 8000 >/dev/null 2>&1 & sleep 0.5")
    probe = f"import socket; socket.create_connection(('{applied.debian.address.host}', 8000), 1)"
    done = subprocess.run(["python3", "-c", probe], capture_output=True, text=True, check=False)
    assert "timed out" in done.stderr
    assert applied.inside.check_output("id -u") == "0"


def test_what_someone_changed_by_hand_is_seen_and_repaired(applied: Sensor) -> None:
    by_hand = """echo '# by hand' >>/etc/lab/zeek/local.zeek
      systemctl stop filebeat; nft flush ruleset; ethtool --offload eth0 gro on"""
    applied.debian.read("sh", "-ec", by_hand)
    assert drifted(applied.ssh, applied.role) == [
        "eth0 is promiscuous and without offloads",
        "Zeek's scripts: JSON logs, Community IDs, open and long connections",
        "Filebeat, running now and after every reboot",
        "the firewall, now and at every boot",
    ]
    outcomes = list(apply(applied.ssh, applied.role, ignored))
    assert outcomes.count(Outcome.CHANGED) == 4
    assert drifted(applied.ssh, applied.role) == []


def test_everything_is_back_after_a_reboot(applied: Sensor) -> None:
    applied.debian.reboot()
    applied.debian.read(
        "sh", "-c", "timeout 60 sh -c 'until systemctl is-active --quiet zeek filebeat; do sleep 0.2; done'"
    )
    assert drifted(applied.ssh, applied.role) == []


def test_old_logs_go_by_age_and_then_the_oldest_until_all_fit(applied: Sensor) -> None:
    make = """cd /opt/zeek/logs/archive && for i in 1 2 3 4 5; do
      head -c 3000000 /dev/zero >conn.$i.log; touch -d "$i hours ago" conn.$i.log; done
      touch -d '30 days ago' dns.old.log; chown zeek: *"""
    applied.debian.read("sh", "-c", make)
    applied.debian.read("/usr/local/sbin/zeek-log-limit", "/opt/zeek/logs/archive", "7", "7")
    left = applied.debian.read("ls", "/opt/zeek/logs/archive").split()
    assert left == ["conn.1.log", "conn.2.log"]


def test_lists_of_packages_that_the_machine_is_reading_by_itself_are_waited_for(applied: Sensor) -> None:
    reading = (
        "import fcntl, time; fcntl.lockf(open('/var/lib/apt/lists/lock', 'w'), fcntl.LOCK_EX); time.sleep(4)"
    )
    applied.debian.read("sh", "-c", f'nohup python3 -c "{reading}" >/dev/null 2>&1 & sleep 1')
    assert applied.ssh.run(apt.update()).exit_code == 0


def test_a_user_whose_sudo_asks_for_a_password_gives_it_and_no_command_reads_it(applied: Sensor) -> None:
    applied.debian.read("sed", "-i", "s/NOPASSWD: //", "/etc/sudoers.d/analyst")
    echo = Command(arguments=("sh", "-c", "id -u; cat"), stdin=b"what it is given")
    try:
        knowing = replace(applied.debian.address, sudo_password="correct horse")
        for _ in range(2):
            assert SshHost(knowing, applied.pins, print).run(echo).stdout == "0\nwhat it is given"
        with pytest.raises(AuthenticationError, match="sudo asks for a password, and none is configured"):
            SshHost(applied.debian.address, applied.pins, print).run(echo)
        applied.debian.read("mv", "/usr/bin/sudo", "/usr/bin/not-sudo")
        with pytest.raises(AuthenticationError, match="there is no sudo, and analyst is not root"):
            SshHost(knowing, applied.pins, print).run(echo)
        applied.debian.read("mv", "/usr/bin/not-sudo", "/usr/bin/sudo")
    finally:
        applied.debian.read("sed", "-i", "s/(ALL) ALL/(ALL) NOPASSWD: ALL/", "/etc/sudoers.d/analyst")


def test_no_secret_is_told(applied: Sensor) -> None:
    assert "PRIVATE KEY" not in "\n".join(applied.told)
    assert "PRIVATE KEY" not in repr(applied.role)


def test_the_role_is_taken_off_and_what_was_there_before_stays(applied: Sensor) -> None:
    remove(applied.ssh, applied.role, ignored)
    inside = applied.inside
    for path in ("/etc/lab/tls", "/etc/lab/zeek", "/opt/zeek/bin", "/opt/zeek/logs", "/etc/filebeat"):
        assert not inside.file(path).exists, path
    assert inside.package("chrony").is_installed  # it was there before
    for path in ("/etc/apt/sources.list.d/zeek.list", "/usr/share/keyrings/elastic.gpg"):
        assert not inside.file(path).exists, path
    assert not inside.package("zeek-lts-core").is_installed
    assert not inside.package("filebeat").is_installed
    assert "lab" not in inside.check_output("nft list tables")
    assert "zeek" not in inside.check_output("cat /etc/passwd")
    remove(applied.ssh, applied.role, ignored)


def test_debian_13_becomes_a_sensor_though_it_reboots_meanwhile_and_is_given_back(
    engine: docker.DockerClient, tmp_path: Path
) -> None:
    with made_sensor(engine, tmp_path, "13") as sensor:
        inside = sensor.inside
        sensor.debian.read("sh", "-c", f"echo 'deb [trusted=yes] {sensor.url}/debian/ ./' >{DEBIAN_S_OWN}")
        assert distribution.read(sensor.ssh) is Distribution.DEBIAN_13
        outcomes = apply(sensor.ssh, sensor.role, ignored)
        for _ in range(len(sensor.role.steps) // 2):
            next(outcomes)
        sensor.debian.reboot()
        assert Outcome.CHANGED in list(outcomes)
        assert any("connection lost" in line for line in sensor.told)
        for unit in ("zeek", "filebeat", "lab-firewall", "chrony"):
            assert inside.service(unit).is_running, unit
        assert not inside.package("systemd-timesyncd").is_installed
        assert set(apply(sensor.ssh, sensor.role, ignored)) == {Outcome.UNCHANGED}
        remove(sensor.ssh, sensor.role, ignored)
        assert not inside.package("zeek-lts-core").is_installed
        # one machine has one daemon that keeps the time: the one that was there is there again
        assert not inside.package("chrony").is_installed
        assert inside.package("systemd-timesyncd").is_installed
