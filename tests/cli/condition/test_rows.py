"""The table of hops follows the data's way, and says which is not well."""

from dataclasses import replace

from cli.condition.rows import as_json, rates, rows
from infra.observation.faults.known import findings
from infra.observation.survey.seen import DeadLetters, Index, Program, Query, Service, Source, Survey, Topic

NOW = 1_800_000_000.0


def survey() -> Survey:
    return Survey(
        at=NOW,
        logging_server="docker",
        services={
            "hec": Service(kind="hec", address="https://hec", refusal="HTTP 403: Invalid token", code=403)
        },
        topics={
            "zeek-conn": Topic(name="zeek-conn", written=20, latest=NOW - 3),
            "CONN": Topic(name="CONN", written=19, latest=NOW - 5),
        },
        queries=[
            Query(id="CSAS_CONN_9", sink="CONN", place="a.ksql, line 1", lag=4),
            Query(id="", sink="CONN", place="a.ksql, line 9", state="TERMINATED"),
        ],
        sources=[
            Source(name="pc", topic="sysmon-NetworkConnectInitiated", latest=NOW - 50),
            Source(name="pc", topic="osquery-win_socket_events", latest=NOW - 40),
        ],
        index=Index(name="flows", events=7, latest=NOW - 9),
        dead_letters=[DeadLetters(topic="zeek-conn", reason="bad", count=2, latest=NOW - 5000)],
    )


def test_each_hop_has_its_figures_and_its_health() -> None:
    seen = survey()
    table = {row.name: row for row in rows(seen, findings(seen), {"zeek-conn": 2.5})}
    assert [*table][:4] == ["Kafka", "ksqlDB", "Splunk", "pc"]
    assert [*table][-3:] == ["Connect", "HEC", "index flows"]
    conn = table["zeek-conn"]
    assert (conn.health, conn.records, conn.rate, conn.latest) == ("ok", 20, 2.5, NOW - 3)
    assert (table["pc"].latest, table["pc"].health) == (NOW - 40, "ok")
    assert table["HEC"].health == "broken"
    assert table["Kafka"].health == "unknown"
    assert table["zeek-conn-enriched"].health == "unknown"
    assert table["index flows"].records == 7
    assert "2 of zeek-conn: bad" in table["dead-letters"].note


def test_a_console_is_a_hop_where_there_is_one() -> None:
    def health(survey: Survey) -> dict[str, str]:
        table = rows(survey, findings(survey), {})
        return {row.name: row.health for row in table if row.name == "console"}

    assert health(survey()) == {}
    there = Service(kind="console", address="https://lab:8443")
    assert health(replace(survey(), services={"console": there})) == {"console": "ok"}
    dead = Program(name="console", state="EXITED")
    assert health(replace(survey(), programs=[dead])) == {"console": "broken"}


def test_each_query_is_a_row_with_its_lag() -> None:
    seen = survey()
    queries = [row for row in rows(seen, findings(seen), {}) if row.section == "queries"]
    assert [(row.name, row.health, row.lag) for row in queries] == [
        ("→ CONN", "ok", 4),
        ("→ CONN", "broken", None),
    ]


def test_a_script_reads_the_same() -> None:
    seen = survey()
    found = findings(seen)
    told = as_json(seen, rows(seen, found, {}), found)
    assert told["healthy"] is False
    assert [fault["fault"] for fault in told["faults"]] == ["wrong token", "terminated query"]
    assert {"hop": "HEC", "health": "broken"}.items() <= told["hops"][-2].items()


def test_rates_are_records_a_second_between_two_looks() -> None:
    before = {"a": Topic(name="a", written=10), "gone": Topic(name="gone", written=5)}
    after = {"a": Topic(name="a", written=40), "new": Topic(name="new", written=5)}
    assert rates(before, after, 10.0) == {"a": 3.0}
    assert rates(before, after, 0.0) == {}
    made_anew = {"a": Topic(name="a", written=0)}
    assert rates(before, made_anew, 10.0) == {"a": 0.0}
