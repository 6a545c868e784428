"""Sysmon's configuration is one that Sysmon takes, and leaves out no connection and no process."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import xmlschema

CONFIGURATION = Path(__file__).resolve().parents[3] / "conf" / "sysmon" / "sysmon.xml"
SCHEMA = xmlschema.XMLSchema11(Path(__file__).with_name("sysmon.xsd"))
TEXT = CONFIGURATION.read_text(encoding="utf-8")

DEFAULT_ON = {"ProcessCreate", "FileCreateTime", "NetworkConnect", "ProcessTerminate", "DriverLoad"}
"""Events that Sysmon may log unasked, so that silence about them is no answer (Sysinternals, "Sysmon")."""


def _filters() -> dict[str, list[ET.Element]]:
    found: dict[str, list[ET.Element]] = {}
    for each in ET.fromstring(TEXT).iterfind("EventFiltering/*"):  # noqa: S314  # our own file
        found.setdefault(each.tag, []).append(each)
    return found


def test_sysmon_takes_the_configuration() -> None:
    SCHEMA.validate(TEXT)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("<NetworkConnect ", "<NetworkConnection "),
        ('<NetworkConnect onmatch="exclude"/>', '<NetworkConnect onmatch="excludes"/>'),
        ('schemaversion="4.82"', 'schemaversion="9.99"'),
        ("SHA256", "SHA512"),
        (
            '<NetworkConnect onmatch="exclude"/>',
            '<NetworkConnect onmatch="exclude"><Image condition="like">x</Image></NetworkConnect>',
        ),
    ],
)
def test_a_mistake_is_found_before_a_windows_machine_sees_it(was: str, becomes: str) -> None:
    assert was in TEXT
    assert not SCHEMA.is_valid(TEXT.replace(was, becomes))


@pytest.mark.parametrize("event", ["NetworkConnect", "ProcessCreate", "ProcessTerminate"])
def test_every_such_event_is_logged(event: str) -> None:
    (only,) = _filters()[event]
    # an empty list of exceptions: all of them; a rule in it would leave connections without a process
    assert only.get("onmatch") == "exclude"
    assert list(only) == []


def test_the_configuration_speaks_of_every_event_that_sysmon_logs_unasked() -> None:
    assert set(_filters()) >= DEFAULT_ON
