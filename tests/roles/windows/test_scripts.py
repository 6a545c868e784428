"""Our PowerShell, read as PowerShell: whole, small, strict, and the same three actions everywhere."""

from pathlib import Path

import pytest

from tests.windows_host.scripts import all_scripts, parameters, parse

STEPLESS = {"host.ps1", "vendor.ps1", "bootstrap.ps1"}
"""Functions that the others call, and what a person runs once before WinRM is open."""

ROLE_SCRIPTS = {
    name: path for name, path in all_scripts().items() if "roles" in path.parts and name not in STEPLESS
}


@pytest.mark.parametrize("path", all_scripts().values(), ids=all_scripts().keys())
def test_a_script_is_whole_strict_and_small_enough_to_review(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not parse(text).has_error
    assert "Set-StrictMode -Version Latest" in text
    assert "$ErrorActionPreference = 'Stop'" in text
    assert len(text.splitlines()) < 130
    assert text.isascii()


@pytest.mark.parametrize("path", ROLE_SCRIPTS.values(), ids=ROLE_SCRIPTS.keys())
def test_a_roles_script_checks_applies_and_removes(path: Path) -> None:
    action = parameters(path.read_text(encoding="utf-8"))["Action"]
    assert action.mandatory
    assert action.allowed == ("Check", "Apply", "Remove")


@pytest.mark.parametrize("path", all_scripts().values(), ids=all_scripts().keys())
def test_defender_and_signatures_are_never_switched_off(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    for forbidden in ("set-mppreference", "add-mppreference", "certificatepolicy", "skipcertificatecheck"):
        assert forbidden not in text
