"""Building the tool from its Go modules: what is pinned, and what is said when it cannot be."""

import re
import shutil
from pathlib import Path

import pytest

from cli.environment.process import StepFailedError
from cli.tool import gobuild
from infra.errors import LabError
from infra.versions import PULUMI_TOOL


def test_go_builds_the_version_that_the_lab_names() -> None:
    required = re.findall(r"^require (\S+) v(\S+)$", (gobuild.MODULE / "go.mod").read_text(), re.MULTILINE)
    assert required == [("github.com/pulumi/pulumi/pkg/v3", PULUMI_TOOL)]


def test_without_go_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError) as told:
        gobuild.install(tmp_path)
    assert "there is no Go on PATH" in told.value.what
    assert "apt install golang-go" in told.value.remedy
    assert "brew install go" in told.value.remedy


@pytest.mark.parametrize("go", [go] if (go := shutil.which("go")) else [])
def test_a_module_proxy_that_fails_is_told_with_go_s_own_words(
    go: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    monkeypatch.setenv("GOTOOLCHAIN", "local")
    with pytest.raises(StepFailedError) as told:
        gobuild.fetch(go)
    assert "the Go modules of the Pulumi tool could not be fetched" in told.value.what
    assert "127.0.0.1:9" in told.value.what
    assert "go env GOPROXY" in told.value.remedy
