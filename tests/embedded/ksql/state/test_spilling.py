"""What is held on disk answers as what is held in memory does, whatever happens in between."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded.ksql.engine import Engine
from embedded.ksql.query import Query
from embedded.ksql.record import Record
from embedded.ksql.run import Runner
from embedded.ksql.state.disk import Disk
from tests.embedded.ksql.given import record

SOURCES = """
    CREATE STREAM l (k VARCHAR KEY, a INT) WITH (KAFKA_TOPIC = 'l', VALUE_FORMAT = 'JSON');
    CREATE STREAM r (k VARCHAR KEY, b INT) WITH (KAFKA_TOPIC = 'r', VALUE_FORMAT = 'JSON');
    CREATE TABLE t (k VARCHAR PRIMARY KEY, a INT, f VARCHAR) WITH (KAFKA_TOPIC = 't', VALUE_FORMAT = 'JSON');
    CREATE TABLE u (k VARCHAR PRIMARY KEY, b INT) WITH (KAFKA_TOPIC = 'u', VALUE_FORMAT = 'JSON');
"""
QUERIES = {
    "inner join": "CREATE STREAM o AS SELECT l.k, a, b FROM l JOIN r WITHIN 20 SECONDS GRACE PERIOD 10 MINUTES "
    "ON l.k = r.k;",
    "left join": "CREATE STREAM o AS SELECT l.k, a, b FROM l LEFT JOIN r WITHIN 3 SECONDS GRACE PERIOD 9 SECONDS "
    "ON l.k = r.k;",
    "full join": "CREATE STREAM o AS SELECT ROWKEY, a, b FROM l FULL OUTER JOIN r WITHIN 9 SECONDS "
    "GRACE PERIOD 1 SECOND ON l.k = r.k;",
    "stream-table join": "CREATE STREAM o AS SELECT l.k, l.a, t.f FROM l LEFT JOIN t ON l.k = t.k;",
    "table-table join": "CREATE TABLE o AS SELECT ROWKEY, t.f, b FROM t FULL OUTER JOIN u ON t.k = u.k;",
    "foreign keys": "CREATE TABLE o AS SELECT t.k, t.a, u.b FROM t LEFT JOIN u ON t.f = u.k;",
    "groups": "CREATE TABLE o AS SELECT k, COLLECT_LIST(a) AS s, COUNT(*) AS n FROM l GROUP BY k;",
    "groups of a table": "CREATE TABLE o AS SELECT f, SUM(a) AS s, COUNT(*) AS n FROM t GROUP BY f;",
    "tumbling": "CREATE TABLE o AS SELECT k, SUM(a) AS n FROM l WINDOW TUMBLING (SIZE 5 SECONDS, "
    "GRACE PERIOD 20 SECONDS) GROUP BY k;",
    "hopping, once": "CREATE TABLE o AS SELECT k, SUM(a) AS n FROM l WINDOW HOPPING (SIZE 5 SECONDS, "
    "ADVANCE BY 2 SECONDS, GRACE PERIOD 9 SECONDS) GROUP BY k EMIT FINAL;",
    "sessions": "CREATE TABLE o AS SELECT k, SUM(a) AS n FROM l WINDOW SESSION (4 SECONDS, "
    "GRACE PERIOD 30 SECONDS) GROUP BY k;",
    "sessions, once": "CREATE TABLE o AS SELECT k, SUM(a) AS n FROM l WINDOW SESSION (4 SECONDS, "
    "GRACE PERIOD 9 SECONDS) GROUP BY k EMIT FINAL;",
}
BY_BUCKET = {"inner join", "left join", "full join"}
"""Of these a bucket on disk is dropped a little later than a slice of memory, which nobody notices."""

MINUTE = 60_000


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    made = Disk(tmp_path_factory.mktemp("state") / "disk")
    yield made
    made.close()


def arriving(topic: str, key: str, number: int, other: str, at: int) -> Record:
    value = {"A": number, "B": number, "F": other} if number or topic in "lr" else None
    return record(topic, key, value, at)


def arrivals() -> st.SearchStrategy[Record]:
    time = st.one_of(st.integers(0, MINUTE), st.integers(0, 30 * MINUTE))
    return st.builds(
        arriving,
        st.sampled_from("lrtu"),
        st.sampled_from("xyz"),
        st.integers(0, 5),
        st.sampled_from("xyz"),
        time,
    )


class Spill(int):
    """So many rows of each state go to disk."""


class Move(int):
    """The tasks' snapshots are taken over by new ones."""


steps = st.lists(
    st.one_of(arrivals(), arrivals(), arrivals(), st.builds(Spill, st.integers(1, 9)), st.builds(Move)),
    max_size=60,
)


def query(text: str) -> Query:
    engine = Engine()
    results = engine.execute(SOURCES + text)
    return next(result.query for result in results if result.query)


def told(made: list[Record]) -> list[object]:
    """All but offsets, which a runner that is new counts anew."""
    return [(each.topic, each.key, each.value, each.timestamp) for each in made]


@pytest.mark.parametrize("name", QUERIES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(happens=steps)
def test_what_is_on_disk_answers_as_what_is_in_memory(
    name: str, happens: list[Record | Spill | Move], disk: Disk
) -> None:
    made = query(QUERIES[name])
    kept, spilling = Runner([made]), Runner([made])
    for step in happens:
        if isinstance(step, Spill):
            for task in spilling.tasks:
                for state in task.states:
                    state.spill(min(step, state.in_memory()), disk)
        elif isinstance(step, Move):
            before, spilling = spilling, Runner([made])
            for old, new in zip(before.tasks, spilling.tasks, strict=True):
                for piece in old.snapshot():
                    new.restore(piece)
        else:
            assert told(spilling.feed(step)) == told(kept.feed(step))
        held = [task.state_rows() for task in kept.tasks]
        if name not in BY_BUCKET:
            assert [task.state_rows() for task in spilling.tasks] == held
