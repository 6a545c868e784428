"""The join operator alone: events a second, and whether an event costs the same however many are held.

    python -m benchmarks.join [--events 200000] [--held 10000 100000 1000000 10000000]

An event is a flow or the endpoint event of its socket, as rows that are decoded already; each flow finds its
event. The state is filled with so many events that find nothing first. The time is the process's CPU time.
"""

import argparse
import gc
import os
import time

import psutil
from rich.console import Console
from rich.table import Table

from embedded.ksql.language.statements import Within
from embedded.ksql.operators.context import Context
from embedded.ksql.operators.stream_join import StreamJoin
from embedded.ksql.record import DeadLetter

DAY_MS = 86_400_000
WIDTH = 12
"""Columns of either side."""


def _refuse(letter: DeadLetter) -> None:
    raise SystemExit(letter.reason)


def measure(held: int, events: int) -> tuple[float, float, int]:
    """Fill a join with `held` events, then let `events` more through.

    Returns:
        CPU seconds of those, bytes of memory for each event held, and how many rows came out.
    """
    found = 0

    def count(_key: bytes | None, _row: list[object] | None, _time: int) -> None:
        nonlocal found
        found += 1

    before = psutil.Process(os.getpid()).memory_info().rss
    within = Within(before_ms=60_000, after_ms=60_000, grace_ms=DAY_MS)
    join = StreamJoin(Context("join", _refuse), within, (False, False), (WIDTH, WIDTH), 0, count)
    row = list(range(WIDTH))
    for number in range(held):
        (join.left if number % 2 else join.right)(b"held-%027d" % number, [*row], number * 1000 // held)
    memory = psutil.Process(os.getpid()).memory_info().rss - before
    keys = [b"1:%027d=" % number for number in range(events // 2)]
    gc.freeze()
    begun = time.process_time()
    for number, key in enumerate(keys):
        join.right(key, row, 1000 + number)
        join.left(key, row, 1000 + number)
    spent = time.process_time() - begun
    gc.unfreeze()
    return spent, memory / held, found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.join")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--held", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    asked = parser.parse_args()
    table = Table(title="The join of two streams, one process")
    for column in ("events held", "events a second", "microseconds an event", "bytes an event held", "found"):
        table.add_column(column, justify="right")
    gc.set_threshold(100_000, 50, 100)  # as the engine's process has it
    for held in asked.held:
        spent, memory, found = measure(held, asked.events)
        table.add_row(
            f"{held:,}",
            f"{asked.events / spent:,.0f}",
            f"{spent / asked.events * 1e6:.2f}",
            f"{memory:,.0f}",
            f"{found:,}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
