"""Cuts a capture into connections, in the shape of Zeek's conn log.

Zeek itself does it where it is on PATH, else nfstream.

nfstream's cutter knows one idle time; Zeek has one a protocol (its udp_inactivity_timeout and
icmp_inactivity_timeout are one minute, tcp_inactivity_timeout is five). So it is run with the shorter, and
pieces of one TCP connection are put together again.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from embedded.shipper.community_id import ICMP, ICMP6, TCP, UDP
from embedded.shipper.errors import RecordingError

IDLE_SECONDS: Final = 60
TCP_IDLE_SECONDS: Final = 300
_ALWAYS: Final = 10 * 365 * 86_400
"""Seconds: longer than any capture, for a limit that Zeek does not have (an active connection's life)."""
_NAMES: Final = {ICMP: "icmp", ICMP6: "icmp", TCP: "tcp", UDP: "udp"}
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Packets of one five-tuple without a longer pause; times in ms since 1970, bytes those of IP."""

    source: str
    source_port: int
    destination: str
    destination_port: int
    protocol: int
    first_ms: int
    last_ms: int
    sent: int
    sent_bytes: int
    received: int
    received_bytes: int
    sent_flags: tuple[int, int, int] = (0, 0, 0)
    """How many packets of the source had SYN, FIN and RST."""
    received_flags: tuple[int, int, int] = (0, 0, 0)


def zeek_logs(capture: Path, name: str, folder: Path) -> list[Path] | None:
    """The logs that Zeek makes of a capture, written to `folder`; None where there is no Zeek on PATH.

    `name` is what the capture's user knows it by.

    Raises:
        RecordingError: Zeek failed.
    """
    zeek = shutil.which("zeek")
    if zeek is None:
        return None
    # -C: do not check checksums, which a host with checksum offload never computed.
    command = [
        zeek,
        "-C",
        "-r",
        str(capture.resolve()),
        "LogAscii::use_json=T",
        "policy/protocols/conn/community-id-logging",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RecordingError(
            f"zeek could not read {name}: {done.stderr.strip()[-500:]}", "Check the capture."
        )
    return sorted(folder.glob("*.log"))


def connections(capture: Path, name: str) -> Iterator[dict[str, Any]]:
    """The connections of a capture, as objects of Zeek's conn log.

    Args:
        capture: a pcap or pcapng file.
        name: what its user knows it by; it makes the uids differ where two sensors saw one flow.

    Raises:
        RecordingError: the capture cannot be read.
    """
    try:
        pieces = sorted(_pieces(capture), key=lambda piece: piece.first_ms)
    except (OSError, ValueError, TypeError) as error:
        raise RecordingError(
            f"{name} cannot be cut into connections: {error}", "Check the capture."
        ) from error
    for piece in _joined(pieces):
        yield _conn(piece, sensor_of(name))


def sensor_of(name: str) -> str:
    """What a sensor is called that is known by its capture alone."""
    return Path(name).stem


def _pieces(capture: Path) -> Iterator[Piece]:
    # Here, not above: they load pandas, which takes a second, and only captures need them.
    from nfstream.plugin import NFPlugin  # noqa: PLC0415
    from nfstream.streamer import NFStreamer  # noqa: PLC0415

    class IcmpType(NFPlugin):
        """Keeps the type and code of a flow's first ICMP message, which stand where ports would."""

        def on_init(self, packet: Any, flow: Any) -> None:
            flow.udps.icmp = (0, 0)
            if flow.protocol in (ICMP, ICMP6):
                message = bytes(packet.ip_packet)[-packet.transport_size :] if packet.transport_size else b""
                flow.udps.icmp = (message[0], message[1]) if len(message) > 1 else (0, 0)

    streamer = NFStreamer(  # type: ignore[no-untyped-call]
        source=str(capture),
        decode_tunnels=False,
        idle_timeout=IDLE_SECONDS,
        active_timeout=_ALWAYS,
        accounting_mode=1,
        n_dissections=0,
        n_meters=1,
        statistical_analysis=True,
        udps=IcmpType(),  # type: ignore[no-untyped-call]
    )
    for flow in streamer:
        yield Piece(
            source=flow.src_ip,
            source_port=flow.udps.icmp[0] if flow.protocol in (ICMP, ICMP6) else flow.src_port,
            destination=flow.dst_ip,
            destination_port=flow.udps.icmp[1] if flow.protocol in (ICMP, ICMP6) else flow.dst_port,
            protocol=flow.protocol,
            first_ms=flow.bidirectional_first_seen_ms,
            last_ms=flow.bidirectional_last_seen_ms,
            sent=flow.src2dst_packets,
            sent_bytes=flow.src2dst_bytes,
            received=flow.dst2src_packets,
            received_bytes=flow.dst2src_bytes,
            sent_flags=(flow.src2dst_syn_packets, flow.src2dst_fin_packets, flow.src2dst_rst_packets),
            received_flags=(flow.dst2src_syn_packets, flow.dst2src_fin_packets, flow.dst2src_rst_packets),
        )


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces, those of one TCP connection as one, in the order of their first packets."""
    whole: dict[int, Piece] = {}
    open_tcp: dict[tuple[frozenset[tuple[str, int]], int], int] = {}
    for position, piece in enumerate(pieces):
        if piece.protocol == TCP:
            ends = frozenset({(piece.source, piece.source_port), (piece.destination, piece.destination_port)})
            earlier = open_tcp.get((ends, TCP))
            begins = piece.sent_flags[0] or piece.received_flags[0]
            if (
                earlier is not None
                and not begins
                and piece.first_ms - whole[earlier].last_ms < TCP_IDLE_SECONDS * 1000
            ):
                whole[earlier] = _sum(whole[earlier], piece)
                continue
            open_tcp[ends, TCP] = position
        whole[position] = piece
    yield from whole.values()


def _sum(one: Piece, more: Piece) -> Piece:
    if more.source != one.source or more.source_port != one.source_port:
        more = replace(
            more,
            sent=more.received,
            sent_bytes=more.received_bytes,
            sent_flags=more.received_flags,
            received=more.sent,
            received_bytes=more.sent_bytes,
            received_flags=more.sent_flags,
        )
    return replace(
        one,
        last_ms=more.last_ms,
        sent=one.sent + more.sent,
        sent_bytes=one.sent_bytes + more.sent_bytes,
        received=one.received + more.received,
        received_bytes=one.received_bytes + more.received_bytes,
        sent_flags=_added(one.sent_flags, more.sent_flags),
        received_flags=_added(one.received_flags, more.received_flags),
    )


def _added(one: tuple[int, int, int], more: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + more[0], one[1] + more[1], one[2] + more[2]


def _conn(piece: Piece, sensor: str) -> dict[str, Any]:
    return {
        "ts": piece.first_ms / 1000,
        "uid": _uid(piece, sensor),
        "id.orig_h": piece.source,
        "id.orig_p": piece.source_port,
        "id.resp_h": piece.destination,
        "id.resp_p": piece.destination_port,
        "proto": _NAMES.get(piece.protocol, "unknown_transport"),
        "duration": (piece.last_ms - piece.first_ms) / 1000,
        "conn_state": _state(piece),
        "orig_pkts": piece.sent,
        "orig_ip_bytes": piece.sent_bytes,
        "resp_pkts": piece.received,
        "resp_ip_bytes": piece.received_bytes,
    }


def _state(piece: Piece) -> str:
    """Zeek's conn_state, as far as the counts of flags tell it."""
    if piece.protocol != TCP:
        return "SF" if piece.sent and piece.received else "S0"
    if not piece.sent_flags[0]:
        return "OTH"
    if not piece.received_flags[0]:
        return "REJ" if piece.received_flags[2] else "S0"
    if piece.sent_flags[2]:
        return "RSTO"
    if piece.received_flags[2]:
        return "RSTR"
    return {(True, True): "SF", (True, False): "S2", (False, True): "S3", (False, False): "S1"}[
        bool(piece.sent_flags[1]), bool(piece.received_flags[1])
    ]


def _uid(piece: Piece, sensor: str) -> str:
    """A uid as Zeek writes them (C and 17 digits of base 62), the same for the same capture."""
    told = orjson.dumps(
        [
            sensor,
            piece.source,
            piece.source_port,
            piece.destination,
            piece.destination_port,
            piece.protocol,
            piece.first_ms,
        ]
    )
    number = int.from_bytes(hashlib.sha256(told).digest())
    digits = []
    for _ in range(17):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "C" + "".join(digits)
