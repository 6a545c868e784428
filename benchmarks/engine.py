"""The engine alone with the lab's statements, everything in memory: CPU time and memory of an event.

    python -m benchmarks.engine [--held 10000 100000 1000000] [--limit MB]

An event is a Zeek connection or the Sysmon event of its socket, as in `benchmarks.fusion`; all of them stay
in the state, as the grace period is a day. The cost is that of the last 10,000 events before each number.
Beyond the limit the state goes to disk; bytes are of an event, those in memory by the process's size.
"""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.fusion import flow, socket
from embedded.ksql.engine import Engine
from embedded.ksql.record import Record
from embedded.ksql.run import Runner
from embedded.ksql.settings import STATE_MB
from embedded.ksql.state.memory import Memory
from infra import topics
from infra.pipeline.ksql.statements import read_folder

ROOT: Final = Path(__file__).resolve().parent.parent
STEP: Final = 10_000
"""Events that are timed together."""

RATE: Final = 1_000
"""Events a second of event time."""


def events(count: int) -> Iterator[Record]:
    """`count` events, the socket's before its connection's."""
    begun = time.time() - 86_400
    for uid in range(count // 2):
        at = begun + 2 * uid / RATE
        yield Record(topics.SYSMON_NETWORK, None, socket(uid, at), int(at * 1000))
        yield Record(topics.ZEEK_CONN, None, flow(uid, at), int(at * 1000))


def started(memory: Memory) -> Runner:
    """The lab's queries with empty state."""
    engine = Engine()
    for statement in read_folder(ROOT / "ksql", {}):
        engine.execute(statement.text)
    return Runner(engine.queries.values(), memory=memory)


def resident() -> int:
    """Bytes of memory of this process."""
    return int(psutil.Process(os.getpid()).memory_info().rss)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.engine")
    parser.add_argument("--held", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--limit", type=int, default=STATE_MB, help="MB of rows in memory")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(sorted(asked.held), Memory(asked.limit << 20, Path(folder) / "state"))


def run(held: list[int], memory: Memory) -> None:
    """Measure, each time that so many events are held, and print."""
    runner = started(memory)
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # as the engine's process has it
    base = resident()
    table = Table(title="The engine alone, the lab's statements")
    for column in (
        "events held",
        "events a second",
        "microseconds an event",
        "records written",
        "bytes in memory",
        "bytes on disk",
        "MB of the process",
    ):
        table.add_column(column, justify="right")
    source = events(held[-1])
    for number in range(STEP, held[-1] + 1, STEP):
        batch = [next(source) for _ in range(STEP)]
        begun = time.process_time()
        written = sum(len(runner.feed(record)) for record in batch)
        spent = time.process_time() - begun
        if number in held:
            table.add_row(
                f"{number:,}",
                f"{STEP / spent:,.0f}",
                f"{spent / STEP * 1e6:.0f}",
                f"{written / STEP:.1f}",
                f"{(resident() - base) / number:,.0f}",
                f"{memory.bytes_on_disk / number:,.0f}",
                f"{resident() >> 20:,}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
