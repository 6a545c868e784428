"""Which Pulumi tools will do."""

import stat
from pathlib import Path

import pytest

from cli.tool.candidate import COMPANIONS, Tool, inspect, unfit_because
from infra.versions import PULUMI_TOOL

MAJOR, MINOR, PATCH = (int(part) for part in PULUMI_TOOL.split("."))


@pytest.mark.parametrize(
    ("reported", "has_companions", "reason"),
    [
        pytest.param(f"v{PULUMI_TOOL}\n", True, None, id="the very version that the lab would install"),
        pytest.param(f"v{MAJOR}.{MINOR + 1}.0", True, None, id="a newer one"),
        pytest.param(
            f"{MAJOR}.{MINOR}.{PATCH + 1}-alpha.1+dirty", True, None, id="a newer one built by its user"
        ),
        pytest.param(f"v{MAJOR}.{MINOR - 1}.9", True, "or newer", id="an older one"),
        pytest.param("v2.25.2", True, "needs version 3", id="of the major version before"),
        pytest.param("v4.0.0", True, "needs version 3", id="of the next major version"),
        pytest.param("", True, "does not tell a version", id="one that says nothing"),
        pytest.param("command not found", True, "'command not found'", id="something else of that name"),
        pytest.param(f"v{PULUMI_TOOL}", False, COMPANIONS[0], id="one that cannot run Python programs"),
    ],
)
def test_a_tool_is_taken_or_refused_with_the_reason(
    reported: str, has_companions: bool, reason: str | None
) -> None:
    found = unfit_because(reported, has_companions=has_companions)
    if reason is None:
        assert found is None
    else:
        assert found is not None
        assert reason in found


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_executables_count_where_they_lie_beside_the_tool(tmp_path: Path) -> None:
    program = script(tmp_path / "pulumi", f"echo v{PULUMI_TOOL}")
    for name in COMPANIONS:
        script(tmp_path / name, "exit 0")
    assert inspect(program) == Tool(bin=tmp_path, version=PULUMI_TOOL)


def test_a_tool_that_does_not_run_is_refused_with_the_reason(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_bytes(b"not a program")
    found = inspect(program)
    assert isinstance(found, str)
    assert "does not run" in found
