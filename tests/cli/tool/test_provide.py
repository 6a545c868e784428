"""How a Pulumi tool comes about, and what is said when none does."""

import os
from pathlib import Path

import pytest

from cli.tool import provide, vendor
from infra.errors import LabError


def test_a_tool_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    root = tmp_path / "pulumi" / "1.2.3"

    def breaks_halfway(scratch: Path) -> None:
        (scratch / "half").touch()
        raise LabError("the first way is closed.", "Open it.")

    def works(scratch: Path) -> None:
        assert not root.exists()
        (scratch / "whole").touch()

    provide.install(root, (breaks_halfway, works))
    assert [file.name for file in root.iterdir()] == ["whole"]
    assert [file.name for file in root.parent.iterdir()] == ["1.2.3"]


def test_every_way_that_failed_is_told_with_the_remedy_of_the_last(tmp_path: Path) -> None:
    def closed(_scratch: Path) -> None:
        raise LabError("the site does not answer.")

    def lacking(_scratch: Path) -> None:
        raise LabError("there is no Go.", "Install Go.")

    with pytest.raises(LabError) as told:
        provide.install(tmp_path / "tool", (closed, lacking))
    assert "the site does not answer." in told.value.what
    assert "there is no Go." in told.value.what
    assert told.value.remedy == "Install Go."
    assert list(tmp_path.iterdir()) == []


def test_a_way_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(scratch: Path) -> None:
        (scratch / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provide.install(tmp_path / "tool", (interrupted,))
    assert list(tmp_path.iterdir()) == []


def test_a_vendor_that_cannot_be_reached_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LabError, match=f"{vendor.SITE}, where the Pulumi tool is to be had, does not answer"):
        vendor.install(tmp_path)


def test_the_tool_is_found_again_without_another_installation(lab_environment: dict[str, str]) -> None:
    before = os.environ["PATH"]
    first, second = provide.provide(), provide.provide()
    assert first == second
    assert str(first.bin) in lab_environment["PATH"]
    assert os.environ["PATH"] == before
