"""Events as files that other programs read back as they were."""

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest

from cli.export.writing import write
from infra.errors import LabError

EVENTS: list[dict[str, Any]] = [
    {
        "EVENT_ID": "C1:originator",
        "ts": 1.5,
        "id.orig_p": 443,
        "local_orig": True,
        "SOURCES": ["osquery", "sysmon"],
        "COMMAND_LINE": None,
        "PROCESS_NAME": 'C:\\a,"b"\nü.exe',
    },
    {
        "EVENT_ID": "C2:responder",
        "ts": 2,
        "id.orig_p": None,
        "local_orig": None,
        "SOURCES": [],
        "COMMAND_LINE": "=cmd|'/c calc'!A1",
        "PROCESS_NAME": "x.exe",
        "LATER": -7,
    },
]


def test_csv_has_a_column_for_each_field_and_no_formula(tmp_path: Path) -> None:
    write(EVENTS, tmp_path / "events.csv")
    with (tmp_path / "events.csv").open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert first["PROCESS_NAME"] == 'C:\\a,"b"\nü.exe'
    assert json.loads(first["SOURCES"]) == ["osquery", "sysmon"]
    assert (first["COMMAND_LINE"], first["LATER"]) == ("", "")
    assert (first["local_orig"], second["local_orig"]) == ("true", "")
    assert second["COMMAND_LINE"] == "'=cmd|'/c calc'!A1"
    assert (second["LATER"], second["id.orig_p"]) == ("-7", "")


def test_json_is_what_the_events_were(tmp_path: Path) -> None:
    write(EVENTS, tmp_path / "events.json")
    write(EVENTS, tmp_path / "events.jsonl")
    assert json.loads((tmp_path / "events.json").read_text(encoding="utf-8")) == EVENTS
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == EVENTS


def test_parquet_keeps_types_and_what_is_not_known(tmp_path: Path) -> None:
    write(EVENTS, tmp_path / "events.PARQUET")
    table = pd.read_parquet(tmp_path / "events.PARQUET", engine="fastparquet")
    assert table["ts"].tolist() == [1.5, 2.0]
    assert table["id.orig_p"][0] == 443
    assert table["id.orig_p"].isna().tolist() == [False, True]
    assert table["id.orig_p"].dtype == "Int64"
    assert table["local_orig"].isna().tolist() == [False, True]
    assert table["PROCESS_NAME"][0] == EVENTS[0]["PROCESS_NAME"]
    assert table["COMMAND_LINE"].tolist() == [None, EVENTS[1]["COMMAND_LINE"]]
    assert table["LATER"][1] == -7


@pytest.mark.parametrize(
    ("name", "events", "what"),
    [
        ("events.xlsx", EVENTS, "does not write .xlsx"),
        ("events", EVENTS, "without a suffix"),
        ("events.csv", [], "nothing was written"),
        ("no/such/events.csv", EVENTS, "cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, name: str, events: list[dict[str, Any]], what: str
) -> None:
    with pytest.raises(LabError, match=what):
        write(events, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
