"""A capture becomes one connection a connection, as Zeek would have logged it."""

import importlib
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from embedded.shipper.capture import connections
from embedded.shipper.errors import RecordingError
from embedded.shipper.recording import load

dpkt: Any = importlib.import_module("dpkt")  # it has no types
CLIENT, SERVER = b"\x0a\x00\x00\x01", b"\x0a\x00\x00\x02"
SYN, ACK, FIN, RST = dpkt.tcp.TH_SYN, dpkt.tcp.TH_ACK, dpkt.tcp.TH_FIN, dpkt.tcp.TH_RST


def packet(payload: Any, protocol: int, *, back: bool = False) -> bytes:
    source, destination = (SERVER, CLIENT) if back else (CLIENT, SERVER)
    ip = dpkt.ip.IP(src=source, dst=destination, p=protocol, data=payload)
    return bytes(dpkt.ethernet.Ethernet(src=b"\x02" * 6, dst=b"\x04" * 6, data=ip))


def tcp(flags: int, *, back: bool = False, port: int = 50_000) -> bytes:
    ports = {"sport": 443, "dport": port} if back else {"sport": port, "dport": 443}
    return packet(dpkt.tcp.TCP(flags=flags, seq=1, ack=1, data=b"x", **ports), 6, back=back)


def udp(*, back: bool = False) -> bytes:
    ports = {"sport": 53, "dport": 50_053} if back else {"sport": 50_053, "dport": 53}
    return packet(dpkt.udp.UDP(data=b"q", **ports), 17, back=back)


def echo(kind: int, *, back: bool = False) -> bytes:
    return packet(dpkt.icmp.ICMP(type=kind, data=dpkt.icmp.ICMP.Echo(id=1, seq=1)), 1, back=back)


def cut(folder: Path, packets: Iterable[tuple[float, bytes]]) -> list[dict[str, Any]]:
    path = folder / "sensor.pcap"
    with path.open("wb") as file:
        writer = dpkt.pcap.Writer(file)
        for at, data in packets:
            writer.writepkt(data, ts=1_700_000_000 + at)
    return list(connections(path, "sensor"))


def test_both_directions_are_one_connection_with_the_first_as_originator(tmp_path: Path) -> None:
    (conn,) = cut(
        tmp_path, [(0, tcp(SYN)), (0.1, tcp(SYN | ACK, back=True)), (2, tcp(ACK)), (3, tcp(FIN | ACK))]
    )
    assert (conn["id.orig_h"], conn["id.orig_p"], conn["id.resp_h"], conn["id.resp_p"]) == (
        "10.0.0.1",
        50_000,
        "10.0.0.2",
        443,
    )
    assert (conn["ts"], conn["duration"], conn["proto"]) == (1_700_000_000.0, 3.0, "tcp")
    assert (conn["orig_pkts"], conn["resp_pkts"]) == (3, 1)


def test_a_tcp_connection_may_pause_for_minutes(tmp_path: Path) -> None:
    packets = [(0, tcp(SYN)), (0.1, tcp(SYN | ACK, back=True)), (200, tcp(ACK)), (400, tcp(ACK, back=True))]
    (conn,) = cut(tmp_path, packets)
    assert conn["duration"] == 400.0
    assert (conn["orig_pkts"], conn["resp_pkts"]) == (2, 2)


def test_a_port_that_is_used_again_is_another_connection(tmp_path: Path) -> None:
    packets = [(0, tcp(SYN)), (1, tcp(RST, back=True)), (100, tcp(SYN)), (101, tcp(SYN | ACK, back=True))]
    assert [conn["ts"] - 1_700_000_000 for conn in cut(tmp_path, packets)] == [0, 100]


def test_a_udp_question_asked_again_after_a_minute_is_another_connection(tmp_path: Path) -> None:
    packets = [(0, udp()), (0.01, udp(back=True)), (90, udp()), (90.01, udp(back=True))]
    first, second = cut(tmp_path, packets)
    assert first["uid"] != second["uid"]
    assert first["conn_state"] == "SF"


def test_an_echo_has_its_type_where_a_port_would_be(tmp_path: Path) -> None:
    (conn,) = cut(tmp_path, [(0, echo(8)), (0.1, echo(0, back=True))])
    assert (conn["proto"], conn["id.orig_p"], conn["id.resp_p"]) == ("icmp", 8, 0)


@pytest.mark.parametrize(
    ("packets", "state"),
    [
        ([tcp(SYN)], "S0"),
        ([tcp(SYN), tcp(RST | ACK, back=True)], "REJ"),
        ([tcp(SYN), tcp(SYN | ACK, back=True), tcp(ACK)], "S1"),
        ([tcp(SYN), tcp(SYN | ACK, back=True), tcp(FIN | ACK), tcp(FIN | ACK, back=True)], "SF"),
        ([tcp(SYN), tcp(SYN | ACK, back=True), tcp(RST)], "RSTO"),
        ([tcp(ACK), tcp(ACK, back=True)], "OTH"),
        ([udp()], "S0"),
    ],
)
def test_the_state_is_zeeks(tmp_path: Path, packets: list[bytes], state: str) -> None:
    (conn,) = cut(tmp_path, [(number / 10, data) for number, data in enumerate(packets)])
    assert conn["conn_state"] == state


def test_the_same_capture_gives_the_same_uids_and_another_sensor_others(tmp_path: Path) -> None:
    (first,) = cut(tmp_path, [(0, udp())])
    (again,) = connections(tmp_path / "sensor.pcap", "sensor")
    (other,) = connections(tmp_path / "sensor.pcap", "elsewhere")
    assert first["uid"] == again["uid"] != other["uid"]
    assert first["uid"].startswith("C")


def test_a_capture_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.pcap"
    path.write_bytes(struct.pack("<I", 0xA1B2C3D4))
    with pytest.raises(RecordingError, match=r"short\.pcap"):
        list(connections(path, path.name))


def test_zeek_does_it_where_it_is_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(tmp_path, [(0, udp())])
    folder = tmp_path / "bin"
    folder.mkdir()
    zeek = folder / "zeek"
    line = '{"ts":1700000001.5,"uid":"CFromZeek","id.orig_h":"10.0.0.1","id.orig_p":1,"id.resp_h":"10.0.0.2","id.resp_p":2,"proto":"udp"}'
    zeek.write_text(f'#!/bin/sh\n[ "$2" = -r ] && [ -f "$3" ] && echo \'{line}\' > conn.log\n')
    zeek.chmod(zeek.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    (record,) = load([tmp_path / "sensor.pcap"]).records
    assert (record.sign, record.key) == ("CFromZeek", "sensor")


def test_a_zeek_that_fails_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(tmp_path, [(0, udp())])
    zeek = tmp_path / "zeek"
    zeek.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    zeek.chmod(zeek.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(RecordingError, match="broken"):
        load([tmp_path / "sensor.pcap"])
