"""A process that has no business on the network talks to a public address."""

from dataclasses import replace

import pytest

from tests.ksql.fusion import concluded
from tests.ksql.reference import attribute
from tests.ksql.seen import Seen
from tests.ksql.witnessed import BEACON, EXPLORER, SVCHOST, conn, osquery, sysmon

PUBLIC = (
    "139.59.1.2",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "198.20.0.1",
    "223.1.1.1",
    "2a00:1450::1",
    "2606:4700::1111",
    "3fff::1",
    "203.0.113.7",  # documentation: stands for a public address
)
NOT_PUBLIC = (
    "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.1.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.251", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00::1", "fc00::1", "ff02::fb",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_explorer_at_a_public_address_is_detected(address: str) -> None:
    flow = conn(resp_h=address)
    assert concluded([sysmon(flow), flow]).detected == {"C1:originator"}


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_explorer_at_an_address_of_the_local_network_is_not(address: str) -> None:
    flow = conn(resp_h=address)
    assert not concluded([sysmon(flow), flow]).detected


@pytest.mark.parametrize(
    "name", [SVCHOST, "C:\\Program Files\\Mozilla Firefox\\firefox.exe", "C:\\x\\notexplorer.exe", None]
)
def test_a_process_that_may_use_the_network_is_not_detected(name: str | None) -> None:
    assert not concluded([sysmon(BEACON, name=name), BEACON]).detected


@pytest.mark.parametrize(
    "name", [EXPLORER, "c:\\windows\\EXPLORER.EXE", "notepad.exe", "C:/Windows/System32/calc.exe"]
)
def test_upper_and_lower_case_and_the_folder_do_not_matter(name: str) -> None:
    assert concluded([sysmon(BEACON, name=name), BEACON]).detected == {"C1:originator"}


def test_an_event_is_detected_once_however_often_it_is_seen() -> None:
    seen: list[Seen] = [osquery(BEACON), sysmon(BEACON), replace(BEACON, complete=False), BEACON, BEACON]
    assert concluded(seen).detected == {"C1:originator"} == attribute(seen).detected


def test_a_public_address_that_reaches_explorer_is_detected_as_well() -> None:
    flow = conn(orig_h="139.59.1.2", orig_p=50_000, resp_h="10.0.0.5", resp_p=4444)
    assert concluded([sysmon(flow, end="responder"), flow]).detected == {"C1:responder"}


def test_one_of_several_processes_is_enough() -> None:
    seen: list[Seen] = [sysmon(BEACON), sysmon(BEACON, 9000, pid=7, name=SVCHOST), BEACON]
    assert concluded(seen).detected == {"C1:originator"}
