"""Conditions from Sigma rules: what they match is asked of the engine, row by row."""

import json
from typing import Any

import pytest
import yaml
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation

from embedded.ksql.engine import Engine
from embedded.ksql.record import Record
from embedded.ksql.run import Runner
from sigma_ksql import Column, KsqlBackend

COLUMNS = {
    "Image": Column("image"),
    "Command": Column("command"),
    "Port": Column("port", is_number=True),
    "Share": Column("share", is_number=True),
    "Ip": Column("ip"),
    "Other": Column("`other-name`"),
    "Low": Column("LCASE(image)", folded=True),
}
SOURCE = """CREATE STREAM rows (id VARCHAR KEY, image VARCHAR, command VARCHAR, port INT, share DOUBLE, ip VARCHAR,
    `other-name` VARCHAR) WITH (KAFKA_TOPIC = 'rows', VALUE_FORMAT = 'JSON', PARTITIONS = 1);"""


def rule(detection: dict[str, Any], condition: str = "a") -> SigmaCollection:
    told = {
        "title": "a rule",
        "id": "7c2d8e0a-0000-4000-8000-000000000001",
        "logsource": {"category": "network_connection"},
        "detection": {**detection, "condition": condition},
    }
    return SigmaCollection.from_yaml(yaml.safe_dump(told))


def matches(row: dict[str, Any], detection: dict[str, Any], condition: str = "a") -> bool:
    (written,) = KsqlBackend(columns=COLUMNS).convert(rule(detection, condition))
    engine = Engine()
    # in a CASE within an array, as the lab has it, where a failure would cost every finding of the row
    engine.execute(
        f"{SOURCE} CREATE STREAM found AS SELECT id, ARRAY[CASE WHEN {written} THEN 'yes' END, 'known'] AS told"
        " FROM rows EMIT CHANGES;"
    )
    failed: list[Any] = []
    runner = Runner(engine.queries.values(), failed)
    values = {name.upper() if name != "other-name" else name: value for name, value in row.items()}
    (made,) = runner.feed(Record("rows", b"1", json.dumps(values).encode(), 0))
    assert not failed
    yes, known = json.loads(made.value or b"")["TOLD"]
    assert known == "known"
    return bool(yes == "yes")


EXPLORER = {"image": "C:\\Windows\\Explorer.EXE", "port": 443, "ip": "139.59.80.1"}


@pytest.mark.parametrize(
    ("sentence", "detection", "condition", "row", "expected"),
    [
        ("case does not matter", {"a": {"Image": "c:\\windows\\explorer.exe"}}, "a", EXPLORER, True),
        ("cased, it does", {"a": {"Image|cased": "c:\\windows\\explorer.exe"}}, "a", EXPLORER, False),
        ("cased, to the letter", {"a": {"Image|cased|endswith": "Explorer.EXE"}}, "a", EXPLORER, True),
        ("the end", {"a": {"Image|endswith": "\\explorer.exe"}}, "a", EXPLORER, True),
        ("not the end", {"a": {"Image|endswith": "\\explorer"}}, "a", EXPLORER, False),
        ("an end longer than the text", {"a": {"Image|endswith": "\\x.exe"}}, "a", {"image": "x.exe"}, False),
        ("the beginning", {"a": {"Image|startswith": "C:\\WIN"}}, "a", EXPLORER, True),
        ("not the beginning", {"a": {"Image|startswith": "Windows"}}, "a", EXPLORER, False),
        ("a part", {"a": {"Image|contains": "dows\\exp"}}, "a", EXPLORER, True),
        ("an underscore is one", {"a": {"Image|contains": "a_b%"}}, "a", {"image": "a_b%"}, True),
        ("an underscore is no wildcard", {"a": {"Image|contains": "a_b"}}, "a", {"image": "axb"}, False),
        ("a quote", {"a": {"Image": "o'x"}}, "a", {"image": "O'X"}, True),
        ("umlauts", {"a": {"Image|endswith": "MÜLL😀.exe"}}, "a", {"image": "c:\\müll😀.EXE"}, True),
        ("wildcards within", {"a": {"Image": "C:\\\\*\\expl?rer.exe"}}, "a", EXPLORER, True),
        ("a question mark is one", {"a": {"Image": "ab?"}}, "a", {"image": "ab"}, False),
        ("dots are dots", {"a": {"Image": "*explorer?e.e"}}, "a", EXPLORER, False),
        ("line breaks hide nothing", {"a": {"Command": "a*z"}}, "a", {"command": "a\nb\nz"}, True),
        ("an escaped star", {"a": {"Image|contains": "a\\*b"}}, "a", {"image": "axb"}, False),
        ("all of a list", {"a": {"Command|contains|all": ["-x", "-y"]}}, "a", {"command": "q -Y -X"}, True),
        ("not all", {"a": {"Command|contains|all": ["-x", "-y"]}}, "a", {"command": "q -x"}, False),
        ("one of a list", {"a": {"Image": ["A", "B"]}}, "a", {"image": "b"}, True),
        ("none of a list", {"a": {"Image": ["A", "B"]}}, "a", {"image": "ab"}, False),
        ("one of mixed", {"a": {"Image": ["A", "B*"]}}, "a", {"image": "bcd"}, True),
        ("a regular expression", {"a": {"Image|re": "\\\\Expl[a-z]+\\.EXE$"}}, "a", EXPLORER, True),
        ("it heeds case", {"a": {"Image|re": "explorer"}}, "a", EXPLORER, False),
        ("unless told not to", {"a": {"Image|re|i": "explorer"}}, "a", EXPLORER, True),
        ("across lines", {"a": {"Command|re|s": "a.z"}}, "a", {"command": "a\nz"}, True),
        ("a number", {"a": {"Port": 443}}, "a", EXPLORER, True),
        ("a number as text", {"a": {"Port": "443"}}, "a", EXPLORER, True),
        ("a number with a wildcard", {"a": {"Port|startswith": "44"}}, "a", EXPLORER, True),
        ("one of several numbers", {"a": {"Port": [80, "443"]}}, "a", EXPLORER, True),
        ("a number in a column of text", {"a": {"Image": 7}}, "a", {"image": "7"}, True),
        ("greater", {"a": {"Port|gt": 442}}, "a", EXPLORER, True),
        ("not greater", {"a": {"Port|gt": 443}}, "a", EXPLORER, False),
        ("at most", {"a": {"Port|lte": 443}}, "a", EXPLORER, True),
        ("a fraction", {"a": {"Share|lt": 0.3}}, "a", {"share": 0.29}, True),
        ("a range", {"a": {"Port|gte": 400, "Port|lt": 500}}, "a", EXPLORER, True),
        ("null", {"a": {"Command": None}}, "a", EXPLORER, True),
        ("not null", {"a": {"Image": None}}, "a", EXPLORER, False),
        ("it exists", {"a": {"Image|exists": True}}, "a", EXPLORER, True),
        ("it does not exist", {"a": {"Image|exists": False}}, "a", EXPLORER, False),
        ("anything", {"a": {"Command": "*"}}, "a", EXPLORER, False),
        ("empty", {"a": {"Command": ""}}, "a", {"command": ""}, True),
        ("empty is not null", {"a": {"Command": ""}}, "a", EXPLORER, False),
        ("other columns", {"a": {"Image|fieldref": "Command"}}, "a", {"image": "a", "command": "A"}, True),
        ("other columns of numbers", {"a": {"Port|fieldref": "Share"}}, "a", {"port": 3, "share": 3.0}, True),
        ("a number and text", {"a": {"Port|fieldref": "Command"}}, "a", {"port": 3, "command": "3"}, True),
        ("another column of nothing", {"a": {"Image|fieldref": "Command"}}, "a", EXPLORER, False),
        ("base64", {"a": {"Command|base64|contains": "foobar"}}, "a", {"command": "x Zm9vYmFy y"}, True),
        ("base64 wherever it begins", {"a": {"Command|base64offset|contains": "bash"}}, "a", {"command": "L2Jpbi9iYXNo"}, True),
        ("of wide characters", {"a": {"Command|wide|base64offset|contains": "ping"}}, "a", {"command": "cABpAG4AZwA="}, True),
        ("a slash is a dash", {"a": {"Command|windash|contains": " -f "}}, "a", {"command": "x /F y"}, True),
        ("all, with any dash", {"a": {"Command|windash|contains|all": ["-f", "-g"]}}, "a", {"command": "/f -g"}, True),
        ("each line", {"a": {"Command|re|m": "^b$"}}, "a", {"command": "a\nb\nc"}, True),
        ("not equal", {"a": {"Image|neq": "x"}}, "a", EXPLORER, True),
        ("one of several networks", {"a": {"Ip|cidr": ["10.0.0.0/8", "139.0.0.0/8"]}}, "a", EXPLORER, True),
        ("a quoted column", {"a": {"Other": "x"}}, "a", {"other-name": "X"}, True),
        ("a folded column", {"a": {"Low|contains": "EXPLORER"}}, "a", EXPLORER, True),
        ("or", {"a": {"Port": 1}, "b": {"Port": 443}}, "a or b", EXPLORER, True),
        ("and", {"a": {"Port": 1}, "b": {"Port": 443}}, "a and b", EXPLORER, False),
        ("not", {"a": {"Port": 1}}, "not a", EXPLORER, True),
        ("not binds tighter", {"a": {"Port": 443}, "b": {"Port": 1}}, "not a or not b", EXPLORER, True),
        ("brackets", {"a": {"Port": 443}, "b": {"Port": 1}}, "not (a or b)", EXPLORER, False),
        ("one of", {"s1": {"Port": 1}, "s2": {"Port": 443}}, "1 of s*", EXPLORER, True),
        ("all of", {"s1": {"Port": 1}, "s2": {"Port": 443}}, "all of s*", EXPLORER, False),
        ("what is not there is not it", {"a": {"Command|contains": "x"}}, "a", EXPLORER, False),
        ("and is thus not excluded", {"a": {"Command|contains": "x"}}, "not a", EXPLORER, True),
        ("nor by a wildcard", {"a": {"Command": "x*y*z"}}, "not a", EXPLORER, True),
        ("nor by a list", {"a": {"Command": ["x", "y"]}}, "not a", EXPLORER, True),
    ],
)  # fmt: skip
def test_a_rule_matches_what_sigma_says(
    sentence: str, detection: dict[str, Any], condition: str, row: dict[str, Any], expected: bool
) -> None:
    assert matches(row, detection, condition) is expected, sentence


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["100.0.0.1", "11.0.0.0", "9.255.255.255"]),
        ("172.16.0.0/12", ["172.16.0.1", "172.31.255.255"], ["172.15.0.1", "172.32.0.1", "172.160.0.1"]),
        ("192.168.1.128/25", ["192.168.1.128", "192.168.1.255"], ["192.168.1.127", "192.168.1.12"]),
        ("139.59.80.1/32", ["139.59.80.1"], ["139.59.80.10", "139.59.80.2"]),
        ("fe80::/10", ["fe80:0:0:0:0:0:0:1", "febf:1:2:3:4:5:6:7"], ["fec0:0:0:0:0:0:0:1", "10.0.0.1"]),
        ("2000::/3", ["2a00:1450:0:0:0:0:0:1", "3fff:0:0:0:0:0:0:1"], ["4000:0:0:0:0:0:0:1", "fd00:0:0:0:0:0:0:1"]),
        ("2001:db8:40::/44", ["2001:db8:4f:0:0:0:0:1"], ["2001:db8:50:0:0:0:0:1", "2001:db8:4:0:0:0:0:1"]),
        ("::1/128", ["0:0:0:0:0:0:0:1"], ["0:0:0:0:0:0:0:10"]),
        ("::/10", ["0:0:0:0:0:0:0:1", "3f:0:0:0:0:0:0:1", "f:0:0:0:0:0:0:1"], ["40:0:0:0:0:0:0:1"]),
    ],
)  # fmt: skip
def test_a_network_holds_its_addresses(network: str, inside: list[str], outside: list[str]) -> None:
    found = [
        address for address in [*inside, *outside] if matches({"ip": address}, {"a": {"Ip|cidr": network}})
    ]
    assert found == inside


@pytest.mark.parametrize(
    ("detection", "told"),
    [
        ({"a": ["word"]}, "values without a field are not supported: word"),
        ({"a": {"Nothing": "x"}}, "there is no field Nothing; there are Command, Image"),
        ({"a": {"Image|re": "(?P<name>x)"}}, "Java's"),
        ({"a": {"Image|lt": 5}}, "Image is text, and neither less nor greater"),
        ({"a": {"Port": "https"}}, "Port is a number, and never 'https'"),
        ({"a": {"Port": [443, "https"]}}, "Port is a number, and never 'https'"),
        (
            {"a": {"Image|expand": "%admins%"}},
            "Image: no processing pipeline says what the placeholder in %admins% is",
        ),
        ({"a": {"Image|expand": ["x", "%admins%"]}}, "no processing pipeline"),
        (
            {"a": {"Image|fieldref|endswith": "Command"}},
            "reference endswith expression is not supported by backend.",
        ),
        ({"a": {"Ip|hour": 5}}, "timestamp part value expressions are not supported by the backend."),
    ],
)
def test_what_ksqldb_cannot_do_is_refused_with_the_rule_s_name(detection: dict[str, Any], told: str) -> None:
    with pytest.raises(SigmaError, match="rule 'a rule': ") as refused:
        KsqlBackend(columns=COLUMNS).convert(rule(detection))
    assert told in str(refused.value)
    assert "while converting" not in str(refused.value)


def test_a_correlation_is_refused_with_its_name() -> None:
    correlation = """
title: many
name: many
correlation: {type: event_count, rules: [one], group-by: [Ip], timespan: 1h, condition: {gte: 5}}
"""
    one = yaml.safe_dump(
        {
            "title": "one",
            "name": "one",
            "logsource": {"category": "x"},
            "detection": {"a": {"b": 1}, "condition": "a"},
        }
    )
    with pytest.raises(SigmaError, match="rule 'many': correlation rules are not supported"):
        KsqlBackend().convert(SigmaCollection.from_yaml(f"{one}---{correlation}"))


def test_without_columns_the_fields_are_columns_and_pipelines_rename_them() -> None:
    renaming = ProcessingPipeline(
        items=[ProcessingItem(FieldMappingTransformation({"Image": "process", "Port": "id.resp_p"}))]
    )
    (written,) = KsqlBackend(renaming).convert(rule({"a": {"Image|endswith": "\\a.exe", "Port": [80, 443]}}))
    assert written == "SUBSTRING(LCASE(process), -6) = '\\a.exe' AND (`id.resp_p` IN (80, 443))"
