"""`lab ksql`: statements on files, and folders of cases."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.ksql import command

STATEMENTS = """
    CREATE STREAM a (k STRING KEY, v INT) WITH (KAFKA_TOPIC = 'a', VALUE_FORMAT = 'JSON');
    CREATE STREAM b AS SELECT k, v + 1 AS w FROM a;
"""
INPUT = {"inputs": [{"topic": "a", "key": "x", "value": {"v": n}, "timestamp": n} for n in (1, 2)]}


def _output(*values: int) -> dict[str, object]:
    return {"outputs": [{"topic": "B", "key": "x", "value": {"W": value}} for value in values]}


def _test(folder: Path, statements: str, output: object) -> Result:
    (folder / "s.ksql").write_text(statements)
    (folder / "i.json").write_text(json.dumps(INPUT))
    (folder / "o.json").write_text(json.dumps(output))
    arguments = [
        "test",
        "-s",
        str(folder / "s.ksql"),
        "-i",
        str(folder / "i.json"),
        "-o",
        str(folder / "o.json"),
    ]
    return CliRunner().invoke(command, arguments)


def test_what_comes_out_as_expected_ends_well(tmp_path: Path) -> None:
    result = _test(tmp_path, STATEMENTS, _output(2, 3))
    assert (result.exit_code, result.output) == (0, "2 records as expected\n")


def test_a_difference_is_shown_as_a_diff_and_ends_with_1(tmp_path: Path) -> None:
    result = _test(tmp_path, STATEMENTS, _output(2, 4))
    assert result.exit_code == 1
    assert '-2  "x"  {"W": 4}' in result.output
    assert '+2  "x"  {"W": 3}' in result.output
    assert '-1  "x"' not in result.output


def test_a_statement_that_is_refused_is_told_with_its_place(tmp_path: Path) -> None:
    result = _test(tmp_path, STATEMENTS.replace("v + 1", "z + 1"), _output(2, 3))
    assert result.exit_code == 1
    assert "line 3:34: SELECT column 'Z' cannot be resolved" in result.output


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    good = {"name": "good", "statements": [STATEMENTS], **INPUT, **_output(2, 3)}
    bad = good | {"name": "bad", **_output(9, 3)}
    avro = good | {"name": "avro", "statements": [STATEMENTS.replace("JSON", "AVRO")]}
    folder = tmp_path / "cases"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.json").write_text(json.dumps({"tests": [good]}))
    (folder / "deep" / "two.json").write_text(json.dumps([good, bad, avro]))
    return folder


def test_conformance_counts_by_file(cases: Path) -> None:
    result = CliRunner().invoke(command, ["conformance", str(cases)])
    assert result.exit_code == 1
    lines = [line.split() for line in result.output.splitlines()]
    assert ["deep/two.json", "1", "1", "1"] in lines
    assert ["one.json", "1", "0", "0"] in lines
    assert ["in", "all", "2", "1", "1"] in lines


def test_conformance_tells_every_verdict_as_json(cases: Path) -> None:
    result = CliRunner().invoke(command, ["conformance", str(cases), "--json"])
    told = json.loads(result.output)
    assert {name: told[name] for name in ("right", "refused", "wrong")} == {
        "right": 2,
        "refused": 1,
        "wrong": 1,
    }
    verdicts = {(case["file"], case["name"]): (case["verdict"], case["detail"]) for case in told["cases"]}
    assert verdicts["one.json", "good"] == ("right", "")
    assert "AVRO" in verdicts["deep/two.json", "avro"][1]
    assert "B, record 1: value" in verdicts["deep/two.json", "bad"][1]
