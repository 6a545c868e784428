"""The least is done: what changed and what stands on it, last dropped first, in order made again."""

from dataclasses import dataclass

import pytest

from infra.pipeline.ksql.changes import plan
from infra.pipeline.ksql.statements import Statement, read

BASE = (
    "CREATE STREAM raw (x INT);\n"
    "CREATE STREAM other (x INT);\n"
    "CREATE STREAM conn AS SELECT x FROM raw;\n"
    "INSERT INTO conn SELECT x FROM other;\n"
    "CREATE TABLE count AS SELECT x FROM conn;\n"
    "CREATE STREAM apart AS SELECT x FROM other;\n"
)
LATE = "CREATE STREAM late AS SELECT x FROM conn;"


@dataclass(frozen=True)
class Case:
    name: str
    wanted: str
    drop: tuple[str, ...]
    make: tuple[str, ...]
    broken: frozenset[str] = frozenset()


CASES = [
    Case("nothing changed: nothing is done", BASE, (), ()),
    Case("a comment is no change", "-- why\n" + BASE.replace("AS SELECT", "AS\n  SELECT"), (), ()),
    Case(
        "a leaf changed: the leaf alone",
        BASE.replace("TABLE count AS SELECT x", "TABLE count AS SELECT x + 1"),
        ("COUNT",),
        ("COUNT",),
    ),
    Case(
        "a stream in the middle changed: it, what is inserted into it, and what reads it",
        BASE.replace("conn AS SELECT x", "conn AS SELECT x + 1"),
        ("COUNT", "INSERT CONN", "CONN"),
        ("CONN", "INSERT CONN", "COUNT"),
    ),
    Case(
        "a source changed: everything that stands on it, and nothing else",
        BASE.replace("raw (x INT)", "raw (x BIGINT)"),
        ("COUNT", "INSERT CONN", "CONN", "RAW"),
        ("RAW", "CONN", "INSERT CONN", "COUNT"),
    ),
    Case(
        "an insert changed: the insert alone",
        BASE.replace("conn SELECT x", "conn SELECT x + 1"),
        ("INSERT CONN",),
        ("INSERT CONN",),
    ),
    Case(
        "a statement went", BASE.replace("CREATE STREAM apart AS SELECT x FROM other;\n", ""), ("APART",), ()
    ),
    Case("a statement came", BASE + LATE, (), ("LATE",)),
    Case(
        "a stream was dropped by hand: it is made again with what stands on it",
        BASE,
        ("COUNT", "INSERT CONN", "CONN"),
        ("CONN", "INSERT CONN", "COUNT"),
        frozenset({"STREAM CONN"}),
    ),
    Case(
        "a stream became a table",
        BASE.replace("CREATE STREAM apart", "CREATE TABLE apart"),
        ("APART",),
        ("APART",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_least_is_done(case: Case) -> None:
    have = read([("a.ksql", BASE)], {})
    changes = plan(have, case.broken, read([("a.ksql", case.wanted)], {}))

    def told(statements: tuple[Statement, ...]) -> tuple[str, ...]:
        return tuple(("INSERT " if s.kind == "INSERT" else "") + s.name for s in statements)

    assert told(changes.drop) == case.drop
    assert told(changes.make) == case.make
