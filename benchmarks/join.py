"""The join operator alone: events a second, and whether an event costs the same however many are held.

    python -m benchmarks.join [--events 200000] [--held 10000 100000 1000000 10000000] [--limit MB]

An event is a flow or the endpoint event of its socket, as rows that are decoded already; each flow finds its
event. The state is filled with so many events that find nothing first. The time is the process's CPU time.
With a limit, what is beyond it goes to disk, and as many events as are measured find theirs there afterwards.
"""

import argparse
import gc
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from embedded.ksql.language.statements import Within
from embedded.ksql.operators.context import Context
from embedded.ksql.operators.stream_join import StreamJoin
from embedded.ksql.record import DeadLetter
from embedded.ksql.state.held import State
from embedded.ksql.state.memory import Memory

DAY_MS = 86_400_000
WIDTH = 12
"""Columns of either side."""


def _refuse(letter: DeadLetter) -> None:
    raise SystemExit(letter.reason)


@dataclass(frozen=True)
class Measured:
    """What was measured: CPU seconds, bytes, and how many rows came out."""

    spent: float
    filling: float
    memory: int
    disk: int
    found: int
    asking: float


class Join(StreamJoin):
    """The join of the lab's size, which counts what comes out."""

    def __init__(self) -> None:
        self.found = 0
        self._context = Context("join", _refuse)
        within = Within(before_ms=60_000, after_ms=60_000, grace_ms=DAY_MS)
        super().__init__(self._context, within, (False, False), (WIDTH, WIDTH), 0, self._count)

    def _count(self, _key: bytes | None, _row: list[object] | None, _time: int) -> None:
        self.found += 1

    @property
    def states(self) -> list[State]:
        """All states of the join."""
        return self._context.states


def measure(held: int, events: int, memory: Memory | None) -> Measured:
    """Fill a join with `held` events at 1,000 a second, then let `events` more through.

    With a `memory`, look after it meanwhile; as many events find those that were held first afterwards.
    """
    before = _resident()
    join = Join()
    row = list(range(WIDTH))
    begun = time.process_time()
    for number in range(held):
        (join.left if number % 2 else join.right)(b"held-%027d" % number, [*row], number)
        if memory and number % memory.interval == 0:
            memory.see_to([join])
    filling = time.process_time() - begun
    size = _resident() - before
    keys = [b"1:%027d=" % number for number in range(events // 2)]
    gc.freeze()
    begun = time.process_time()
    for number, key in enumerate(keys):
        join.right(key, row, held + number)
        join.left(key, row, held + number)
    spent = time.process_time() - begun
    begun = time.process_time()
    for number in range(min(held, events if memory else 0)):
        (join.right if number % 2 else join.left)(b"held-%027d" % number, row, number)
    asking = time.process_time() - begun
    gc.unfreeze()
    return Measured(spent, filling, size, memory.bytes_on_disk if memory else 0, join.found, asking)


def _resident() -> int:
    return int(psutil.Process(os.getpid()).memory_info().rss)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.join")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--held", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--limit", type=int, help="MB of rows in memory; none without it")
    asked = parser.parse_args()
    table = Table(title="The join of two streams, one process")
    columns = (
        "held",
        "events a second",
        "µs an event",
        "µs held",
        "bytes in memory",
        "on disk",
        "µs late",
        "found",
    )
    for column in columns:
        table.add_column(column, justify="right")
    gc.set_threshold(100_000, 50, 100)  # as the engine's process has it
    for held in asked.held:
        with tempfile.TemporaryDirectory() as folder:
            memory = None if asked.limit is None else Memory(asked.limit << 20, Path(folder) / "state")
            this = measure(held, asked.events, memory)
        table.add_row(
            f"{held:,}",
            f"{asked.events / this.spent:,.0f}",
            f"{this.spent / asked.events * 1e6:.2f}",
            f"{this.filling / held * 1e6:.2f}",
            f"{this.memory / held:,.0f}",
            f"{this.disk / held:,.0f}",
            f"{this.asking / min(held, asked.events) * 1e6:.2f}",
            f"{this.found:,}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
