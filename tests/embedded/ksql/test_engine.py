"""The metastore: what statements add, replace, refuse and take away."""

import re

import pytest

from embedded.ksql.catalog import MemoryTopics
from embedded.ksql.engine import Engine
from embedded.ksql.errors import InvalidError, KsqlError, UnsupportedError
from embedded.ksql.record import Record

STREAM = "CREATE STREAM s (k VARCHAR KEY, v INT, w VARCHAR) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');"


@pytest.fixture
def engine() -> Engine:
    made = Engine()
    made.execute(STREAM)
    return made


def test_ids_of_queries_are_those_of_ksqldb(engine: Engine) -> None:
    engine.execute(
        "CREATE STREAM a AS SELECT k, v FROM s; CREATE TABLE b AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;"
        "INSERT INTO a SELECT k, v FROM s;"
    )
    assert list(engine.queries) == ["CSAS_A_2", "CTAS_B_3", "INSERTQUERY_4"]


def test_what_changes_nothing_is_not_counted_in_the_ids_of_queries(engine: Engine) -> None:
    derived = "CREATE STREAM a AS SELECT k, v FROM s;"
    engine.execute(f"SHOW QUERIES; DESCRIBE s; EXPLAIN {derived} INSERT INTO s (k, v) VALUES ('x', 1);")
    engine.execute("DROP STREAM IF EXISTS c;" + STREAM.replace("STREAM s", "STREAM IF NOT EXISTS s"))
    engine.execute(derived)
    assert list(engine.queries) == ["CSAS_A_2"]


def test_statements_are_carried_out_all_or_none(engine: Engine) -> None:
    with pytest.raises(InvalidError):
        engine.execute("CREATE STREAM a AS SELECT k, v FROM s; CREATE STREAM b AS SELECT k, z FROM s;")
    assert list(engine.sources) == ["S"]
    assert not engine.queries


def test_a_source_that_is_read_cannot_be_dropped(engine: Engine) -> None:
    engine.execute("CREATE STREAM a AS SELECT k, v FROM s;")
    with pytest.raises(InvalidError, match=r"read from this source: \[A\]"):
        engine.execute("DROP STREAM s;")
    (ended,) = engine.execute("DROP STREAM a DELETE TOPIC;")
    assert ended.terminated == ("CSAS_A_2",)
    assert ended.delete_topics == ("A",)
    engine.execute("DROP STREAM s; DROP STREAM IF EXISTS s;")
    assert not engine.sources


def test_replacing_a_derived_stream_keeps_its_query_id(engine: Engine) -> None:
    engine.execute("CREATE STREAM a AS SELECT k, v FROM s;")
    (result,) = engine.execute("CREATE OR REPLACE STREAM a AS SELECT k, v, w FROM s;")
    assert result.terminated == ("CSAS_A_2",)
    assert list(engine.queries) == ["CSAS_A_2"]
    assert [column.name for column in engine.sources["A"].columns] == ["K", "V", "W"]


@pytest.mark.parametrize(
    "statement",
    [
        "TABLE a AS SELECT k, COUNT(*) AS n FROM s WHERE v > 1 GROUP BY k;",
        "STREAM b AS SELECT s.k, s.v, t.v FROM s JOIN t WITHIN 1 HOUR ON s.k = t.k WHERE s.v > 1;",
    ],
)
def test_what_would_lose_what_it_holds_is_not_replaced_and_says_what_to_do(statement: str) -> None:
    engine = Engine()
    engine.execute(STREAM + STREAM.replace(" s ", " t ").replace("'s'", "'t'"))
    engine.execute("CREATE " + statement)
    with pytest.raises(
        UnsupportedError, match=r"DROP (TABLE|STREAM) `[AB]` DELETE TOPIC, and create it anew"
    ):
        engine.execute("CREATE OR REPLACE " + statement.replace(" > 1", " > 2"))
    assert len(engine.queries) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "KAFKA_TOPIC = 'other', VALUE_FORMAT = 'JSON'",
            "topic = s (KAFKA, JSON) which is not upgradeable to other",
        ),
        ("KAFKA_TOPIC = 's', VALUE_FORMAT = 'DELIMITED'", "upgradeable to s (KAFKA, DELIMITED)"),
        ("KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', TIMESTAMP = 't'", "timestampColumn = none"),
    ],
)
def test_a_stream_stays_on_its_topic_as_it_is(engine: Engine, more: str, said: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(said)):
        engine.execute(
            f"CREATE OR REPLACE STREAM s (k VARCHAR KEY, v INT, w VARCHAR, t BIGINT) WITH ({more});"
        )


def test_a_property_is_set_for_the_statements_that_follow_in_the_call(engine: Engine) -> None:
    engine.execute(
        "SET 'ksql.output.topic.name.prefix' = 'x-'; CREATE STREAM a AS SELECT k, v FROM s;"
        "UNSET 'ksql.output.topic.name.prefix'; CREATE STREAM b AS SELECT k, v FROM s;"
    )
    engine.execute("CREATE STREAM c AS SELECT k, v FROM s;")
    assert [engine.sources[name].topic for name in "ABC"] == ["x-A", "B", "C"]


def test_what_is_unset_is_again_as_the_engine_has_it() -> None:
    engine = Engine({"ksql.output.topic.name.prefix": "x-"})
    engine.execute(STREAM)
    engine.execute(
        "UNSET 'ksql.output.topic.name.prefix'; CREATE STREAM a AS SELECT k, v FROM s;",
        {"ksql.output.topic.name.prefix": "y-"},
    )
    assert engine.sources["A"].topic == "x-A"


def test_inserted_values_are_a_record(engine: Engine) -> None:
    (result,) = engine.execute("INSERT INTO s (ROWTIME, k, v) VALUES (17, 'x', 1 + 2);")
    assert result.records == (Record("s", b"x", b'{"V":3,"W":null}', 17, -1),)


def test_a_repartition_is_an_internal_topic_between_two_stages(engine: Engine) -> None:
    (result,) = engine.execute("CREATE TABLE a AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;")
    assert result.query is not None
    first, second = result.query.stages
    (internal,) = result.query.internal_topics
    assert first.source_topics == ("s",)
    assert first.output_topics == second.source_topics == (internal.name,)
    assert second.output_topics == ("A",)
    assert internal.name.startswith("_confluent-ksql-default_query_CTAS_A_2-")


def test_records_with_one_key_go_to_one_partition_windows_or_not(engine: Engine) -> None:
    (result,) = engine.execute(
        "CREATE TABLE a AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k;"
    )
    assert result.query is not None
    stage = result.query.stages[-1]
    chosen = {stage.partition(Record("A", b"key" + bytes([0] * 7 + [n]), b"{}", 0), 16) for n in range(9)}
    assert len(chosen) == 1


def test_topics_that_do_not_exist_need_partitions() -> None:
    engine = Engine(topics=MemoryTopics({"known": 3}, strict=True))
    with pytest.raises(InvalidError, match="PARTITIONS"):
        engine.execute("CREATE STREAM a (v INT) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');")
    (result,) = engine.execute("CREATE STREAM a (v INT) WITH (KAFKA_TOPIC = 'known', VALUE_FORMAT = 'JSON');")
    assert [topic.partitions for topic in result.topics] == [3]


def test_sides_of_a_join_need_the_same_number_of_partitions() -> None:
    engine = Engine(topics=MemoryTopics({"s": 1, "t": 2}))
    engine.execute(STREAM + STREAM.replace(" s ", " t ").replace("'s'", "'t'"))
    with pytest.raises(InvalidError, match="partitions"):
        engine.execute(
            "CREATE STREAM o AS SELECT s.k, s.v FROM s JOIN t WITHIN 1 SECOND GRACE PERIOD 1 SECOND ON s.k = t.k;"
        )


def test_a_push_query_gives_columns_in_the_order_of_the_projection(engine: Engine) -> None:
    query = engine.transient("SELECT v, k FROM s EMIT CHANGES LIMIT 2;")
    assert [name for name, _ in query.columns] == ["V", "K"]
    assert query.limit == 2
    assert query.stages[0].task(0).process(Record("s", b"x", b'{"V":1}', 3))[0].value == b'[1,"x"]'
    assert query.id not in engine.queries


def test_a_pull_query_is_refused_by_name(engine: Engine) -> None:
    with pytest.raises(UnsupportedError) as caught:
        engine.transient("SELECT * FROM s WHERE k = 'a';")
    assert caught.value.feature == "pull query"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE STREAM o AS SELECT v FROM s;", "Key missing from projection"),
        ("CREATE TABLE o AS SELECT k, v FROM s;", "CREATE STREAM AS SELECT"),
        ("CREATE STREAM o AS SELECT k, v + w AS x FROM s WHERE v;", "WHERE"),
        ("CREATE STREAM o AS SELECT k, COUNT(*) AS n FROM s;", "GROUP BY"),
        ("CREATE STREAM o AS SELECT k, v AS ROWTIME FROM s;", "ROWTIME"),
        ("INSERT INTO s SELECT k, v FROM s;", "Incompatible schema"),
        ("CREATE TABLE o AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 0 SECONDS) GROUP BY k;", "positive"),
        ("CREATE TABLE o AS SELECT k, SUM(v) AS n FROM s WINDOW HOPPING (SIZE 1 SECOND, ADVANCE BY 2 SECONDS) GROUP BY k;",
         "advancement interval"),
        ("CREATE TABLE o AS SELECT k, SUM(v) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 1 HOUR) GROUP BY k;",
         "retention period"),
        ("CREATE STREAM s (v INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');", "already exists"),
        ("CREATE STREAM o AS SELECT k, v FROM s WHERE w LIKE 5;", "LIKE"),
    ],
)  # fmt: skip
def test_what_ksqldb_refuses_is_refused(engine: Engine, statement: str, said: str) -> None:
    with pytest.raises(KsqlError) as caught:
        engine.execute(statement)
    assert said in caught.value.message
