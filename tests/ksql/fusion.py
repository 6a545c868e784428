"""The statements of ksql/ at work on records in memory."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from embedded.ksql.engine import Engine
from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.run import Runner
from embedded.ksql.state.memory import Memory
from infra.pipeline.detections import statements as detections
from infra.pipeline.ksql.statements import read_folder
from tests.ksql.outcome import known
from tests.ksql.records import record
from tests.ksql.reference import Known
from tests.ksql.seen import Seen

REPOSITORY: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = REPOSITORY / "ksql"
RULES: Final = REPOSITORY / "detections"
ARRIVAL: Final = 1_760_155_200_000
"""When the first record arrives: 2025-10-11 04:00 UTC, after all that is seen."""


@cache
def text() -> str:
    """All statements in the order of the files, then those of the rules; variables put in."""
    statements = read_folder(FOLDER, {}, detections.write(RULES))
    return "\n".join(f"{statement.text.rstrip(';')};" for statement in statements)


@cache
def _engine() -> Engine:
    engine = Engine()
    engine.execute(text())
    return engine


def written(records: Iterable[Record], memory: Memory | None = None) -> list[Record]:
    """What the queries write for these records, from empty state; every record has to be processed."""
    refused: list[DeadLetter] = []
    runner = Runner(_engine().queries.values(), refused, memory)
    made = [output for item in records for output in runner.feed(item)]
    assert not refused, refused[0].reason
    return made


def concluded(seen: Sequence[Seen]) -> Known:
    """What is known in the end of things seen, in the order of their arrival."""
    return known(written(record(item, ARRIVAL + number) for number, item in enumerate(seen)))
