"""Statements as a resource, on a server that runs them against a real Kafka."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.ksql.resource import KsqlProvider
from infra.pipeline.ksql.statements import read

RAW = "CREATE STREAM r_raw (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='r-raw', VALUE_FORMAT='JSON', PARTITIONS=1);\n"
OTHER = "CREATE STREAM r_other (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='r-other', VALUE_FORMAT='JSON', PARTITIONS=1);\n"
CONN = "CREATE STREAM r_conn WITH (PARTITIONS=1) AS SELECT id, x FROM r_raw EMIT CHANGES;\n"
INSERT = "INSERT INTO r_conn SELECT id, x FROM r_other EMIT CHANGES;\n"
LEAF = "CREATE STREAM r_leaf WITH (PARTITIONS=1) AS SELECT id, x FROM r_conn EMIT CHANGES;\n"
BASE = RAW + OTHER + CONN + INSERT + LEAF


class Applied:
    """The resource under test, with what Pulumi would keep of it."""

    def __init__(self, url: str, journal: Path) -> None:
        self.provider = KsqlProvider()
        self.client = KsqlClient(url)
        self.url, self.journal = url, journal
        self.outs: dict[str, Any] = {}

    def inputs(self, text: str) -> dict[str, Any]:
        return {
            "url": self.url,
            "instance": "one",
            "journal": str(self.journal),
            "delete_topics": False,
            "statements": [statement.model_dump() for statement in read([("a.ksql", text)], {})],
        }

    def up(self, text: str) -> bool:
        """Do what `pulumi up` does; returns whether anything changed."""
        wanted = self.inputs(text)
        if not self.outs:
            self.outs = self.provider.create(wanted).outs or {}
            return True
        changed = bool(self.provider.diff("", self.outs, wanted).changes)
        if changed:
            self.outs = self.provider.update("", self.outs, wanted).outs or {}
        return changed

    def refresh(self) -> None:
        self.outs = self.provider.read("", self.outs).outs or {}

    def queries(self) -> dict[str, str]:
        """The queries, by what they write and how they began."""
        return {
            f"{next(iter(query.sinks))} {query.id.partition('_')[0]}": query.id
            for query in self.client.queries()
            if next(iter(query.sinks)).startswith("R_")
        }


@pytest.fixture
def applied(ksqldb_url: str, tmp_path: Path) -> Iterator[Applied]:
    applied = Applied(ksqldb_url, tmp_path / "journal.json")
    yield applied
    if applied.outs:
        applied.provider.delete("", applied.outs)
    assert not [name for name in applied.client.sources() if name.startswith("R_")]
    assert not applied.queries()


def test_statements_are_in_force_and_a_second_up_changes_nothing(applied: Applied) -> None:
    applied.up(BASE)
    assert applied.client.sources().keys() >= {"R_RAW", "R_OTHER", "R_CONN", "R_LEAF"}
    assert set(applied.queries()) == {"R_CONN CSAS", "R_CONN INSERTQUERY", "R_LEAF CSAS"}
    before = applied.queries()
    applied.refresh()
    assert not applied.up(BASE)
    assert not applied.up("-- a comment\n" + BASE)
    assert applied.queries() == before


def test_a_changed_statement_is_made_again_with_what_stands_on_it_and_nothing_else(applied: Applied) -> None:
    applied.up(BASE)
    before = applied.queries()
    applied.up(
        BASE.replace(
            "r_leaf WITH (PARTITIONS=1) AS SELECT id, x",
            "r_leaf WITH (PARTITIONS=1) AS SELECT id, x + 1 AS x",
        )
    )
    after = applied.queries()
    assert after["R_CONN CSAS"] == before["R_CONN CSAS"]
    assert after["R_LEAF CSAS"] != before["R_LEAF CSAS"]
    applied.up(BASE)
    before = applied.queries()
    applied.up(
        BASE.replace(
            "r_conn WITH (PARTITIONS=1) AS SELECT id, x",
            "r_conn WITH (PARTITIONS=1) AS SELECT id, x + 1 AS x",
        )
    )
    assert not set(applied.queries().values()) & set(before.values())


def test_a_statement_that_was_taken_out_is_dropped(applied: Applied) -> None:
    applied.up(BASE)
    applied.up(RAW + OTHER + CONN)
    assert set(applied.queries()) == {"R_CONN CSAS"}
    assert "R_LEAF" not in applied.client.sources()


def test_a_terminated_query_is_drift_and_is_repaired(applied: Applied) -> None:
    applied.up(BASE)
    applied.client.terminate(applied.queries()["R_CONN INSERTQUERY"])
    applied.refresh()
    assert applied.up(BASE)
    assert set(applied.queries()) == {"R_CONN CSAS", "R_CONN INSERTQUERY", "R_LEAF CSAS"}
    applied.refresh()
    assert not applied.up(BASE)


def test_a_dropped_stream_is_drift_and_is_repaired(applied: Applied) -> None:
    applied.up(BASE)
    applied.client.terminate(applied.queries()["R_LEAF CSAS"])
    applied.client.drop("STREAM", "R_LEAF", delete_topic=False)
    applied.refresh()
    assert applied.up(BASE)
    assert "R_LEAF" in applied.client.sources()


def test_a_faulty_statement_is_told_with_its_place_and_leaves_nothing_behind(applied: Applied) -> None:
    with pytest.raises(Exception, match=r"a\.ksql, line 3: ") as error:
        applied.up(RAW + OTHER + CONN.replace("x FROM", "nonsense FROM"))
    assert "NONSENSE" in str(error.value)
    assert not [name for name in applied.client.sources() if name.startswith("R_")]


def test_an_interrupted_up_is_repaired_by_the_next(applied: Applied) -> None:
    applied.up(RAW + OTHER + CONN)
    # what Pulumi knows is lost; the journal says what the interrupted run had made
    made = applied.outs["applied"]
    applied.outs = {}
    from infra.pipeline.ksql.application import APPLIED, Journal  # noqa: PLC0415

    Journal(applied.journal).note(APPLIED.validate_python(made))
    applied.up(BASE)
    assert set(applied.queries()) == {"R_CONN CSAS", "R_CONN INSERTQUERY", "R_LEAF CSAS"}


def test_deleting_twice_is_success(applied: Applied) -> None:
    applied.up(BASE)
    applied.provider.delete("", applied.outs)
    applied.provider.delete("", applied.outs)


def test_another_instance_of_the_data_means_everything_anew(applied: Applied) -> None:
    applied.up(RAW)
    other = {**applied.inputs(RAW), "instance": "two"}
    assert applied.provider.diff("", applied.outs, other).replaces == ["instance"]
