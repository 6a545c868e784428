"""The three files of ksqlDB's ksql-test-runner: statements, inputs, outputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

from embedded.ksql.catalog import Source
from embedded.ksql.conformance.records import sources_by_topic, to_record
from embedded.ksql.conformance.runner import run_queries
from embedded.ksql.engine import Engine
from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.run import Runner


def _records(path: Path, name: str) -> list[dict[str, Any]]:
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=Exact)
    found = document.get(name) if isinstance(document, dict) else document
    if not isinstance(found, list):
        raise ValueError(f'{path}: an object with a list "{name}" is wanted')  # noqa: TRY004 - bad text, not a bad call
    for item in found:
        if not isinstance(item, dict) or not item.get("topic"):
            raise ValueError(f'{path}: a record without a "topic": {json.dumps(item, default=str)}')
    return found


@dataclass(frozen=True, slots=True)
class Triple:
    """Statements, and the records that go in and come out."""

    statements: str
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]

    @classmethod
    def load(cls, statements: Path, inputs: Path | None, outputs: Path) -> "Triple":
        """The contents of three files; without one of inputs there are none.

        Raises:
            ValueError: a file is not JSON, or not of this kind.
        """
        return cls(
            statements.read_text(encoding="utf-8"),
            [] if inputs is None else _records(inputs, "inputs"),
            _records(outputs, "outputs"),
        )

    def run(self, *, by_query: bool) -> tuple[list[Record], Mapping[str, Source], list[DeadLetter]]:
        """What comes out, the sources by topic, and the dead letters.

        Args:
            by_query: each query takes all of its input before the next one starts, as in ksqlDB's tool;
                else each record goes through every query before the next one.

        Raises:
            KsqlError: a statement is refused.
        """
        engine = Engine()
        inserted = [record for result in engine.execute(self.statements) for record in result.records]
        known = sources_by_topic(engine)
        given = [to_record(item, known.get(item["topic"])) for item in self.inputs]
        letters: list[DeadLetter] = []
        queries = list(engine.queries.values())
        if by_query:
            return run_queries(queries, given, inserted, letters), known, letters
        runner = Runner(queries, letters)
        made = list(inserted)
        for record in [*inserted, *given]:
            made += runner.feed(record)
        return made, known, letters
