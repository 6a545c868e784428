"""The app that people look at: Splunk's own inspection passes, and every search asks for fields that there are."""

import configparser
import json
import re
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.ksql.engine import Engine
from infra.logging_server.docker import splunk
from infra.logging_server.docker.container import REPOSITORY
from infra.pipeline import pipeline
from infra.pipeline.detections.statements import read_rules
from tests.ksql.fusion import RULES, text

APP = REPOSITORY / splunk.SEARCH_APP
VIEWS = sorted((APP / "default" / "data" / "ui" / "views").glob("*.xml"))
TABLES = {"zeek:conn:enriched": "CONN_ENRICHED", "flow:detection": "FLOW_DETECTION"}
MACROS = {"flows": "zeek:conn:enriched", "detections": "flow:detection"}
COMMANDS = {
    "convert", "dedup", "eval", "fields", "search", "sort", "stats", "table", "timechart", "where",
}  # fmt: skip
FUNCTIONS_AND_WORDS = {
    "abs", "and", "as", "asc", "by", "coalesce", "count", "ctime", "dc", "eval", "in", "index", "isnull", "max", "median",
    "min", "mvjoin", "now", "not", "or", "perc99", "sourcetype", "span", "sum", "values",
}  # fmt: skip
SPLUNKS_OWN = {"_time", "_indextime", "sourcetype", "index"}


def read(name: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(default_section="no default section", strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # Splunk tells cases apart
    parser.read_string((APP / "default" / name).read_text(encoding="utf-8"))
    return parser


@pytest.fixture(scope="module")
def schemas() -> dict[str, set[str]]:
    """What the events of each sourcetype hold, as the statements of ksql/ write them; a list ends in {}."""
    engine = Engine()
    engine.execute(text())
    found = {}
    for sourcetype, table in TABLES.items():
        columns = engine.sources[table].columns
        found[sourcetype] = {
            f"{column.name}{{}}" if str(column.type).startswith("ARRAY") else column.name
            for column in columns
        }
    return found


def given(sourcetype: str) -> set[str]:
    """What props.conf adds."""
    names: set[str] = set()
    for key, value in read("props.conf").items(sourcetype):
        names |= set(re.findall(r" AS (\w+)", value)) if key.startswith("FIELDALIAS") else set()
        names |= {key.removeprefix("EVAL-")} if key.startswith("EVAL-") else set()
    return names


def searches() -> Iterator[tuple[str, str]]:
    for view in VIEWS:
        for number, query in enumerate(ET.parse(view).getroot().iter("query")):  # noqa: S314 - our own file
            yield f"{view.stem}, search {number + 1}", query.text or ""
    saved = read("savedsearches.conf")
    for name in saved.sections():
        yield name, saved.get(name, "search")


def fields(query: str) -> tuple[set[str], set[str]]:
    """The fields that a search asks for and those that it makes itself."""
    asked: set[str] = set()
    made: set[str] = set()
    for part in query.split("|"):
        words = part.strip()
        command = words.split(maxsplit=1)[0] if not words.startswith("index=") else "search"
        assert command in COMMANDS, command
        if command == "eval":
            made |= set(re.findall(r"eval (\w+)=", words))
        made |= set(re.findall(r"\bAS (\w+)", words))
        quoted_fields = set(re.findall(r"'([^']+)'", words))
        bare = re.sub(r"'[^']*'|\"[^\"]*\"|\$[^$]*\$|`\w+`|\bspan=\w+", " ", words.removeprefix(command))
        names = set(re.findall(r"(?<![\w.])[A-Za-z_][\w.]*", bare))
        asked |= quoted_fields | {name for name in names if name.lower() not in FUNCTIONS_AND_WORDS}
    return asked, made


@pytest.mark.parametrize(("name", "query"), list(searches()), ids=[name for name, _ in searches()])
def test_a_search_asks_for_fields_that_its_events_have(
    name: str, query: str, schemas: dict[str, set[str]]
) -> None:
    asked, made = fields(query)
    kinds = [MACROS[macro] for macro in re.findall(r"`(\w+)`", query)] or list(TABLES)
    there = set().union(*(schemas[kind] | given(kind) for kind in kinds))
    assert asked - made - SPLUNKS_OWN <= there, name


def test_aliases_and_calculations_are_of_fields_that_there_are(schemas: dict[str, set[str]]) -> None:
    props = read("props.conf")
    assert set(props.sections()) == set(pipeline.CARRIED.values()) == set(TABLES)
    for sourcetype in props.sections():
        for key, value in props.items(sourcetype):
            if key.startswith("FIELDALIAS-"):
                of = re.findall(r'(?:"([^"]+)"|(\S+)) AS ', value)
                assert {quoted or bare for quoted, bare in of} <= schemas[sourcetype], key
            else:
                bare = set(re.findall(r"[A-Za-z_]\w*(?!\w*\()", re.sub(r'"[^"]*"', "", value)))
                assert bare <= schemas[sourcetype], key


def test_connections_have_the_fields_of_the_information_models() -> None:
    traffic = {
        "action", "app", "bytes", "bytes_in", "bytes_out", "dest", "dest_ip", "dest_port", "direction", "dvc", "packets",
        "packets_in", "packets_out", "session_id", "src", "src_ip", "src_port", "transport", "user", "vendor_product",
    }  # fmt: skip
    endpoint = {
        "parent_process_name", "parent_process_path", "process", "process_guid", "process_hash", "process_id", "process_name",
        "process_path", "user",
    }  # fmt: skip
    assert traffic | endpoint <= given("zeek:conn:enriched")


def test_an_alert_looks_at_the_levels_that_rules_have() -> None:
    alert = read("savedsearches.conf").get("Detections of level high and critical", "search")
    assert {"high", "critical"} <= {rule.level for rule in read_rules(RULES)}
    assert set(re.findall(r'"(\w+)"', alert)) == {"high", "critical"}


def test_the_navigation_leads_to_every_dashboard() -> None:
    navigation = ET.parse(APP / "default" / "data" / "ui" / "nav" / "default.xml")  # noqa: S314
    named = {view.get("name") for view in navigation.getroot().iter("view")}
    assert {view.stem for view in VIEWS} | {"search"} == named


def test_splunk_s_inspection_finds_no_fault(tmp_path: Path) -> None:
    package, report = tmp_path / "flow_attribution.tgz", tmp_path / "report.json"
    with tarfile.open(package, "w:gz") as archive:
        archive.add(APP, "flow_attribution")
    tool = Path(sys.executable).with_name("splunk-appinspect")
    command = [
        tool,
        "inspect",
        package,
        "--mode",
        "precert",
        "--data-format",
        "json",
        "--output-file",
        report,
    ]
    subprocess.run([*map(str, command)], check=False, capture_output=True, timeout=240, cwd=tmp_path)
    told = json.loads(report.read_text(encoding="utf-8"))
    bad = [
        (check["name"], [message["message"] for message in check["messages"]])
        for found in told["reports"]
        for group in found["groups"]
        for check in group["checks"]
        if check["result"] in {"failure", "error", "future_failure", "future"}
    ]
    assert not bad
    assert told["summary"]["success"] > 50
