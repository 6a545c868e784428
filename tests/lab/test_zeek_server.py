"""The Zeek server captures, writes what the statements read, ships it, and is closed to all but SSH."""

import json
from typing import Any

import pytest

pytestmark = pytest.mark.lives_in("zeek_server", "existing", "container")

CURRENT = "/opt/zeek/logs/current"


@pytest.mark.parametrize(
    "unit",
    ["chrony", "lab-capture", "zeek", "zeek-log-limit.timer", "filebeat", "lab-firewall"],
)
def test_the_service_runs_and_starts_at_boot(zeek_host: Any, unit: str) -> None:
    service = zeek_host.service(unit)
    assert service.is_running, f"see it on the machine: journalctl -u {unit}"
    assert service.is_enabled


def test_zeek_writes_json_with_community_ids_as_a_user_of_its_own(zeek_host: Any) -> None:
    log = zeek_host.file(f"{CURRENT}/conn.log")
    assert log.user == "zeek"
    last = json.loads(zeek_host.check_output(f"tail -n 1 {CURRENT}/conn.log"))
    assert last["uid"].startswith("C")
    assert last["community_id"].startswith("1:")


def test_the_sensor_sees_a_connection_before_it_ends(zeek_host: Any) -> None:
    assert zeek_host.file(f"{CURRENT}/conn_open.log").exists


def test_logstash_lets_filebeat_in_by_its_certificate(zeek_host: Any) -> None:
    environment = zeek_host.check_output("systemctl show --property=Environment --value filebeat")
    # With TLS 1.3 a client has shaken hands before the server has looked at its certificate, and calls that success.
    tried = "filebeat test output -E output.logstash.ssl.supported_protocols=TLSv1.2"
    assert zeek_host.run(f"env {environment} {tried}").rc == 0


def test_its_key_is_roots_alone(zeek_host: Any) -> None:
    key = zeek_host.file("/etc/lab/tls/beats.key")
    assert (key.user, key.mode) == ("root", 0o600)


def test_the_firewall_drops_what_is_not_ssh(zeek_host: Any) -> None:
    assert "policy drop" in zeek_host.check_output("nft list chain inet lab input")


def test_the_clock_is_kept(zeek_host: Any) -> None:
    assert zeek_host.run("chronyc waitsync 1 0.5").rc == 0, "chronyc sources says which servers answer"


def test_there_is_room_for_logs(zeek_host: Any) -> None:
    free = int(zeek_host.check_output(f"df --output=avail --block-size=1M {CURRENT} | tail -n 1"))
    assert free > 1000
