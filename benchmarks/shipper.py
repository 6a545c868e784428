"""How fast a recording is read and shipped to a real Kafka.

    python -m benchmarks.shipper [--flows 100000]

The recording is made up: as many connections as asked for, as Zeek writes them, and the Sysmon event of
each, as Winlogbeat writes it, none with a Community ID. Its folder and Kafka's are removed afterwards.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console
from rich.table import Table

from embedded.kafka import broker, class_cache
from embedded.kafka.settings import Settings
from embedded.shipper.recording import load
from embedded.shipper.shipping import Times, ship

SPAN: Final = 3000.0
"""Seconds of event time, over which the connections begin evenly."""
START: Final = 1_767_348_000


def write(folder: Path, flows: int) -> None:
    """Write the recording."""
    with (folder / "conn.log").open("wb") as conns, (folder / "winlogbeat.ndjson").open("wb") as events:
        for number in range(flows):
            at = START + number * SPAN / flows
            ends = (
                f"10.0.{number // 50_000}.7",
                1_024 + number % 60_000,
                f"13.107.{number % 250}.{number % 199}",
            )
            conns.write(_conn(at, number, *ends) + b"\n")
            events.write(_event(at + 0.004, *ends) + b"\n")


def _conn(at: float, number: int, source: str, port: int, destination: str) -> bytes:
    return orjson.dumps(
        {
            "ts": round(at, 6),
            "uid": f"C{number:017d}",
            "id.orig_h": source,
            "id.orig_p": port,
            "id.resp_h": destination,
            "id.resp_p": 443,
            "proto": "tcp",
            "service": "ssl",
            "duration": 1.25,
            "orig_bytes": 1200,
            "resp_bytes": 5400,
            "conn_state": "SF",
            "history": "ShADadFf",
        }
    )


def _event(at: float, source: str, port: int, destination: str) -> bytes:
    utc = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}"
    data = {
        "RuleName": "-",
        "UtcTime": utc,
        "ProcessGuid": "{87dc76e9-6acf-23ad-3000-133027687d81}",
        "ProcessId": "4912",
        "Image": "C:\\Windows\\explorer.exe",
        "User": "CORP\\asha",
        "Protocol": "tcp",
        "Initiated": "true",
        "SourceIp": source,
        "SourcePort": str(port),
        "DestinationIp": destination,
        "DestinationPort": "443",
    }
    return orjson.dumps(
        {
            "@timestamp": utc.replace(" ", "T") + "Z",
            "winlog": {
                "channel": "Microsoft-Windows-Sysmon/Operational",
                "computer_name": "CLIENT01.corp.example",
                "event_id": "3",
                "event_data": data,
            },
            "message": "\n".join(f"{name}: {value}" for name, value in data.items()),
        }
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.shipper")
    parser.add_argument("--flows", type=int, default=100_000)
    flows: int = parser.parse_args().flows
    class_cache.train()
    with tempfile.TemporaryDirectory(prefix="lab-benchmark-") as name:
        folder = Path(name)
        kafka = Settings(
            port=broker.free_port(),
            controller_port=broker.free_port(),
            data_dir=folder / "kafka",
            cluster_id=broker.new_cluster_id(),
        )
        recording_folder = folder / "recording"
        recording_folder.mkdir()
        write(recording_folder, flows)
        with broker.running(kafka):
            began, used = time.monotonic(), time.process_time()
            recording = load([recording_folder])
            reading, reading_cpu = time.monotonic() - began, time.process_time() - used
            used = time.process_time()
            times = Times(run_directory=folder / "run", window=60.0, grace=86_400.0)
            shipment = ship(recording, kafka.bootstrap, times)
            shipping_cpu = time.process_time() - used
    table = Table(title=f"{len(shipment.records):,} records")
    for column in ("", "seconds", "a second", "a second of the shipper's own CPU time"):
        table.add_column(column, justify="right" if column else "left")
    for step, seconds, cpu in (
        ("read, identify, measure clocks", reading, reading_cpu),
        ("ship until Kafka has all", shipment.seconds, shipping_cpu),
    ):
        count = len(shipment.records)
        table.add_row(step, f"{seconds:.1f}", f"{count / seconds:,.0f}", f"{count / cpu:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
